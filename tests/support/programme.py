"""A programme of events as a plan on paper: its people, and what the kansli and they do at which time.

It knows nothing of the bot. :mod:`tests.support.programme_rules` says what should come of it, and
:mod:`tests.support.programme_run` plays it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

SWEDEN = ZoneInfo("Europe/Stockholm")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def sv(text: str) -> datetime:
    """Return the moment of "2027-03-25 09:00" in Sweden."""
    return datetime.fromisoformat(text).replace(tzinfo=SWEDEN).astimezone(UTC)


@dataclass(frozen=True)
class Member:
    """A person, how they want to be told, and when they are away."""

    name: str
    way: str = ""
    """What they chose: ``chat``, ``mail``, ``both``; empty for no choice."""
    guest: bool = False
    in_teams: bool = True
    """False for a person whom the bot knows by their mail address only."""
    joins: datetime | None = None
    """When the bot first meets them; None: before everything else."""
    leaves: datetime | None = None
    """When they leave the network."""
    pauses: tuple[tuple[datetime, date], ...] = ()
    """When they asked for a pause, and its last day."""
    follows: bool = False
    """Whether they follow the group of events that are for a group only."""

    @property
    def mail(self) -> str:
        return f"{self.name.casefold().replace(' ', '.')}@lund.example"


@dataclass(frozen=True)
class Time:
    """When an event is."""

    start: datetime
    end: datetime
    last_day: date | None = None
    """The last day to register."""

    @property
    def whole_days(self) -> bool:
        return all(moment.astimezone(SWEDEN).strftime("%H:%M") == "00:00" for moment in (self.start, self.end))


@dataclass
class Meeting:
    """An event and what the kansli does with it."""

    title: str
    published: datetime
    time: Time | None
    """As published; None for an event without a date."""
    for_whom: str = "all"
    """``all``, ``group`` or ``nobody``."""
    seats: int | None = None
    series: str = ""
    moves: list[tuple[datetime, Time]] = field(default_factory=list)
    """The first one of an event without a date gives it one."""
    cancelled: datetime | None = None
    acts: list[tuple[datetime, str, str]] = field(default_factory=list)
    """When, ``register``, ``leave``, ``decline`` or ``accept``, and who."""

    def time_at(self, at: datetime) -> Time | None:
        """Return when it is, as known at that moment."""
        known = [time for moved, time in self.moves if moved <= at]
        return known[-1] if known else self.time

    def open_at(self, at: datetime) -> bool:
        return self.published <= at and not (self.cancelled and self.cancelled <= at)


@dataclass
class Programme:
    """The whole plan, from ``begins`` to ``ends``."""

    begins: datetime
    ends: datetime
    members: list[Member]
    meetings: list[Meeting]
    downtimes: list[tuple[datetime, datetime]] = field(default_factory=list)

    def pressed(self) -> dict[str, list[datetime]]:
        """Return when each person did anything, which shows that they have seen their chat."""
        found: dict[str, list[datetime]] = {member.name: [] for member in self.members}
        for member in self.members:
            found[member.name] += [member.joins or self.begins, *(asked for asked, _ in member.pauses)]
        for at, _, name in (act for meeting in self.meetings for act in meeting.acts):
            found[name].append(at)
        return found

    def moments(self) -> set[datetime]:
        """Return when anybody does anything that the bot itself follows up."""
        found = {self.begins, *(up for _, up in self.downtimes)}
        for meeting in self.meetings:
            found |= {meeting.published, *(at for at, _ in meeting.moves)}
            found |= {at for at, _, _ in meeting.acts if meeting.seats is not None}
            found |= {meeting.cancelled} if meeting.cancelled else set()
        for member in self.members:
            found |= {member.joins or self.begins, *(asked for asked, _ in member.pauses)}
            found |= {member.leaves} if member.leaves else set()
        return {at for at in found if not self.down(at)}

    def down(self, at: datetime) -> bool:
        return any(begins <= at < ends for begins, ends in self.downtimes)

    def up(self, at: datetime) -> datetime:
        """Return the moment itself, or when the bot is up again."""
        return next((ends for begins, ends in self.downtimes if begins <= at < ends), at)


@dataclass(frozen=True, order=True)
class Told:
    """One message that reached one person."""

    at: datetime
    name: str
    way: str
    """``chat`` or ``mail``."""
    what: str
    """Its first words."""
    title: str
    when: str
    """The day and time that it says."""

    def __str__(self) -> str:
        there = self.at.astimezone(SWEDEN)
        return f"{there:%Y-%m-%d %H:%M} {self.name} by {self.way}: {self.what}, {self.title}, {self.when}"


def difference(expected: Iterable[Told], seen: Iterable[Told]) -> list[str]:
    """Return what is missing and what is too much; also what came twice."""
    wanted, there = sorted(expected), sorted(seen)
    lines = [f"missing: {one}" for one in sorted(set(wanted) - set(there))]
    lines += [f"too much: {one}" for one in sorted(set(there) - set(wanted))]
    lines += [f"twice: {one}" for one, after in pairwise(there) if one == after]
    return sorted(lines, key=lambda line: line.partition(": ")[2])
