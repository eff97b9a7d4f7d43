"""A winter after an election as a plan on paper: who does what at which time, and by hand who should hear what when.

It knows nothing of the bot, not even its calendar. :mod:`tests.support.winter_run` plays it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

SWEDEN = ZoneInfo("Europe/Stockholm")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def sv(text: str) -> datetime:
    """Return the moment of "2027-01-15 09:00" in Sweden."""
    return datetime.fromisoformat(text).replace(tzinfo=SWEDEN).astimezone(UTC)


BEGINS, ENDS = sv("2026-12-01 08:00"), sv("2027-03-31 16:00")
DOWN = [(sv("2027-01-19 10:00"), sv("2027-01-21 10:00")), (sv("2027-02-09 10:30"), sv("2027-02-11 10:30"))]
"""Two days each in which the bot is stopped."""
_BEGIN = ("2026-12-17 10:00", "2027-01-07 10:00", "2027-01-28 10:00", "2027-02-25 10:00", "2027-03-18 13:00")
EVENTS = (*map(sv, _BEGIN), sv("2027-04-15 10:00"))
"""When the events begin. The second one begins in the quiet time around Christmas, the last one after the winter."""
DUE = sv("2027-02-15 09:00")
RUNGS = (sv("2027-01-15 11:00"), sv("2027-02-01 09:00"), sv("2027-02-12 09:00"))
"""The reminders of the duty: 30, 14 and 3 days before its day. The first is a Saturday's, so it comes on the Friday."""
_FREE = {date(2027, 1, 6), date(2027, 3, 26), date(2027, 3, 29)}
_CHRISTMAS = date(2026, 12, 21), date(2027, 1, 10)
DOSSIER, REPLACED, THANKS, PLACES = "dossier", "replaced", "thanks", "places"
DUTY, HOW, COLLEAGUE = "duty", "how is it", "colleague"
KINDS = (
    *(
        "by mail",
        "postponed",
        "twice",
        "stood empty",
        "a substitute",
        "erased",
        "left",
        "same day",
        "undone",
        "two seats",
    ),
    *("silent", "answers", "paused", "alone", "vouched", "leaves", "silent later"),
)
CHANGING = 10
"""So many kinds change their politician. The others have somebody who is silent."""


class Told(NamedTuple):
    """A message that reached somebody."""

    at: datetime
    who: str
    way: str
    what: str


class Act(NamedTuple):
    """Something that somebody does."""

    at: datetime
    what: str
    code: str
    who: str = ""
    more: str = ""


@dataclass
class Place:
    """A municipality in the winter."""

    number: int
    code: str
    kind: str
    done: bool = False
    """Whether it has done the duty."""
    acts: list[Act] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    holders: list[tuple[datetime, str]] = field(default_factory=list)
    """Who does the politician's part, from when on: the officer while the seat is empty."""
    blocked: tuple[datetime, datetime] | None = None
    """From when until when the duty is postponed."""

    def name(self, part: str) -> str:
        return f"{part} {self.number:02}"

    @property
    def politician(self) -> str:
        return self.name("Politiker")

    @property
    def officer(self) -> str:
        return self.name("Tjänst")

    @property
    def events(self) -> list[datetime]:
        """The events to which the politician goes."""
        return sorted({EVENTS[self.number % 6], EVENTS[(self.number + 2) % 6]})

    @property
    def asks(self) -> bool:
        """Whether the politician asks colleagues something in December."""
        return self.number % 2 == 0


def works(day: date) -> bool:
    """Return whether people are at work on a day of this winter."""
    return day.weekday() < 5 and day not in _FREE and not _CHRISTMAS[0] <= day <= _CHRISTMAS[1]


def opens(at: datetime) -> datetime:
    """Return when somebody may be disturbed, and the bot is up: 8 to 17, until 12 before a day off."""
    local = at.astimezone(SWEDEN)
    while True:
        day, closes = local.date(), time(17) if works(local.date() + DAY) else time(12)
        if works(day) and local.time() < time(8):
            local = datetime.combine(day, time(8), SWEDEN)
        if works(day) and local.time() <= closes:
            up = is_up(local.astimezone(UTC))
            if up == local.astimezone(UTC):
                return up
            local = up.astimezone(SWEDEN)
            continue
        local = datetime.combine(day + DAY, time(0), SWEDEN)


def is_up(at: datetime) -> datetime:
    """Return the moment, or when the bot is up again after a stop."""
    return next((ends for begins, ends in DOWN if begins <= at < ends), at)


def free(at: datetime) -> datetime:
    """Return a time like this one at which the bot is up, so that somebody can press something, and two hours later."""
    while any(begins - 3 * HOUR <= at < ends for begins, ends in DOWN):
        at += DAY
    return at
