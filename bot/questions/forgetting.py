"""When somebody is erased: the channel cards of what they asked, took or answered are shown anew, without them.

What the outbox has sent is cleaned by itself where a name can be told from other words. A first name alone can't, nor
a name that two people have; what a card is made of can.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.questions import picture, telling
from bot.routes import Routes
from storage import outbox, questions

routes = Routes()


@routes.erasing
def forget(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Which cards name the person; afterwards, their newest versions."""
    ids = questions.concerning(session, person_id)

    def after() -> None:
        for number in ids:
            _show_anew(session, number, now)

    return after


def _show_anew(session: Session, question_id: int, now: datetime) -> None:
    question = questions.lock(session, question_id)
    if question is None or question.group_id is None or outbox.find(session, telling.posted_as(question)) is None:
        return
    question.version += 1
    shown = telling.update(picture.of(session, question, now), f"v{question.version}")
    outbox.enqueue(session, shown, now)
