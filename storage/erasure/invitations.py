"""Takes an erased person out of calendar entries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage import outbox
from storage.contents import Content
from storage.invitations import Invitation
from storage.outbox import Delivery, State
from storage.outgoing import AsAppointment, Operation, Outgoing, ToCalendar


def withdraw(session: Session, person_ids: Collection[int], reference: str, now: datetime) -> int:
    """Bring the entries that invite these people up to date without them. Return how many entries that is.

    Call it before the people are deleted. Their rows then lose the person, and the address's mark is enough to remove
    the address from the entry.
    """
    theirs = Invitation.person_id.in_(list(person_ids))
    session.execute(delete(Invitation).where(theirs, Invitation.mark == ""))
    keys = session.scalars(select(Invitation.event_key).where(theirs).distinct().order_by(Invitation.event_key)).all()
    rows = [row for key in keys if (row := _again(session, key, reference)) is not None]
    return outbox.enqueue_all(session, rows, now)


def _again(session: Session, event_key: str, reference: str) -> Outgoing | None:
    """Return the appointment's newest state once more; None if it is over and its text is forgotten."""
    entry = ToCalendar(event_key)
    newest = (
        select(Delivery)
        .where(Delivery.lane == entry.lane, Delivery.operation == Operation.INVITE)
        .where(Delivery.state != State.CANCELLED, Delivery.content_hash.is_not(None))
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    row = session.scalar(newest)
    if row is None:
        return None
    content = session.get_one(Content, row.content_hash)  # with the keys of the people that it names
    appointment = AsAppointment.from_body(content.body["appointment"])
    return Outgoing(f"erased:{reference}:{event_key}", row.subject, entry, appointment=appointment)
