"""Guests who have not accepted the invitation to the tenant, as the directory last said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Mapped, Session

from storage.database import Base, insert_all_new, person_key
from storage.people import Person


class PendingGuest(Base):
    """A guest who has not accepted the invitation."""

    __tablename__ = "pending_guests"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    since: Mapped[datetime]
    """When they were invited, or invited again."""


def mirror(session: Session, pending: Mapping[str, datetime]) -> int:
    """Store who has not accepted, by Entra id with the time of the invitation; everybody else has. Return how many.

    People whom the bot does not know are left out: nothing is stored about them.
    """
    known = select(Person.id, Person.entra_id).where(Person.entra_id.in_(pending), Person.left_at.is_(None))
    times = {row.id: pending[row.entra_id] for row in session.execute(known.order_by(Person.id))}
    session.execute(delete(PendingGuest).where(PendingGuest.person_id.not_in(times)))
    insert_all_new(session, PendingGuest, [{"person_id": each, "since": since} for each, since in times.items()])
    for person_id, since in times.items():
        moved = PendingGuest.person_id == person_id, PendingGuest.since != since
        session.execute(update(PendingGuest).where(*moved).values(since=since))
    return len(times)


def is_pending(session: Session, person_id: int) -> bool:
    """Return whether a person has not accepted the invitation, and has not written to the bot either."""
    rows = select(PendingGuest.person_id).join(Person).where(PendingGuest.person_id == person_id)
    return session.scalar(rows.where(Person.last_active_at.is_(None))) is not None


def outside(session: Session) -> frozenset[int]:
    """Return the ids of the guests who have not accepted and are still here."""
    return frozenset(person.id for _, person in pending(session))


def pending(session: Session) -> Sequence[tuple[PendingGuest, Person]]:
    """Return the guests who have not accepted and are still here, those invited first at the top."""
    rows = select(PendingGuest, Person).join(Person).where(Person.left_at.is_(None), Person.last_active_at.is_(None))
    found = session.execute(rows.order_by(PendingGuest.since, PendingGuest.person_id)).all()
    return [(guest, person) for guest, person in found]
