"""The questions to a silent person and to their colleague, as rows of the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.register import words
from bot.silence import cards, letter, novelties, rules
from bot.swedish import STOCKHOLM, date_of, next_open
from storage import municipalities, people, silences
from storage.contacts import Contact
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson, number_of
from storage.people import Person, VisibleTo
from storage.silences import Silence

FORESEEN = 0
"""The number of a silence that is not stored yet."""


def to_person(session: Session, row: Silence, heard: datetime, now: datetime) -> Outgoing:
    """Return the question to a silent person who was last heard at ``heard``."""
    found = novelties.since(session, row.person_id, heard, now)
    subject = f"silence:{row.id}"
    return Outgoing(
        f"{subject}:person:{row.person_id}",
        subject,
        ToPerson(row.person_id),
        card=cards.ask(row, found),
        reach=Reach.REMINDER,
        mail=letter.ask_mail(found),
    )


def foreseen(session: Session, person: Person, heard: datetime, at: datetime) -> Outgoing:
    """Return the question that a person is going to get."""
    return to_person(session, Silence(id=FORESEEN, person_id=person.id, asked_at=at), heard, at)


def to_colleague(session: Session, row: Silence, held: Contact, colleague: Person) -> Outgoing:
    """Return the question to the municipality's other contact person about the holder of a seat."""
    place = municipalities.require(session, held.municipality_code).full_name
    person = held.person
    named = person.called if person is not None and person.visible_to != VisibleTo.KANSLI else ""
    seat, subject = words.seat(held.seat), f"silence_colleague:{row.id}"
    return Outgoing(
        f"{subject}:person:{colleague.id}",
        subject,
        ToPerson(colleague.id),
        card=cards.ask_colleague(row, named, seat, place),
        reach=Reach.REMINDER,
        mail=letter.colleague_mail(named, seat, place),
    )


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether the silence goes on, asked just before sending."""
    silence = silences.find(session, number_of(row.subject))
    if silence is None or silence.ended_at is not None or silence.listed_at is not None:
        return False
    person = people.by_id(session, silence.person_id)
    return person is not None and rules.over(session, silence, person, row.not_before) is None


def openings(now: datetime, until: datetime) -> Iterator[datetime]:
    """Yield ``now`` if it is open, and the first open moment of each day until ``until``."""
    seen: set[datetime] = set()
    day = date_of(now)
    while day <= date_of(until):
        at = next_open(max(now, datetime.combine(day, time(), STOCKHOLM)))
        if at < until and at not in seen:
            seen.add(at)
            yield at
        day += timedelta(days=1)
