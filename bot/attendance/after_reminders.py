"""What goes out after an event: the question whether it was worth it, and the recording and material.

Everything follows from the event, the answers and the time, as before an event (:mod:`bot.attendance.reminders`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot import swedish
from bot.attendance import after_cards
from bot.delivery.ladder import Ladder, Rung
from storage import deliveries, events, participations, registrations
from storage.copies import Copies
from storage.events import Event, EventState
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson, digest_of, number_of
from storage.registrations import RegistrationState

ASK, MATERIAL = "event_rating", "event_material"
"""The first words of the subjects."""
AFTERWARDS = Ladder((Rung(0),))
"""When it has ended, at the next open hour."""
WITHIN = timedelta(days=7)
"""For how long people are asked. Later they do not remember what it gave."""
LONGEST_QUIET = timedelta(days=45)
"""Longer than the quiet weeks of the summer, after which an event of July is asked about."""
MATERIAL_WITHIN = timedelta(days=90)
"""How long after the event a recording is sent when the kansli adds it. Outbox rows, which tell who has had it, are
kept for at least 400 days."""


def due(session: Session, now: datetime) -> Iterator[Copies]:
    """Yield the messages due by now, of events that are over."""
    for event in events.held(session, now - MATERIAL_WITHIN, now):
        yield from _questions(session, event, now)
        yield from _material(session, event, now)


def still_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the event is as it was, and the person has not answered yet."""
    event = events.find(session, number_of(delivery.subject))
    if event is None or event.state != EventState.OPEN or event.ends_at is None or delivery.person_id is None:
        return False
    ids = event.id, delivery.person_id
    if delivery.subject.partition(":")[0] == MATERIAL:
        return bool(event.recording_url or event.material_url) and delivery.key.startswith(_links(event))
    same = f":{event.ends_at.astimezone(UTC).strftime(AFTERWARDS.stamp)}:" in delivery.key
    place = registrations.of_person(session, *ids)
    known = participations.of_person(session, *ids)
    absent = known is not None and not known.came
    registered = place is not None and place.state == RegistrationState.REGISTERED
    return same and registered and not absent and participations.rating_of(session, *ids) is None


def _questions(session: Session, event: Event, now: datetime) -> Iterator[Copies]:
    assert event.ends_at is not None  # noqa: S101 - it has ended
    if event.ends_at <= now - LONGEST_QUIET:
        return
    reached = AFTERWARDS.due(event.ends_at, now)
    if reached is None:
        return
    until = reached.rung.moment(event.ends_at) + WITHIN
    if reached.not_before >= until:
        return
    subject = f"{ASK}:{event.id}"
    people = participations.to_ask(session, event.id, deliveries.told([subject], f"{subject}:{reached.what}:"))
    if not people:
        return
    letter = Outgoing(
        f"{subject}:{reached.what}:person",
        subject,
        ToPerson(0),
        card=after_cards.ask(event),
        not_before=reached.not_before,
        expires_at=until,
        reach=Reach.REMINDER,
        mail=after_cards.ask_mail(event),
    )
    yield Copies.of(letter, people)


def _material(session: Session, event: Event, now: datetime) -> Iterator[Copies]:
    """Send each person the recording and the material once, whatever they answered.

    The key names the links: a message that waits with a link that is wrong by now is replaced.
    """
    if not (event.recording_url or event.material_url):
        return
    subject, key = f"{MATERIAL}:{event.id}", _links(event)
    people = participations.involved(session, event.id, deliveries.told([subject], f"{subject}:", key))
    if not people:
        return
    card, mail = after_cards.material(event)
    opens = swedish.next_open(now)
    letter = Outgoing(
        f"{key}person", subject, ToPerson(0), card=card, not_before=opens, reach=Reach.REMINDER, mail=mail
    )
    yield Copies.of(letter, people)


def _links(event: Event) -> str:
    """Return the beginning of the keys of messages with the event's links as they are now."""
    return f"{MATERIAL}:{event.id}:{digest_of({'links': [event.recording_url, event.material_url]})[:12]}:"
