"""Handlers for what the kansli and the moderators do in their own chats about questions that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.cards import escape, one_line, short
from bot.desk import PreparedDecision
from bot.message import Json, Reply, UserError, say, state
from bot.questions import (
    access,
    cards,
    channel_commands,
    channel_notices,
    desk_cards,
    details,
    keys,
    lifecycle,
    notices,
)
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.swedish import STOCKHOLM, working_days_after
from bot.turn import App, Turn
from storage import groups, outbox, questions
from storage.outbox import Delivery
from storage.outgoing import Outgoing, ThreadOf
from storage.questions import AnswerWay, Question, Status

routes = Routes[Turn]()

LONG = 3
"""Working days without an answer until the kansli may remind the group. The moderators were reminded after two."""
QUOTED = 90
"""Characters of a question in a title."""


@routes.command(
    "öppna frågor",
    help="Se frågor som väntar på svar. För kansliet och temagruppernas moderatorer.",
    where=Where.PERSONAL,
    aliases=("obesvarade frågor", "frågor som väntar"),
)
def waiting(turn: Turn) -> Reply:
    """Show the waiting questions: all of them to the kansli, those of their own groups to moderators."""
    return say(card=_list(turn, 0))


@routes.action("questions.desk", where=Where.PERSONAL)
def page(turn: Turn) -> Reply:
    """Show a page of the waiting questions."""
    return state(_list(turn, turn.page))


@routes.action("questions.desk_one")
def one(turn: Turn) -> Reply:
    """Show one question, with what can be done about it."""
    question = access.managed(turn)
    channel_notices.stopped_writing(turn, question)
    shown, row = details.of(turn.session, question, turn.now), _lost(turn, question)
    note = f"{desk_cards.missing(shown, row.state)}." if row else ""
    return turn.in_place(desk_cards.one(shown, said=note, lost=row is not None))


@routes.action("questions.repost")
def repost(turn: Turn) -> Reply:
    """*Lägg ut igen*: post the card that did not reach its channel."""
    question = _open(turn)
    row = _lost(turn, question)
    if row is None:
        raise UserError("Frågan ligger redan i kanalen, eller är på väg dit.")
    group = groups.find(turn.session, question.group_id)
    if group is None or group.conversation_id is None:
        raise UserError("Gruppen har ingen kanal nu. Flytta frågan till en annan grupp.")
    shown = channel_notices.again(turn, question, row)
    return turn.in_place(desk_cards.one(shown, said="Jag lägger ut frågan i kanalen igen."))


@routes.action("questions.desk_form")
def answer_form(turn: Turn) -> Reply:
    """*Besvara*: show the answer form."""
    question = _open(turn)
    channel_notices.writes(turn, question)
    shown = details.of(turn.session, question, turn.now)
    return turn.in_place(desk_cards.answer_form(shown, pasted=False, contact=bool(turn.person.mail)))


@routes.action("questions.paste_form")
def paste_form(turn: Turn) -> Reply:
    """*Besvarad i tråden*: show the form for an answer from the thread."""
    question = _open(turn)
    channel_notices.writes(turn, question)
    return turn.in_place(desk_cards.answer_form(details.of(turn.session, question, turn.now), pasted=True))


@routes.action("questions.desk_answer")
def answer(turn: Turn) -> Reply:
    """Store an answer: one that the person wrote, or one pasted from the thread."""
    question = access.managed(turn)
    way = AnswerWay.PASTED if turn.data.get("pasted") is True else AnswerWay.CARD
    shown = channel_commands.keep(turn, question, str(turn.data.get("answer") or ""), way)
    return turn.in_place(desk_cards.one(shown, said="Svaret har gått till den som frågade."))


@routes.action("questions.move_form")
def move_form(turn: Turn) -> Reply:
    """*Flytta*: show the groups to move the question to."""
    question = _open(turn)
    shown, choices = details.of(turn.session, question, turn.now), groups.taking_questions(turn.session)
    return turn.in_place(cards.choose_group(shown, choices, back=desk_cards.back(question)))


@routes.action("questions.close_form")
def close_form(turn: Turn) -> Reply:
    """*Stäng med orsak*: show the form for the reason."""
    return turn.in_place(desk_cards.close_form(details.of(turn.session, _open(turn), turn.now)))


@routes.action("questions.close")
def close(turn: Turn) -> Reply:
    """Close the question, with a reason that the asker reads."""
    question = access.managed(turn)
    lifecycle.close(Change.of(turn), question, str(turn.data.get("reason") or ""))
    shown = notices.ended(turn, question)
    return turn.in_place(desk_cards.one(shown, said="Frågan är stängd, och den som frågade har fått veta varför."))


@routes.action("questions.remind")
def remind(turn: Turn) -> Reply:
    """*Påminn*: remind everybody in the group in the question's thread, at most once a day."""
    question = _open(turn)
    said = _remind(turn, question)
    return turn.in_place(desk_cards.one(details.of(turn.session, question, turn.now), said=said))


@routes.action("questions.to_faq", role=Role.KANSLI, where=Where.PERSONAL)
def show_solved(turn: Turn) -> Reply:
    """Show a solved question from the list, with the answer that solved it."""
    question = access.managed(turn)
    if question.status != Status.SOLVED:
        raise UserError("Frågan är inte löst längre, så den är inte klar för kunskapsbanken.")
    return state(desk_cards.to_faq(details.of(turn.session, question, turn.now)))


@routes.action("questions.not_now", role=Role.KANSLI, where=Where.PERSONAL)
def not_now(turn: Turn) -> Reply:
    """*Inte nu*: put the question aside for now."""
    return state(desk_cards.not_now(access.managed(turn)))


def waiting_count(turn: Turn) -> int:
    """Return how many questions wait for an answer."""
    return questions.waiting_count(turn.session)


def waiting_long(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield the questions that nobody has answered or taken for some days. Those to the kansli come first."""
    del app
    names = {group.id: group.name for group in groups.everyone(session) if group.conversation_id is not None}
    waiting = sorted(questions.waiting(session), key=lambda question: question.group_id is not None)
    for question in waiting:
        if working_days_after(question.waiting_since, LONG) > now or lifecycle.is_claimed(question, now):
            continue
        key = f"waiting:{question.id}:{question.group_id or 0}:{question.waiting_since.isoformat()}"
        quoted, age = one_line(question.text, QUOTED), desk_cards.age(question, now)
        name = names.get(question.group_id or 0)
        if name is None:
            form: dict[str, Any] = {
                "verb": "questions.desk_one",
                "data": {"question": question.id},
                "label": "Öppna frågan",
            }
            effect = f"Frågan ligger hos er och är {age}. Den som frågade får ditt svar direkt."
            yield PreparedDecision(key, f"Svara på ”{quoted}”", effect, 85, **form)
        else:
            effect = (
                f"Frågan är {age}. Gruppen får en påminnelse i frågans tråd. Svara eller flytta den i Öppna frågor."
            )
            remind = partial(_remind_again, question.id, question.waiting_since)
            yield PreparedDecision(key, f"Påminn {name} om ”{quoted}”", effect, 80, do=remind)


def _remind_again(question_id: int, seen: datetime, turn: Turn) -> str:
    question = questions.lock(turn.session, question_id)
    if question is None or question.over or question.waiting_since != seen:
        raise UserError("Frågan har ändrats sedan kortet kom. Skriv **öppna frågor** för att se hur det är nu.")
    return _remind(turn, question)


def _remind(turn: Turn, question: Question) -> str:
    """Remind the group in the question's thread, at most once a day. Return what happened."""
    if question.status != Status.OPEN:
        raise UserError("Frågan har redan fått svar, så det finns inget att påminna om.")
    if question.group_id is None:
        raise UserError("Frågan ligger hos kansliet, så det finns ingen grupp att påminna.")
    key = keys.of(question, f"nudge:{turn.now.astimezone(STOCKHOLM):%Y-%m-%d}")
    text = f"Frågan väntar fortfarande på svar: {escape(short(question.text))} {cards.HOW_TO_ANSWER}"
    row = Outgoing(key, notices.reminder_subject(question), ThreadOf(keys.card(question)), text)
    new = outbox.enqueue(turn.session, row, turn.now)
    return "Jag har påmint gruppen i frågans tråd." if new else "Gruppen har redan fått en påminnelse i dag."


def _list(turn: Turn, wanted: int) -> Json:
    waiting = _waiting(turn)
    names: dict[int | None, str] = {group.id: group.name for group in groups.everyone(turn.session)}
    return desk_cards.listing(waiting, names, wanted, turn.now)


def _waiting(turn: Turn) -> Sequence[Question]:
    if turn.kansli:
        return questions.waiting(turn.session)
    mine = groups.moderated_by(turn.session, turn.person.id)
    if not mine:
        raise UserError("Listan är för kansliet och temagruppernas moderatorer. Dina egna ser du med **mina frågor**.")
    return questions.waiting(turn.session, mine)


def _lost(turn: Turn, question: Question) -> Delivery | None:
    return next((row for _, row in channel_notices.lost(turn.session, [question])), None)


def _open(turn: Turn) -> Question:
    """Return the question that a button names, if something can still be done about it."""
    question = access.managed(turn)
    if question.over:
        raise UserError("Frågan är redan avslutad.")
    return question
