"""What new members are told on days 3, 14, 30 and 90: the facts, read when a step is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery.ladder import Ladder, Rung
from bot.progress import standings, states
from bot.progress.standings import DutyStanding
from bot.register import words
from bot.swedish import date_of
from storage import contacts, duties, events, groups, municipalities, questions
from storage.contacts import Contact
from storage.duties import Duty
from storage.events import Event
from storage.info_links import InfoLink, Track
from storage.municipalities import Municipality
from storage.onboardings import Onboarding
from storage.people import Person, PersonRole, VisibleTo

TRY, PLACE = 3, 14
"""The days after a person came on which they are shown what to try, and what their municipality does."""
CHECK_INS = (30, 90)
"""The days on which they are asked how it goes."""
LADDER = Ladder((Rung(TRY), Rung(PLACE), *(Rung(day) for day in CHECK_INS)), stamp="")
MOST_EVENTS, MOST_DUTIES, MOST_COUNTERPARTS, MOST_LINKS = 2, 5, 2, 3
"""How many lines of each kind a step has: together they fit on two screens of a phone."""
SEATS = (PersonRole.POLITICIAN, PersonRole.OFFICER, PersonRole.SUBSTITUTE)


@dataclass(frozen=True, slots=True)
class Current:
    """The events, questions and links for a person who has just come."""

    events: Sequence[Event]
    waiting: Sequence[tuple[str, int]]
    """The theme groups that they follow in which questions wait, by name, and how many."""
    links: Sequence[InfoLink]
    begun: bool
    """Whether they have gone through the introduction."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A colleague to know of."""

    person: Person
    seat: str
    place: str
    """The municipality, if it is another one."""


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What a person's municipality does this year, and the colleagues nearest to them."""

    town: Municipality | None
    duties: Sequence[tuple[Duty, DutyStanding]]
    counterparts: Sequence[Counterpart]
    size_group: bool = False
    """Whether the counterparts are of municipalities of the same size, because the own one has none."""


def current(session: Session, person: Person, begun: Onboarding, links: Sequence[InfoLink], now: datetime) -> Current:
    """Return what is on for a person. ``links`` are those of their track."""
    followed = groups.followed_by(session, person.id)
    waiting = questions.waiting_counts(session) if followed else {}
    named = [
        (group.name, waiting[group.id])
        for group in groups.everyone(session)
        if group.theme in followed and waiting.get(group.id)
    ]
    dated = [event for event in events.upcoming(session, now) if event.starts_at and event.starts_at > now]
    return Current(dated[:MOST_EVENTS], named, links[:MOST_LINKS], begun.finished_at is not None)


def place(session: Session, person: Person, now: datetime) -> PlaceFacts:
    """Return what a person's municipality does this year, and whom they can ask."""
    town = home(session, person)
    if town is None:
        return PlaceFacts(None, (), ())
    year = date_of(now).year
    rows = [duty for duty in duties.of_year(session, year) if states.concerns(duty, town)]
    everywhere = standings.load(session, rows, now)
    shown = [(duty, everywhere.of(duty.id, town.code)) for duty in rows]
    left = [(duty, standing) for duty, standing in shown if not standing.ended]
    near = list(_colleagues(session, person, town))
    if near:
        return PlaceFacts(town, left[:MOST_DUTIES], near[:MOST_COUNTERPARTS])
    alike = list(_alike(session, person, town))
    return PlaceFacts(town, left[:MOST_DUTIES], alike[:MOST_COUNTERPARTS], size_group=bool(alike))


def home(session: Session, person: Person) -> Municipality | None:
    """Return the municipality that a person works for, or has a seat in."""
    held = contacts.held_by(session, person.id)
    code = person.municipality_code or (held[0].municipality_code if held else None)
    return municipalities.find(session, code) if code else None


def track(session: Session, person: Person) -> Track:
    """Return the track of a person: a politician's, a civil servant's, or both where the bot does not know."""
    seats = {held.seat for held in contacts.held_by(session, person.id)} or {person.role}
    if PersonRole.POLITICIAN in seats:
        return Track.POLITICIAN
    return Track.OFFICER if seats & {PersonRole.OFFICER, PersonRole.REPORTER} else Track.BOTH


def seat_name(counterpart: Counterpart) -> str:
    """Return the seat in Swedish, with the municipality if it is another one."""
    role = words.role(PersonRole(counterpart.seat))
    return f"{role}, {counterpart.place}" if counterpart.place else role


def _colleagues(session: Session, person: Person, town: Municipality) -> Iterator[Counterpart]:
    """Yield the other contact persons of the municipality."""
    for held in contacts.current(session, town.code):
        if (other := _other(held, person)) and other.visible_to != VisibleTo.KANSLI:
            yield Counterpart(other, held.seat, "")


def _alike(session: Session, person: Person, town: Municipality) -> Iterator[Counterpart]:
    """Yield people with the same seat in municipalities of the same size who are shown to everybody.

    The municipality's place in the list decides who comes first, so that not everybody is sent to the same person.
    """
    same = [each for each in municipalities.everyone(session) if each.size_group == town.size_group]
    codes = [each.code for each in same]
    turned = sorted(codes, key=lambda code: (code <= town.code, code))
    names = {each.code: each.full_name for each in same}
    wanted = {held.seat for held in contacts.held_by(session, person.id)} or {person.role}
    held_by_code: dict[str, list[Contact]] = {}
    for held in contacts.current(session) if town.size_group else ():
        held_by_code.setdefault(held.municipality_code, []).append(held)
    for code in turned:
        for held in held_by_code.get(code, ()):
            other = _other(held, person)
            if other and code != town.code and held.seat in (wanted & set(SEATS) or SEATS) and _shown_to_all(other):
                yield Counterpart(other, held.seat, names[code])


def _other(held: Contact, person: Person) -> Person | None:
    other = held.person
    return other if other and other.id != person.id and other.left_at is None and held.seat in SEATS else None


def _shown_to_all(person: Person) -> bool:
    return person.visible_to == VisibleTo.NETWORK
