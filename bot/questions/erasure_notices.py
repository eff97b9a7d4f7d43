"""When somebody is erased: what they asked ends if nobody else waits for it, and channel cards are shown without them.

What the outbox has sent is cleaned by itself where a name can be told from other words. A first name often can't, nor
a name that two people have; what a card is made of can.
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
    """Which cards name the person; afterwards, their newest versions."""
    ids = questions.concerning(session, person_id)
    questions.forget_messages(session, person_id)

    def after() -> None:
        for number in ids:
            question = questions.lock(session, number)
            if question is not None:
                _end(session, question, now)
                _show_anew(session, question, now)

    return after


def _end(session: Session, question: Question, now: datetime) -> None:
    """Where nobody waits for it any more, nobody is reminded of it, and it is kept no longer than others."""
    if question.status == Status.OPEN and not details.everyone(session, question):
        lifecycle.close(Change(session, None, now), question, cards.ASKER_GONE)
        outbox.cancel(session, notices.reminder_subject(question), now)


def _show_anew(session: Session, question: Question, now: datetime) -> None:
    if question.group_id is None or outbox.find(session, keys.card(question)) is None:
        return
    question.version += 1
    shown = channel_notices.update(details.of(session, question, now), f"v{question.version}")
    outbox.enqueue(session, shown, now)
