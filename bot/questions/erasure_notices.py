"""When a person is erased: their question ends if nobody else waits for it, and channel cards are shown without them.

The outbox takes a person's name out of what it has sent. A channel card also shows who has taken a question and how
many follow it, so it is made again from the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.questions import cards, channel_notices, details, keys, lifecycle, notices
from bot.register.change import Change
from bot.routes import Routes
from bot.turn import Turn
from storage import outbox, questions
from storage.questions import Question, Status

routes = Routes[Turn]()


@routes.erasing
def forget(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Find the questions that the person took part in; afterwards, show their cards again."""
    ids = questions.concerning(session, person_id)

    def after() -> None:
        for number in ids:
            question = questions.lock(session, number)
            if question is not None:
                _end(session, question, now)
                _show_again(session, question, now)

    return after


def _end(session: Session, question: Question, now: datetime) -> None:
    """Close a question that nobody waits for any more: nobody is reminded of it, and retention deletes it."""
    if question.status == Status.OPEN and not details.everyone(session, question):
        lifecycle.close(Change(session, None, now), question, cards.ASKER_GONE)
        outbox.cancel(session, notices.reminder_subject(question), now)


def _show_again(session: Session, question: Question, now: datetime) -> None:
    if question.group_id is None or outbox.find(session, keys.card(question)) is None:
        return
    question.version += 1
    shown = channel_notices.update(details.of(session, question, now), f"v{question.version}")
    outbox.enqueue(session, shown, now)
