"""The people invited to an appointment, by id, and the marks of our addresses in the calendar entry.

An invited person's address is read when the invitation is sent. Only the address's mark is stored here, so that
an address of ours can be removed from the entry after the person left or was erased. Attendees without a mark of ours
were added by other people, by forwarding, and are never removed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_all_new, person_key
from storage.people import Person

DECLINED = "declined"
"""Graph's word for an attendee who answered no."""
NO_ADDRESS, FULL = "no_address", "full"
"""Why a person is invited but not in the calendar entry: mail can't reach them, or the entry holds no more people."""


@dataclass(frozen=True, slots=True)
class OutlookAnswer:
    """An answer as Outlook gave it."""

    word: str
    """Graph's word."""
    at: datetime | None
    """When the person answered; None if the calendar does not say."""


class Invitation(Base):
    """A person's place in an appointment. Without the person: an address that must be removed from the entry."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("event_key", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_key: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    mark: Mapped[str] = mapped_column(String(64), default="")
    """The mark of the address that was written in the entry; empty before the first try."""
    answer: Mapped[str] = mapped_column(String(30), default="")
    """Graph's word for the person's last answer in Outlook; empty if there was none.

    It stays when the calendar forgets it, as Exchange does when the appointment is moved.
    """
    answered_at: Mapped[datetime | None]
    """When the person gave that answer, or when it was first read."""
    outside: Mapped[str] = mapped_column(String(20), default="")
    """Why the person is not in the calendar entry; empty for a person who is, or who waits for the next delivery."""


def add(session: Session, event_key: str, person_ids: Collection[int]) -> None:
    """Add people to the attendees; people who are there already stay."""
    empty = {"event_key": event_key, "mark": "", "answer": "", "outside": ""}
    # in the same order everywhere, or two transactions could deadlock
    insert_all_new(session, Invitation, [{**empty, "person_id": person_id} for person_id in sorted(person_ids)])


def remove(session: Session, event_key: str, person_ids: Collection[int]) -> None:
    """Take people off the attendees. An address that was written in the entry keeps its row until it is removed."""
    gone = Invitation.event_key == event_key, Invitation.person_id.in_(list(person_ids))
    session.execute(delete(Invitation).where(*gone, Invitation.mark == ""))
    session.execute(update(Invitation).where(*gone).values(person_id=None, outside=""))


def of_event(session: Session, event_key: str) -> Sequence[tuple[Invitation, Person | None]]:
    """Return the appointment's rows with their people, in a stable order."""
    query = select(Invitation, Person).outerjoin(Person).where(Invitation.event_key == event_key)
    return [(row, person) for row, person in session.execute(query.order_by(Invitation.id)).all()]


def record(
    session: Session, event_key: str, removed: Collection[str], answers: Mapping[str, OutlookAnswer], now: datetime
) -> None:
    """Store the entry's state as read at ``now``: drop rows whose address was ``removed``, and store new answers.

    Both go by mark.
    """
    over = Invitation.event_key == event_key, Invitation.person_id.is_(None), Invitation.mark.in_(list(removed))
    session.execute(delete(Invitation).where(*over))
    for row, _ in of_event(session, event_key):
        answer = answers.get(row.mark)
        if answer is None or not answer.word:
            continue
        if answer.word != row.answer or (answer.at is not None and answer.at != row.answered_at):
            row.answer, row.answered_at = answer.word, answer.at or now


def mark(event_key: str, mail: str) -> str:
    """Return the mark of an address in one appointment; it can't be compared between appointments."""
    return sha256(f"{event_key} {mail.casefold()}".encode()).hexdigest()
