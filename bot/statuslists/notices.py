"""Ask the person who pressed *Klart* about a list that contradicts it, once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.register.change import Change
from bot.statuslists import cards
from storage import duties, outbox, people
from storage.database import is_id
from storage.duties import Duty, DutyState, DutyStatus
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson

KIND = "duty_doubt"


def ask(change: Change, duty: Duty, doubted: Iterable[DutyStatus]) -> None:
    """Ask the people of these states. A person who has left is not asked; the kansli sees the doubt."""
    for row in doubted:
        person = people.by_id(change.session, row.by_id)
        if person is not None and person.left_at is None:
            message = Outgoing(
                f"{KIND}:{duty.id}:{row.municipality_code}:{change.now.isoformat()}",
                f"{KIND}:{duty.id}:{row.municipality_code}",
                ToPerson(person.id),
                card=cards.doubt(duty, row),
                reach=Reach.REMINDER,
                mail=cards.doubt_mail(duty, row),
            )
            outbox.enqueue(change.session, message, change.now)


def still_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the doubt still stands and the person is the one who said *Klart*."""
    _, number, code = delivery.subject.split(":")
    duty = duties.find(session, int(number)) if is_id(int(number)) else None
    row = duties.status(session, duty.id, code) if duty is not None and duty.closed_at is None else None
    asked = row is not None and row.state == DutyState.SAYS_DONE and row.doubted_at is not None
    return asked and row is not None and row.by_id == delivery.person_id
