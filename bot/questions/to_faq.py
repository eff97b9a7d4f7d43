"""A solved question on its way to the knowledge bank: the kansli's card, shown again."""

from __future__ import annotations

from bot.questions import faq_cards, picture, service
from bot.routes import Role, Routes, Where
from bot.turn import Reply, Turn, UserError, state
from storage.questions import Status

routes = Routes()


@routes.action("questions.to_faq", role=Role.KANSLI, where=Where.PERSONAL)
def show(turn: Turn) -> Reply:
    """The question with the answer that solved it, out of a list."""
    question = service.required(turn)
    if question.status != Status.SOLVED:
        raise UserError("Frågan är inte löst längre, så den är inte klar för kunskapsbanken.")
    return state(faq_cards.to_faq(picture.of(turn.session, question, turn.now)))


@routes.action("questions.not_now", role=Role.KANSLI, where=Where.PERSONAL)
def not_now(turn: Turn) -> Reply:
    """*Inte nu*."""
    return state(faq_cards.not_now(service.required(turn)))
