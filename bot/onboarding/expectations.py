"""A newcomer's year: the duties that are left, the next meetings, and three things to do first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import swedish
from bot.progress import standings, states
from bot.register import words
from bot.schedule.times import Span, clock, span_of, weekday
from bot.swedish import date_of
from storage import contacts, duties, events, match_profiles, registrations
from storage.duties import Duty
from storage.events import Event
from storage.municipalities import MemberState, Municipality
from storage.people import SEATS, Person, PersonRole

MOST_DUTIES, MOST_EVENTS, FIRST = 3, 2, 3
"""How many duties, meetings and first things a card shows: what a newcomer takes in on the first day."""
POLITICIANS = (PersonRole.POLITICIAN, PersonRole.SUBSTITUTE)


@dataclass(frozen=True, slots=True)
class Todo:
    """Something to press: what it says, and the button's verb and data."""

    title: str
    verb: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewcomersYear:
    """What awaits a person in their municipality."""

    politician: bool
    duties: Sequence[Todo]
    events: Sequence[Todo]
    first: Sequence[Todo]


def of(session: Session, person: Person, place: Municipality | None, now: datetime) -> NewcomersYear:
    """Return what awaits a person who works for ``place``. The kansli may not have confirmed that yet."""
    dated = ((event, span_of(event.starts_at, event.ends_at)) for event in events.upcoming(session, now))
    ahead = [(event, when) for event, when in dated if when is not None and when.starts > now]
    meetings = [Todo(_meeting(event, when), "event.open", {"event": event.id}) for event, when in ahead[:MOST_EVENTS]]
    mine = place if place is not None and place.code == person.municipality_code else None
    left = _left(session, mine, now) if mine is not None else []
    shown = [
        Todo(_duty(duty, last), "duties.open", {"duty": duty.id, "code": mine.code}) for duty, last in left if mine
    ]
    politician, mine_already = person.role in POLITICIANS, registrations.mine(session, person.id)
    open_to = [meeting for meeting in meetings if meeting.data["event"] not in mine_already]
    first = _first(session, person, place, [*shown[:1], *open_to[:1]], politician=politician)
    return NewcomersYear(politician, shown[:MOST_DUTIES], meetings, first[:FIRST])


def _first(
    session: Session, person: Person, place: Municipality | None, dated: Sequence[Todo], *, politician: bool
) -> list[Todo]:
    """Return what to do first, the most important first: a seat, a wish, what has a date, and the ways to others."""
    held = [(each.municipality_code, each.seat) for each in contacts.held_by(session, person.id)]
    todo = []
    if place is not None and person.role in SEATS and (place.code, person.role) not in held:
        title = f"Säg till kansliet att du är {words.seat(person.role)} för {place.full_name}"
        todo.append(Todo(title, "people.ask_seat", {"code": place.code, "seat": person.role}))
    wishes = match_profiles.of_person(session, person.id)
    if wishes is not None and wishes.wanted_at is not None:
        todo.append(Todo("Välj din kontaktperson", "pair.mine"))
    meet = Todo("Se vilka fler som är med från din kommun", "people.mine")
    ask = Todo("Ställ en första fråga till kollegorna", "questions.start")
    webinar = Todo("Se webbinarierna, och anmäl dig till ett", "event.list")
    year = Todo("Se året: uppgifter och möten", "duties.wheel")
    duty = [Todo(f"Börja med {each.title}", each.verb, each.data) for each in dated if each.verb == "duties.open"]
    event = [Todo(f"Anmäl dig: {each.title}", each.verb, each.data) for each in dated if each.verb == "event.open"]
    return todo + ([*event, year, meet, ask] if politician else [*duty, *event, ask, webinar, meet])


def _left(session: Session, place: Municipality, now: datetime) -> list[tuple[Duty, date | None]]:
    """Return the duties of a member that are left this year and the next one, the nearest first."""
    if place.state != MemberState.MEMBER:
        return []
    year = date_of(now).year
    rows = [duty for number in (year, year + 1) for duty in duties.of_year(session, number) if duty.closed_at is None]
    rows = [duty for duty in rows if states.concerns(duty, place)]
    everywhere = standings.load(session, rows, now)
    found = [(duty, everywhere.of(duty.id, place.code)) for duty in rows]
    left = [(duty, standing.deadline) for duty, standing in found if not standing.quiet]
    return sorted(left, key=lambda pair: (pair[1] is None, pair[1] or date.max, pair[0].id))


def _duty(duty: Duty, last: date | None) -> str:
    title = duty.title if str(duty.year) in duty.title else f"{duty.title} {duty.year}"
    return f"{title}, senast {swedish.day(last)}" if last else title


def _meeting(event: Event, when: Span) -> str:
    hour = "" if when.whole_days else f" kl. {clock(when.starts)}"
    return f"{event.title}, {weekday(date_of(when.starts))}{hour}"
