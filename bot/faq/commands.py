"""Questions to the knowledge bank, and the buttons under the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.faq import answers, cards
from bot.faq.answers import Judged
from bot.message import Json, Message, Reply, UserError, say, state, view
from bot.routes import Routes
from bot.turn import Turn
from storage import faq, faq_log
from storage.database import is_id
from storage.faq_log import FaqQuestion, QuestionOutcome

routes = Routes[Turn]()

GONE = "Det svaret finns inte kvar i kunskapsbanken. Skriv din fråga igen, så letar jag på nytt."
LONGEST = 1000
"""Most characters of a question that a button carries."""


def ask(turn: Turn) -> Reply:
    """Answer the message as a question. Several questions get an answer each."""
    return Reply(messages=tuple(Message(card=_card(turn, judged)) for judged in answers.answer(turn)))


@routes.action("faq.ask")
def ask_example(turn: Turn) -> Reply:
    """Answer a question on a button as if the person had written it."""
    text = str(turn.data.get("text", ""))[:LONGEST]
    return ask(replace(turn, incoming=replace(turn.incoming, text=text)))


@routes.action("faq.choose")
def choose(turn: Turn) -> Reply:
    """Show the answer to a question picked under "Menade du …?". Remember the pick for the next time."""
    question, entry = _rows(turn)
    own = _asked_by(turn, question)
    if own:
        question.chosen_id, question.rejected = entry.id, False
        where = turn.person.id, turn.incoming.place.conversation_id
        faq_log.keep_recent(turn.session, *where, text=entry.question, question_id=question.id, now=turn.now)
    return _in_place(turn, cards.answer(entry, question.id), everyone=own)


@routes.action("faq.none")
def none_of_these(turn: Turn) -> Reply:
    """*Inget av dessa*: say that we don't know. Only the asker sees the wording."""
    question = _question(turn)
    own = _asked_by(turn, question)
    if own:
        question.rejected, question.chosen_id = True, None
    text = _own_text(turn, question)
    return _in_place(turn, cards.unknown(text, turn.app.settings.contact), everyone=own)


@routes.action("faq.show")
def show_related(turn: Turn) -> Reply:
    """Show the answer to a related question as a new message. The first answer stays."""
    question, entry = _rows(turn)
    return say(card=cards.answer(entry, question.id))


@routes.action("faq.vote")
def vote(turn: Turn) -> Reply:
    """*Ja* or *Nej* under an answer: store the vote and replace the buttons. The vote can be changed."""
    question, entry = _rows(turn)
    helpful = turn.data.get("helpful") is True
    faq_log.vote(turn.session, question.id, turn.person.id, entry.id, helpful=helpful, now=turn.now)
    if not helpful:
        return _in_place(
            turn, cards.why_not(entry, question.id, turn.app.settings.contact, asked=_own_text(turn, question))
        )
    return _in_place(turn, cards.answer(entry, question.id, _related(turn), voted=True))


@routes.action("faq.reason")
def reason(turn: Turn) -> Reply:
    """Store the optional line about why an answer did not help."""
    question, entry = _rows(turn)
    written = str(turn.data.get("reason") or "").strip()[:500]
    if not written:
        raise UserError("Skriv vad du saknade i rutan, eller låt bli. Din röst är redan sparad.")
    row = faq_log.vote(turn.session, question.id, turn.person.id, entry.id, helpful=False, now=turn.now)
    row.reason = written
    contact, asked = turn.app.settings.contact, _own_text(turn, question)
    return _in_place(turn, cards.why_not(entry, question.id, contact, asked=asked, reason=written))


@routes.action("faq.again")
def again(turn: Turn) -> Reply:
    """Show the answer with its buttons again, so that it can be read and the vote changed."""
    question, entry = _rows(turn)
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
    """Replace the pressed card. In a channel only the presser sees the change, unless ``everyone`` is set."""
    return state(card) if everyone or turn.personal else view(card)


def _question(turn: Turn) -> FaqQuestion:
    question = faq_log.find(turn.session, turn.data.get("question"))
    if question is None:
        raise UserError("Den frågan finns inte kvar. Skriv den igen, så letar jag på nytt.")
    return question


def _rows(turn: Turn) -> tuple[FaqQuestion, Any]:
    entry = _entries(turn, [turn.data.get("entry")])
    if not entry:
        raise UserError(GONE)
    return _question(turn), entry[0]


def _related(turn: Turn) -> list[Any]:
    related = turn.data.get("related")
    return _entries(turn, list(related)[: answers.RELATED]) if isinstance(related, list | tuple) else []


def _entries(turn: Turn, ids: list[Any]) -> list[Any]:
    """Return the published entries among ``ids``, which come from a client."""
    wanted = [value for value in ids if is_id(value)]
    rows = faq.shown(turn.session, wanted)
    return [rows[value] for value in wanted if value in rows]


def _asked_by(turn: Turn, question: FaqQuestion) -> bool:
    """Return whether this is the person's own latest question here. Ids come from a client and may be another's."""
    return faq_log.asked_by(turn.session, question.id, turn.person.id, turn.incoming.place.conversation_id)


def _own_text(turn: Turn, question: FaqQuestion) -> str:
    """Return the question's text if it is this person's own, else empty: we never show another person's text."""
    return faq_log.text_of(turn.session, question.id) if _asked_by(turn, question) else ""
