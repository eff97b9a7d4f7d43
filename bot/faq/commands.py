"""Questions to the knowledge bank, and the buttons under the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.faq import access, answers, cards
from bot.faq.answers import Judged
from bot.message import Json, Message, Reply, UserError, say, state
from bot.routes import Routes
from bot.turn import Turn
from storage import faq_log
from storage.faq_log import QuestionOutcome

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
    return _in_place(turn, cards.answer(entry, question.id), everyone=own)


@routes.action("faq.none")
def none_of_these(turn: Turn) -> Reply:
    """*Inget av dessa*: say that there is no answer. Only its asker sees the wording."""
    question = access.question(turn)
    own = access.is_own(turn, question)
    if own:
        question.rejected, question.chosen_id = True, None
    text = access.own_text(turn, question)
    return _in_place(turn, cards.unknown(text, turn.app.settings.contact), everyone=own)


@routes.action("faq.show")
def show_related(turn: Turn) -> Reply:
    """Answer a related question in a message of its own; the first answer stays."""
    question, entry = access.shown(turn)
    return say(card=cards.answer(entry, question.id))


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
    return _in_place(turn, cards.answer(entry, question.id, _related(turn), voted=True))


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
    return _in_place(turn, cards.answer(entry, question.id, _related(turn)))


def _card(turn: Turn, judged: Judged) -> Json:
    match judged.outcome:
        case QuestionOutcome.ANSWERED:
            best, *related = judged.entries
            return cards.answer(best, judged.question_id, related, remembered=judged.remembered)
        case QuestionOutcome.OFFERED:
            return cards.offer(judged.asked, judged.entries, judged.question_id, about=judged.about)
        case QuestionOutcome.UNKNOWN:
            empty = turn.app.bank.empty
            return cards.unknown(judged.asked, turn.app.settings.contact, empty=empty)


def _in_place(turn: Turn, card: Json, *, everyone: bool = False) -> Reply:
    """Replace the pressed card; in a channel only for the presser, unless it is ``everyone``'s."""
    return state(card) if everyone else turn.in_place(card)


def _related(turn: Turn) -> list[Any]:
    related = turn.data.get("related")
    return access.published(turn, list(related)[: answers.RELATED]) if isinstance(related, list | tuple) else []
