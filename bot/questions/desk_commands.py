"""What the kansli and the moderators do about what waits, in their own chats."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import escape, short
from bot.message import Json, Reply, UserError, say, state, view
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
from bot.swedish import STOCKHOLM
from bot.turn import Turn
from storage import groups, outbox, questions
from storage.outbox import Delivery
from storage.outgoing import Outgoing, ThreadOf
from storage.questions import AnswerWay, Question, Status

routes = Routes[Turn]()


@routes.command(
    "öppna frågor",
    help="Se frågor som väntar på svar. För kansliet och temagruppernas moderatorer.",
    where=Where.PERSONAL,
    aliases=("obesvarade frågor", "frågor som väntar"),
)
def waiting(turn: Turn) -> Reply:
    """What waits: everything for the kansli, their groups for moderators."""
    return say(card=_list(turn, 0))


@routes.action("questions.desk", where=Where.PERSONAL)
def page(turn: Turn) -> Reply:
    """A page of what waits."""
    return state(_list(turn, turn.page))


@routes.action("questions.desk_one")
def one(turn: Turn) -> Reply:
    """One question, with what can be done about it."""
    question = access.managed(turn)
    seen, row = details.of(turn.session, question, turn.now), _lost(turn, question)
    said = f"{desk_cards.missing(seen, row.state)}." if row else ""
    return _in_place(turn, desk_cards.one(seen, said=said, lost=row is not None))


@routes.action("questions.repost")
def repost(turn: Turn) -> Reply:
    """*Lägg ut igen*: the card that did not come to its channel."""
    question = _open(turn)
    row = _lost(turn, question)
    if row is None:
        raise UserError("Frågan ligger redan i kanalen, eller är på väg dit.")
    group = groups.find(turn.session, question.group_id)
    if group is None or group.conversation_id is None:
        raise UserError("Gruppen har ingen kanal nu. Flytta frågan till en annan grupp.")
    seen = channel_notices.again(turn, question, row)
    return _in_place(turn, desk_cards.one(seen, said="Jag lägger ut frågan i kanalen igen."))


@routes.action("questions.desk_form")
def answer_form(turn: Turn) -> Reply:
    """*Besvara*."""
    question = _open(turn)
    return _in_place(turn, desk_cards.answer_form(details.of(turn.session, question, turn.now), pasted=False))


@routes.action("questions.paste_form")
def paste_form(turn: Turn) -> Reply:
    """*Besvarad i tråden*."""
    question = _open(turn)
    return _in_place(turn, desk_cards.answer_form(details.of(turn.session, question, turn.now), pasted=True))


@routes.action("questions.desk_answer")
def answer(turn: Turn) -> Reply:
    """Keep an answer: the person's own, or one pasted from the thread."""
    question = access.managed(turn)
    way = AnswerWay.PASTED if turn.data.get("pasted") is True else AnswerWay.CARD
    seen = channel_commands.keep(turn, question, str(turn.data.get("answer") or ""), way)
    return _in_place(turn, desk_cards.one(seen, said="Svaret har gått till den som frågade."))


@routes.action("questions.move_form")
def move_form(turn: Turn) -> Reply:
    """*Flytta*."""
    question = _open(turn)
    seen, choices = details.of(turn.session, question, turn.now), groups.taking_questions(turn.session)
    return _in_place(turn, cards.choose_group(seen, choices, back=desk_cards.back(question)))


@routes.action("questions.close_form")
def close_form(turn: Turn) -> Reply:
    """*Stäng med orsak*: the reason."""
    return _in_place(turn, desk_cards.close_form(details.of(turn.session, _open(turn), turn.now)))


@routes.action("questions.close")
def close(turn: Turn) -> Reply:
    """Close it, with a reason that the asker reads."""
    question = access.managed(turn)
    lifecycle.close(Change.of(turn), question, str(turn.data.get("reason") or ""))
    seen = notices.ended(turn, question)
    return _in_place(turn, desk_cards.one(seen, said="Frågan är stängd, och den som frågade har fått veta varför."))


@routes.action("questions.remind")
def remind(turn: Turn) -> Reply:
    """*Påminn*: in the question's thread, for everybody in the group; at most once a day."""
    question = _open(turn)
    seen = details.of(turn.session, question, turn.now)
    if question.status != Status.OPEN:
        raise UserError("Frågan har redan fått svar, så det finns inget att påminna om.")
    if seen.group is None:
        raise UserError("Frågan ligger hos kansliet, så det finns ingen grupp att påminna.")
    key = keys.of(question, f"nudge:{turn.now.astimezone(STOCKHOLM):%Y-%m-%d}")
    text = f"Frågan väntar fortfarande på svar: {escape(short(question.text))} {cards.HOW_TO_ANSWER}"
    row = Outgoing(key, notices.reminder_subject(question), ThreadOf(keys.card(question)), text)
    new = outbox.enqueue(turn.session, row, turn.now)
    said = "Jag har påmint gruppen i frågans tråd." if new else "Gruppen har redan fått en påminnelse i dag."
    return _in_place(turn, desk_cards.one(seen, said=said))


@routes.action("questions.to_faq", role=Role.KANSLI, where=Where.PERSONAL)
def show_solved(turn: Turn) -> Reply:
    """The question with the answer that solved it, out of a list."""
    question = access.managed(turn)
    if question.status != Status.SOLVED:
        raise UserError("Frågan är inte löst längre, så den är inte klar för kunskapsbanken.")
    return state(desk_cards.to_faq(details.of(turn.session, question, turn.now)))


@routes.action("questions.not_now", role=Role.KANSLI, where=Where.PERSONAL)
def not_now(turn: Turn) -> Reply:
    """*Inte nu*."""
    return state(desk_cards.not_now(access.managed(turn)))


def _list(turn: Turn, wanted: int) -> Json:
    found = _waiting(turn)
    names: dict[int | None, str] = {group.id: group.name for group in groups.everyone(turn.session)}
    return desk_cards.listing(found, names, wanted, turn.now)


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
    """A question that something can still be done about."""
    question = access.managed(turn)
    if question.over:
        raise UserError("Frågan är redan avslutad.")
    return question


def _in_place(turn: Turn, card: Json) -> Reply:
    """In the pressed card's place; nobody else sees the desk where others read too."""
    return state(card) if turn.personal else view(card)
