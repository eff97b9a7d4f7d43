"""A year of reminders in municipalities of differing completeness, as the bot sends them and as a naive oracle says.

The oracle shares only the calendar of working days with the bot. It walks day by day over plain Python values and knows
nothing of the database, the outbox or the ladder's code. The bot ticks once a day, before noon, also on days off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.duties import reminders
from bot.progress import states
from bot.register.change import Change
from bot.swedish import STOCKHOLM, date_of, is_working_day
from bot.turn import App
from storage import content, municipalities, outbox
from storage.contacts import Contact
from storage.duties import Duty, DutySource, DutyState
from storage.municipalities import MemberState
from storage.outbox import Delivery, State
from storage.outgoing import Operation
from storage.people import Person
from storage.places import Conversation
from tests.support.duties import LADDER, OFFICER, POLITICIAN, REPORTER, make_duty
from tests.support.teams import Teams, deliver

DAY = timedelta(days=1)
SEATS = (REPORTER, OFFICER, POLITICIAN)
KINDS = (
    *("complete", "no reporter", "no politician", "nobody", "leaver", "postponed", "exempt", "two press"),
    *("extended", "done early", "undone", "paused", "only politician", "silent"),
)
MOST, FRIDAY = 3, 4
MINUTES = 20


class Sent(NamedTuple):
    """A reminder that a person got on a day."""

    day: date
    person: str
    duty: str
    rung: int


@dataclass
class Member:
    """A municipality and its people, by seat."""

    code: str
    kind: str
    seats: dict[str, list[str]]


@dataclass
class Year:
    """The scenario: who is there, what is due when, and what happens on which days."""

    members: list[Member]
    due: dict[str, date]
    """The duties' last days by their titles."""
    first: date
    last: date
    outage: tuple[date, date]
    """The first and the last day on which the bot is down."""
    undated: str = "Utan datum"
    events: list[tuple[date, str, Member, str]] = field(default_factory=list)
    """Day, what happens, where, and to which duty."""

    @property
    def days(self) -> Iterator[date]:
        """Yield every day of the scenario."""
        day = self.first
        while day <= self.last:
            yield day
            day += DAY

    def happens(self, day: date) -> list[tuple[str, Member, str]]:
        """Return what happens in the morning of a day, before the bot's tick."""
        return [(what, member, duty) for at, what, member, duty in self.events if at == day]

    def down(self, day: date) -> bool:
        """Return whether the bot is down."""
        return self.outage[0] <= day <= self.outage[1]


def scenario(codes: Sequence[str], due: Mapping[str, date], first: date, last: date, outage: date) -> Year:
    """Return a year in which the municipalities are of all kinds in turn, and everything happens around each date."""
    members = []
    for at, code in enumerate(codes):
        kind = KINDS[at % len(KINDS)]
        gone = {"no reporter": {REPORTER}, "no politician": {POLITICIAN}, "nobody": set(SEATS)}.get(kind, set())
        gone = {REPORTER, OFFICER} if kind == "only politician" else gone
        members.append(Member(code, kind, {seat: [] if seat in gone else [f"{code} {seat}"] for seat in SEATS}))
    year = Year(members, dict(due), first, last, (outage, outage + 9 * DAY))
    for at, member in enumerate(members):
        for duty, day in list(due.items())[: 1 if member.kind == "leaver" else None]:
            year.events += [(day + after * DAY, what, member, duty) for after, what in _plot(member.kind, at)]
    return year


def _plot(kind: str, at: int) -> list[tuple[int, str]]:
    """Return what happens in a municipality of a kind, in days after the last day."""
    return {
        "leaver": [(-20, "reporter leaves"), (-8 - at % 5, "successor comes")],
        "postponed": [(-15, "postpone"), (2, "done")],
        "exempt": [(-40, "exempt")],
        "two press": [(-4, "done"), (-4, "done again")],
        "extended": [(-2, "extend")],
        "done early": [(-20 - at % 7, "done")],
        "undone": [(-10, "done"), (-1, "undo")],
        "paused": [(-32, "pause")],
        "complete": [(at % 20 - 5, "done")],
    }.get(kind, [])


def _apply(seats: dict[str, list[str]], what: str, code: str) -> None:
    if what == "reporter leaves":
        seats[REPORTER] = []
    elif what == "successor comes":
        seats[REPORTER] = [f"{code} successor"]


# the oracle


@dataclass
class _Stand:
    deadline: date
    ended: bool = False
    quiet_until: date = date.min

    def open(self, day: date) -> bool:
        return not self.ended and self.quiet_until <= day


@dataclass
class _Planned:
    member: Member
    person: str
    duty: str
    rung: int
    deadline: date
    send_from: datetime
    until: datetime | None


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a time of a day in Stockholm."""
    return datetime.combine(day, time(hour, minute), STOCKHOLM)


def ticks(day: date) -> datetime:
    """Return when the bot ticks on a day."""
    return at(day, 11, 30)


def moment(deadline: date, rung: int) -> datetime:
    """Return when a rung is reached: at nine, else an hour before the closing at noon, or at the opening."""
    day = deadline + rung * DAY
    if is_working_day(day):
        return at(day, 9)
    step = -DAY if rung < 0 else DAY
    while not is_working_day(day):
        day += step
    return at(day, 11 if rung < 0 else 8)


@dataclass
class _Oracle:
    year: Year
    sent: list[Sent] = field(default_factory=list)
    calls: dict[date, set[tuple[str, str]]] = field(default_factory=dict)
    paused: dict[str, date] = field(default_factory=dict)
    seen: set[tuple[str, str, int, date, str]] = field(default_factory=set)
    had: Counter[tuple[str, str]] = field(default_factory=Counter)
    waiting: list[_Planned] = field(default_factory=list)

    def __post_init__(self) -> None:
        year = self.year
        self.seats = {one.code: {seat: list(names) for seat, names in one.seats.items()} for one in year.members}
        self.stands = {(one.code, title): _Stand(day) for one in year.members for title, day in year.due.items()}

    def happen(self, day: date) -> None:
        for what, member, duty in self.year.happens(day):
            _apply(self.seats[member.code], what, member.code)
            _change(self.stands[member.code, duty], what, day)
            if what == "pause":
                self.paused[f"{member.code} {REPORTER}"] = day + 20 * DAY

    def tick(self, day: date) -> None:
        for member in self.year.members:
            for title in self.year.due:
                stand = self.stands[member.code, title]
                on = _reached(stand.deadline, ticks(day)) if stand.open(day) else None
                if on is not None and on[0] == LADDER[-1]["days"]:
                    self.calls.setdefault(day, set()).add((title, member.code))
                elif on is not None:
                    self._plan(day, member, title, *on)
        self._send(day)

    def _plan(self, day: date, member: Member, title: str, rung: int, until: datetime | None) -> None:
        now, deadline = ticks(day), self.stands[member.code, title].deadline
        for person in _told(self.seats[member.code], rung):
            key = title, member.code, rung, deadline, person
            if key in self.seen or self.had[person, title] >= MOST or self.paused.get(person, date.min) >= day:
                continue
            self.seen.add(key)
            self.had[person, title] += 1
            start = _next_open(now)
            start = now if rung < 0 and start >= at(deadline, 9) else start
            self.waiting.append(_Planned(member, person, title, rung, deadline, start, until))

    def _send(self, day: date) -> None:
        now = ticks(day)
        for row in list(self.waiting):
            stand = self.stands[row.member.code, row.duty]
            wanted = stand.open(day) and stand.deadline == row.deadline
            wanted = wanted and row.person in _told(self.seats[row.member.code], row.rung)
            over = row.until is not None and now >= row.until
            waits = row.send_from > now or self.paused.get(row.person, date.min) >= day
            if wanted and not over and waits:
                continue
            self.waiting.remove(row)
            if wanted and not over:
                self.sent.append(Sent(day, row.person, row.duty, row.rung))
            else:
                self.had[row.person, row.duty] -= 1


def oracle(year: Year) -> tuple[list[Sent], dict[date, set[tuple[str, str]]]]:
    """Return who gets what when, and the kansli's call list of each Friday as titles and codes."""
    naive = _Oracle(year)
    for day in year.days:
        naive.happen(day)
        if not year.down(day):
            naive.tick(day)
    fridays = [day for day in year.days if day.weekday() == FRIDAY and not year.down(day)]
    return sorted(naive.sent), {day: naive.calls.get(day, set()) for day in fridays}


def _change(stand: _Stand, what: str, day: date) -> None:
    if what in ("done", "done again", "exempt"):
        stand.ended = True
    elif what == "undo":
        stand.ended = False
    elif what == "postpone":
        stand.quiet_until = day + 10 * DAY
    elif what == "extend":
        stand.deadline = stand.deadline + 21 * DAY


def _reached(deadline: date, now: datetime) -> tuple[int, datetime | None] | None:
    rungs = [int(rung["days"]) for rung in LADDER]
    for rung, following in reversed([*pairwise(rungs), (rungs[-1], None)]):
        if moment(deadline, rung) <= now:
            until = moment(deadline, following) if following is not None else None
            if rung < 0:
                if now >= at(deadline, 9):
                    return None
                until = min(until, at(deadline, 9)) if until else at(deadline, 9)
            return rung, until
    return None


def _told(seats: Mapping[str, Sequence[str]], rung: int) -> list[str]:
    wanted = next(entry["to"] for entry in LADDER if entry["days"] == rung)
    if wanted == ["kansli"]:
        return []
    people = [person for seat in wanted for person in seats[seat]]
    return people or next((list(seats[seat]) for seat in SEATS if seats[seat]), [])


def _next_open(now: datetime) -> datetime:
    day = date_of(now)
    if is_working_day(day):
        return now
    while not is_working_day(day):
        day += DAY
    return at(day, 8)


# the bot


def play(app: App, year: Year) -> tuple[list[Sent], dict[date, set[tuple[str, str]]]]:
    """Let the bot live through the year. Return what :func:`oracle` returns, from the outbox and the call list."""
    database, teams, lists = app.database, Teams({}), {}
    database.play(lambda session: _fill(session, year))
    for day in year.days:
        now = ticks(day)
        for what, member, duty in year.happens(day):
            database.play(_doing(what, member, duty, at(day, 9)))
        if year.down(day):
            continue

        def plan(session: Session, now: datetime = now) -> int:
            return outbox.enqueue_all(session, reminders.due(session, now), now)

        def is_due(session: Session, now: datetime = now) -> bool:
            waits = Delivery.state.in_([State.WAITING, State.SENDING]), Delivery.not_before <= now
            return session.scalar(select(Delivery.id).where(*waits).limit(1)) is not None

        database.play(plan)
        for minutes in range(MINUTES):  # the courier keeps to Teams' rates, so many messages take some minutes
            if not database.play(is_due):
                break
            deliver(app, teams, now + timedelta(minutes=minutes))
        if day.weekday() == FRIDAY:
            calls = database.play(partial(reminders.call_list, now=now))
            lists[day] = {(call.duty.title, call.place.code) for call in calls}
    return database.play(_sent), lists


def _fill(session: Session, year: Year) -> None:
    content.load_municipalities(session)
    created = at(year.first, 0)
    for member in year.members:
        municipalities.require(session, member.code).state = MemberState.MEMBER
        for seat, names in member.seats.items():
            for name in names:
                _seat(session, member.code, seat, name, created)
    for title, due in [*year.due.items(), (year.undated, None)]:
        make_duty(session, title=title, year=year.first.year, due=due, created_at=created, changed_at=created)


def _seat(session: Session, code: str, seat: str, name: str, now: datetime) -> None:
    key = name.replace(" ", "-")
    person = Person(name=name, teams_id=f"29:{key}", municipality_code=code, role=seat, first_seen_at=now)
    session.add(person)
    session.flush()
    session.add(Contact(municipality_code=code, seat=seat, person_id=person.id, since=date_of(now)))
    session.add(
        Conversation(
            id=f"a:{key}",
            scope="personal",
            person_id=person.id,
            service_url="https://smba.trafficmanager.net/emea/",
            tenant_id="t-1",
            seen_at=now,
        )
    )


def _doing(what: str, member: Member, title: str, now: datetime) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        duty = session.scalars(select(Duty).where(Duty.title == title)).one()
        people = {person.name: person for person in session.scalars(select(Person))}
        reporter = people.get(f"{member.code} {REPORTER}")
        presser = people.get(f"{member.code} {OFFICER}") if what == "done again" else reporter
        change = Change(session, presser.id if presser else None, now)
        if what in _STATES:
            until = date_of(now) + 10 * DAY if what == "postpone" else None
            states.set_state(change, duty, member.code, *_STATES[what], until=until)
        elif what == "extend":
            assert duty.due
            states.lock(change, duty, member.code).due = duty.due + 21 * DAY
        elif reporter is not None:
            _to_reporter(session, what, member.code, reporter, now)

    return work


_STATES = {
    "done": (DutyState.SAYS_DONE, DutySource.CLICK),
    "done again": (DutyState.SAYS_DONE, DutySource.CLICK),
    "undo": (DutyState.NOT_STARTED, DutySource.CLICK),
    "postpone": (DutyState.POSTPONED, DutySource.CLICK),
    "exempt": (DutyState.EXEMPT, DutySource.KANSLI),
}


def _to_reporter(session: Session, what: str, code: str, reporter: Person, now: datetime) -> None:
    if what == "pause":
        reporter.paused_until = date_of(now) + 20 * DAY
    elif what == "reporter leaves":
        reporter.left_at = now
    else:
        session.execute(update(Contact).where(Contact.person_id == reporter.id).values(until=date_of(now)))
        _seat(session, code, REPORTER, f"{code} successor", now)


def _sent(session: Session) -> list[Sent]:
    rows = select(Delivery, Person.name).join(Person, Person.id == Delivery.person_id)
    rows = rows.where(Delivery.state == State.SENT, Delivery.operation == Operation.PERSON)
    titles = {duty.id: duty.title for duty in session.scalars(select(Duty))}
    sent = []
    for row, name in session.execute(rows):
        _, number, _, _, rung, *_ = row.key.split(":")
        assert row.settled_at
        sent.append(Sent(date_of(row.settled_at), name, titles[int(number)], int(rung)))
    return sorted(sent)
