"""When a person is erased, end the questions that nobody else waits for, and show channel cards without the person.

The outbox cleans sent messages by itself if it can tell the name from other words. It often can't for a first name, or
for a name that two people have. A card made from the tables does not have that problem.
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
    """Find the questions whose cards name the person. Return a function that shows the cards without the person."""
    ids = questions.concerning(session, person_id)

    def after() -> None:
        for number in ids:
            question = questions.lock(session, number)
            if question is not None:
                _end(session, question, now)
                _show_anew(session, question, now)

    return after


def _end(session: Session, question: Question, now: datetime) -> None:
    """Close an open question that nobody waits for any more, and cancel its reminders."""
    if question.status == Status.OPEN and not details.everyone(session, question):
        lifecycle.close(Change(session, None, now), question, cards.ASKER_GONE)
        outbox.cancel(session, notices.reminder_subject(question), now)


def _show_anew(session: Session, question: Question, now: datetime) -> None:
    if question.group_id is None or outbox.find(session, keys.card(question)) is None:
        return
    question.version += 1
    shown = channel_notices.update(details.of(session, question, now), f"v{question.version}")
    outbox.enqueue(session, shown, now)
