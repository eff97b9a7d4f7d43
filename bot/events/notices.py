"""Bring what is shown of an event to its current state: cards in channels, the calendar entry, and changes of time.

Everything follows from the event, its registrations and the rows that exist. So calling it twice changes nothing, and
a job that runs late or on several replicas makes the same rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from bot.delivery.living import Living
from bot.events import cards, member_access, message_cards
from bot.message import Json
from bot.register import target
from bot.register.target import Target
from bot.schedule import seats
from storage import deliveries, events, invitations, kansli, outbox, people, registrations
from storage.events import Event, EventQuestion, EventState
from storage.outbox import Delivery
from storage.outgoing import (
    AsAppointment,
    AsMail,
    Operation,
    Outgoing,
    ToCalendar,
    ToChannel,
    ToPerson,
    digest_of,
    number_of,
)
from storage.people import Person
from storage.registrations import RegistrationState

MAIL_AFTER = timedelta(hours=1)
"""After how long a guest who has not opened the message in Teams gets it by mail."""
MOVE, CANCEL, OFFER, DECLINE, QUESTION = "event_move", "event_cancel", "event_offer", "event_decline", "event_question"
"""The first words of the subjects of what goes to single people."""


def spread(session: Session, event: Event, now: datetime) -> None:
    """Bring the cards in channels, the calendar entry and the registered people to the event's current state."""
    locked = events.lock(session, event.id)
    if locked is None or locked.state == EventState.DRAFT:
        return
    show_in_channels(session, locked, now)
    attend(session, locked, now)
    if locked.state == EventState.CANCELLED:
        _tell_cancelled(session, locked, now)
    else:
        _tell_moved(session, locked, now)


def show_in_channels(session: Session, event: Event, now: datetime) -> None:
    """Post the card in each of the event's channels, and replace the cards that show something else."""
    living = Living.of(f"event_card:{event.id}")
    card = cards.event_card(member_access.to_all(session, event, now))
    posted = deliveries.about(session, [living.subject, living.versions])
    newest = {row.key: row for row in posted[living.subject]}
    newest |= {row.target: row for row in posted[living.versions] if row.target}
    shown = digest_of({"text": "", "card": card})
    stale = [key for key, row in newest.items() if row.content_hash != shown]
    if stale:
        event.card_version += 1
    rows = [living.version(key, f"v{event.card_version}", card) for key in stale]
    if event.state == EventState.OPEN and (event.ends_at is None or event.ends_at > now):
        for _, place in target.channels(session, Target(channels=tuple(event.themes))):
            slot = sha256((place or "").encode()).hexdigest()[:16]
            if place and living.key(slot) not in newest:
                rows.append(living.post(slot, ToChannel(place), card))
    outbox.enqueue_all(session, rows, now)


def attend(session: Session, event: Event, now: datetime) -> None:
    """Bring the calendar entry to the event's times, texts and people; or call it off."""
    to = ToCalendar(event.subject)
    newest = deliveries.in_lane(session, to.lane)
    if event.state == EventState.CANCELLED:
        if newest is not None and newest.operation == Operation.INVITE:
            text = f"{event.title} är inställt. {event.reason}".strip()
            outbox.enqueue(session, Outgoing(f"{event.subject}:calendar:off", event.subject, to, text=text), now)
        return
    appointment = appointment_of(event)
    if event.state != EventState.OPEN or appointment is None or appointment.ends <= now:
        return
    coming = {row.person_id for row, _ in registrations.of_event(session, event.id) if not row.by_mail}
    invited = {row.person_id for row, _ in invitations.of_event(session, event.subject)} - {None}
    same = newest is not None and newest.content_hash == digest_of({"appointment": appointment.body})
    if same and coming == invited:
        return
    event.card_version += 1
    key = f"{event.subject}:calendar:{event.card_version}"
    outbox.enqueue(session, Outgoing(key, event.subject, to, appointment=appointment, attendees=sorted(coming)), now)


def appointment_of(event: Event) -> AsAppointment | None:
    """Return the event as calendars show it; None if it has no date."""
    if event.starts_at is None or event.ends_at is None:
        return None
    link = f"Anslut: {event.join_url}" if event.join_url and not event.teams_meeting else ""
    text = "\n\n".join(part for part in (event.text, link) if part)
    return AsAppointment(event.title, event.starts_at, event.ends_at, text, event.teams_meeting, event.place)


def ask_speaker(session: Session, event: Event, question: EventQuestion, person: Person, now: datetime) -> None:
    """Bring a question to the person who holds the event; to the kansli if nobody does."""
    organiser = people.by_id(session, event.organiser_id)
    here = organiser is not None and organiser.left_at is None
    readers = [organiser] if organiser is not None and here else kansli.everyone(session)
    card = message_cards.question(event, question.text, person)
    subject, mail = f"{QUESTION}:{event.id}", message_cards.question_mail(event, question.text)
    rows = [message(f"{subject}:{question.id}", subject, one.id, card, mail) for one in readers]
    outbox.enqueue_all(session, rows, now)


def message(
    key: str,
    subject: str,
    person_id: int,
    card: Json,
    mail: AsMail,
    *,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> Outgoing:
    """Return a message to one person about an event. Messages with one subject reach the person in their order."""
    to = f":person:{person_id}"
    return Outgoing(
        f"{key}{to}",
        subject,
        ToPerson(person_id),
        card=card,
        lane=f"{subject}{to}",
        not_before=not_before,
        expires_at=expires_at,
        mail=mail,
        mail_after=MAIL_AFTER,
    )


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether what the message says is still so, asked just before sending."""
    event = events.find(session, number_of(row.subject))
    what = row.subject.partition(":")[0]
    if event is None or (event.state == EventState.CANCELLED) != (what == CANCEL):
        return False
    own = registrations.of_person(session, event.id, row.person_id) if row.person_id else None
    wanted = {
        MOVE: lambda: own is not None and own.state in seats.IN_TOUCH and f":{_stamp(event)}:" in row.key,
        OFFER: lambda: row.person_id is None or (own is not None and own.state == RegistrationState.OFFERED),
        DECLINE: lambda: own is not None and own.state == RegistrationState.REGISTERED,
    }
    return what not in wanted or wanted[what]()


def decline_key(event: Event) -> str:
    """Return the key of the question about a decline: once for each start."""
    return f"{DECLINE}:{event.id}:{_stamp(event)}"


def _tell_moved(session: Session, event: Event, now: datetime) -> None:
    """Tell the people whom it concerns the new start, once."""
    if event.starts_at is None or event.starts_at <= now:
        return
    concerned = registrations.of_event(session, event.id, seats.IN_TOUCH)
    untold = [row for row, _ in concerned if row.told_start != event.starts_at]
    if not untold:
        return
    subject = f"{MOVE}:{event.id}"
    outbox.cancel(session, subject, now)  # an earlier time that still waits
    key, card, mail = f"{subject}:{_stamp(event)}", message_cards.moved(event), message_cards.moved_mail(event)
    starts = event.starts_at
    rows = [message(key, subject, row.person_id, card, mail, expires_at=starts) for row in untold]
    outbox.enqueue_all(session, rows, now)
    for row in untold:
        row.told_start = starts


def _tell_cancelled(session: Session, event: Event, now: datetime) -> None:
    """Tell the people whom it concerns, once, and cancel what else waits for them."""
    for what in (MOVE, OFFER, DECLINE):
        outbox.cancel(session, f"{what}:{event.id}", now)
    if event.ends_at is not None and event.cancelled_at is not None and event.ends_at <= event.cancelled_at:
        return
    concerned = registrations.of_event(session, event.id, seats.IN_TOUCH)
    subject, card, mail = f"{CANCEL}:{event.id}", message_cards.cancelled(event), message_cards.cancelled_mail(event)
    rows = [message(subject, subject, row.person_id, card, mail) for row, _ in concerned]
    outbox.enqueue_all(session, rows, now)


def _stamp(event: Event) -> str:
    return f"{event.starts_at:%Y%m%dT%H%M}" if event.starts_at else ""
