"""What the bot sends of its own accord when an event changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from storage import outbox, registrations
from storage.events import Event, EventState
from storage.outgoing import AsAppointment, Outgoing, ToCalendar


def spread(session: Session, event: Event, now: datetime) -> None:
    """Bring the calendar entry up to date with the event, or call it off."""
    if event.state == EventState.DRAFT or event.starts_at is None or event.ends_at is None:
        return
    key, entry = f"{event.subject}:calendar:{event.version}", ToCalendar(event.subject)
    if event.state == EventState.CANCELLED:
        outbox.enqueue(session, Outgoing(key, event.subject, entry, text=event.reason), now)
        return
    planned = AsAppointment(
        event.title, event.starts_at, event.ends_at, event.text, online=event.teams_meeting, place=event.place
    )
    coming = registrations.ids(session, event.id)
    outbox.enqueue(session, Outgoing(key, event.subject, entry, appointment=planned, attendees=coming), now)
