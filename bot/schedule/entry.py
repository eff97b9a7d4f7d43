"""An event as calendars show it: its appointment, where to join it, and the files that put it in a calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery.invitation import published
from storage import appointments
from storage.calendar_files import AsFile
from storage.events import Event, EventKind
from storage.outgoing import AsAppointment
from storage.registrations import Registration, RegistrationState


def appointment_of(event: Event) -> AsAppointment | None:
    """Return the event as calendars show it; None if it has no date. Everybody invited reads a link of its own."""
    plain = _appointment(event)
    if plain is None or event.teams_meeting or not event.join_url:
        return plain
    text = "\n\n".join(part for part in (event.text, f"Anslut: {event.join_url}") if part)
    return replace(plain, text=text)


def join_url(session: Session, event: Event) -> str:
    """Return where to join the event online; empty if it is not online, or Microsoft has not made the meeting yet."""
    made = appointments.join_url(session, event.subject) if event.teams_meeting else None
    return made or event.join_url


def lacks_link(session: Session, event: Event) -> bool:
    """Return whether people who come online would not know where to: a webinar or Teams meeting without a link."""
    return (event.teams_meeting or event.kind == EventKind.WEBINAR) and not join_url(session, event)


def file(session: Session, event: Event, own: Registration | None, mailbox: str | None, now: datetime) -> bytes | None:
    """Return the file behind *Lägg i kalendern*; None if the event has no date. Only registered people read the link.

    ``mailbox`` is the bot's, ``settings.graph_mailbox``.
    """
    appointment = _appointment(event)
    if appointment is None:
        return None
    comes = own is not None and own.state == RegistrationState.REGISTERED
    link = join_url(session, event) if comes else None
    changes = appointments.sequence(session, event.subject)
    return published(event.subject, appointment, mailbox, now, sequence=changes, join_url=link)


def as_file(session: Session, event: Event) -> AsFile | None:
    """Return the file that goes by mail to registered people who chose that; None if the event has no date."""
    appointment = _appointment(event)
    if appointment is None:
        return None
    changes = appointments.sequence(session, event.subject)
    return AsFile(event.subject, appointment.body, changes, join_url(session, event))


def _appointment(event: Event) -> AsAppointment | None:
    if event.starts_at is None or event.ends_at is None:
        return None
    return AsAppointment(event.title, event.starts_at, event.ends_at, event.text, event.teams_meeting, event.place)
