"""What we know of each appointment's calendar entry: one row per appointment, which also orders its changes.

Everything that changes an appointment first holds its row. So the deliveries of one appointment have ids in the order
in which their transactions committed, and the newest one carries the newest times.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new
from storage.outgoing import AsAppointment


class CalendarEntry(Base):
    """An appointment, and its entry in the bot's calendar."""

    __tablename__ = "calendar_entries"

    event_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    ends_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the appointment ends; null before its first time is known."""
    called_off: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str] = mapped_column(String(64), default="")
    """The digest of the appointment as it was last planned."""
    sequence: Mapped[int] = mapped_column(default=0)
    """How often the appointment has changed: SEQUENCE in an ``.ics`` file."""
    join_url: Mapped[str | None] = mapped_column(String(1000))
    """Where to join its online meeting, as the calendar said last."""
    read_at: Mapped[datetime | None]
    """When its answers were last read; null before the entry is in the calendar."""


def hold(session: Session, event_key: str) -> CalendarEntry:
    """Return the appointment's row, which is made if needed. Nobody else changes the appointment until we commit."""
    row = select(CalendarEntry).where(CalendarEntry.event_key == event_key).with_for_update()
    fresh = row.execution_options(populate_existing=True)
    entry = session.scalar(fresh)
    if entry is None:
        insert_new(session, CalendarEntry, event_key=event_key, called_off=False, digest="", sequence=0)
        entry = session.scalars(fresh).one()
    return entry


def plan(entry: CalendarEntry, appointment: AsAppointment | None, digest: str | None) -> None:
    """Note the appointment's newest state; None calls it off. A state that differs from the last raises the sequence.

    ``digest`` is that of the state.
    """
    if appointment is None:
        entry.sequence += not entry.called_off
        entry.called_off = True
        return
    if entry.digest and entry.digest != digest:
        entry.sequence += 1
    entry.digest, entry.ends_at = digest or "", appointment.ends


def find(session: Session, event_key: str) -> CalendarEntry | None:
    """Return what we know of the appointment's entry, or None."""
    return session.get(CalendarEntry, event_key)


def note(session: Session, event_key: str, join_url: str | None, now: datetime) -> None:
    """Note what the calendar said at ``now``. A missing address leaves the one that is known."""
    known = update(CalendarEntry).where(CalendarEntry.event_key == event_key)
    session.execute(known.values(read_at=now, **({"join_url": join_url} if join_url else {})))


def claim_reading(session: Session, now: datetime, every: timedelta) -> str | None:
    """Return the key of one coming appointment whose answers are to be read again, and note that we read them.

    Two replicas never get the same one. An entry that is not in the calendar yet is left out.
    """
    coming = CalendarEntry.ends_at > now, CalendarEntry.called_off.is_(False)
    oldest = (
        select(CalendarEntry.event_key)
        .where(*coming, CalendarEntry.read_at <= now - every)
        .order_by(CalendarEntry.read_at, CalendarEntry.event_key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    event_key = session.scalar(oldest)
    if event_key is not None:
        session.execute(update(CalendarEntry).where(CalendarEntry.event_key == event_key).values(read_at=now))
    return event_key


def is_over(before: datetime) -> ColumnElement[bool]:
    """Return the condition that an appointment ended before ``before``, or never got a time and was called off."""
    never = CalendarEntry.ends_at.is_(None) & CalendarEntry.called_off.is_(True)
    return or_(CalendarEntry.ends_at < before, never)
