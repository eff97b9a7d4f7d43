"""Questions to the knowledge bank, and the buttons under the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.faq import access, answers, cards, entries, testimony_cards
from bot.faq.answers import Judged
from bot.message import Json, Message, Reply, UserError, say, state
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.turn import Turn
from storage import faq_log
from storage.faq import EntryKind
from storage.faq_log import FaqQuestion, QuestionOutcome

routes = Routes[Turn]()

LONGEST = 1000
"""Characters of a question that a button carries."""


def ask(turn: Turn) -> Reply:
    """Answer what was written as a question; several questions get an answer each."""
    return Reply(messages=tuple(Message(card=_card(turn, judged)) for judged in answers.answer(turn)))


@routes.action("faq.ask")
def ask_example(turn: Turn) -> Reply:
    """Answer a question on a button, as if the person had written it."""
    text = str(turn.data.get("text", ""))[:LONGEST]
    return ask(replace(turn, incoming=replace(turn.incoming, text=text)))


@routes.action("faq.choose")
def choose(turn: Turn) -> Reply:
    """Take one of "Menade du …?": show its answer in the offer's place, and remember it for the same wording."""
    question, entry = access.shown(turn)
    own = access.is_own(turn, question)
    if own:
        question.chosen_id, question.rejected = entry.id, False
        where = turn.person.id, turn.incoming.place.conversation_id
        faq_log.keep_recent(turn.session, *where, text=entry.question, question_id=question.id, now=turn.now)
    return _in_place(turn, _shown(turn, entry, question), everyone=own)


@routes.action("faq.none")
def none_of_these(turn: Turn) -> Reply:
    """*Inget av dessa*: say that there is no answer. Only its asker sees the wording."""
    question = access.question(turn)
    own = access.is_own(turn, question)
    if own:
        question.rejected, question.chosen_id = True, None
    text = access.own_text(turn, question)
    joined = not answers.wording(text).startswith(faq_log.wording_of(turn.session, question.id))
    quoted = "" if joined else text  # a follow-up is kept with the question before it
    return _in_place(turn, cards.unknown(quoted, turn.app.settings.contact, ask=text), everyone=own)


@routes.action("faq.show")
def show_related(turn: Turn) -> Reply:
    """Answer a related question in a message of its own; the first answer stays."""
    question, entry = access.shown(turn)
    return say(card=_shown(turn, entry, question))


@routes.action("faq.vote")
def vote(turn: Turn) -> Reply:
    """Take *Ja* or *Nej* under an answer; it replaces the buttons, and may be changed."""
    question, entry = access.shown(turn)
    helpful = turn.data.get("helpful") is True
    access.vote(turn, question, entry.id, helpful=helpful)
    if not helpful:
        return _in_place(
            turn, cards.why_not(entry, question.id, turn.app.settings.contact, asked=access.own_text(turn, question))
        )
    return _in_place(turn, _shown(turn, entry, question, _related(turn), voted=True))


@routes.action("faq.reason")
def reason(turn: Turn) -> Reply:
    """Keep the optional line why an answer did not help."""
    question, entry = access.shown(turn)
    written = str(turn.data.get("reason") or "").strip()[:500]
    if not written:
        raise UserError("Skriv vad du saknade i rutan, eller låt bli. Din röst är redan sparad.")
    access.vote(turn, question, entry.id, helpful=False).reason = written
    contact, asked = turn.app.settings.contact, access.own_text(turn, question)
    return _in_place(turn, cards.why_not(entry, question.id, contact, asked=asked, reason=written))


@routes.action("faq.again")
def again(turn: Turn) -> Reply:
    """Show the answer with its buttons again, to read it or to change the vote."""
    question, entry = access.shown(turn)
    return _in_place(turn, _shown(turn, entry, question, _related(turn)))


@routes.action("faq.name", where=Where.PERSONAL)
def name(turn: Turn) -> Reply:
    """*Visa namnet* or *Bara kommunen*: a colleague decides about the name with their own answer, and may change it."""
    entry = access.told(turn)
    agree = turn.data.get("agree") is True
    if agree and turn.data.get("seen") != testimony_cards.version(entry):
        rewritten = "Svaret har ändrats sedan jag frågade. Så här står det nu."
        return state(testimony_cards.ask_name(entry, access.teller(turn, entry), notice=rewritten))
    entries.agree(Change.of(turn), entry, agree=agree)
    done = "Tack! Ditt namn står med svaret." if agree else "Svaret visas utan ditt namn."
    return state(testimony_cards.ask_name(entry, access.teller(turn, entry), notice=done))


def _card(turn: Turn, judged: Judged) -> Json:
    match judged.outcome:
        case QuestionOutcome.ANSWERED:
            best, *related = judged.entries
            return cards.answer(best, judged.question_id, related, remembered=judged.remembered)
        case QuestionOutcome.OFFERED:
            told = {
                entry.id: access.teller(turn, entry) for entry in judged.entries if entry.kind == EntryKind.TESTIMONY
            }
            if told:
                return testimony_cards.similar(judged.text, judged.entries, told, judged.question_id, ask=judged.asked)
            return cards.offer(judged.text, judged.entries, judged.question_id, about=judged.about)
        case QuestionOutcome.UNKNOWN:
            empty = turn.app.bank.empty
            return cards.unknown(judged.text, turn.app.settings.contact, ask=judged.asked, empty=empty)


def _shown(
    turn: Turn, entry: Any, question: FaqQuestion, related: Sequence[Any] = (), *, voted: bool | None = None
) -> Json:
    """Return the card of an entry that was opened: an answer, or what a colleague did."""
    if entry.kind == EntryKind.TESTIMONY:
        asked, others = access.own_text(turn, question), [other.id for other in related]
        teller = access.teller(turn, entry)
        return testimony_cards.told(entry, teller, question.id, text=asked, related=others, voted=voted)
    return cards.answer(entry, question.id, related, voted=voted)


def _in_place(turn: Turn, card: Json, *, everyone: bool = False) -> Reply:
    """Replace the pressed card; in a channel only for the presser, unless it is ``everyone``'s."""
    return state(card) if everyone else turn.in_place(card)


def _related(turn: Turn) -> list[Any]:
    related = turn.data.get("related")
    return access.published(turn, list(related)[: answers.RELATED]) if isinstance(related, list | tuple) else []
