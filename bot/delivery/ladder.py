"""Reminders before and after a date, as data. Only the highest rung reached is due, so a long pause gives one message.

In quiet times (:mod:`bot.swedish`), a rung before the date moves earlier and a rung after it moves later. None moves
across the date. The rows that are due depend on the date and the time alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from bot import swedish

NEAR = timedelta(days=5)
"""A long weekend with its squeeze day."""
_LAST_HOUR = timedelta(hours=1)


class Unit(Enum):
    """The unit of a rung's amount."""

    DAYS = auto()
    """Calendar days: the same time of day in Stockholm, also across a change to or from summer time."""
    NEAR_DAYS = auto()
    """Calendar days before something that people have said they come to. If quiet times would move the rung more than
    :data:`NEAR`, it stays on its day, between 8 and 17: in July too, people want to hear the day before."""
    WORKING_DAYS = auto()
    """Working days, for rungs after the date only."""
    HOURS = auto()
    """Hours. The rung does not move: "starts in an hour" is no help the evening before."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A number of units after the date, or before it if the number is negative."""

    amount: int
    unit: Unit = Unit.DAYS

    @property
    def name(self) -> str:
        """Return the rung's name in keys: ``-30``, ``2``, ``-1h``."""
        return f"{self.amount}h" if self.unit is Unit.HOURS else str(self.amount)

    def moment(self, date: datetime) -> datetime:
        """Return when the rung is reached, outside quiet times."""
        if self.unit is Unit.HOURS:
            return date + timedelta(hours=self.amount)
        if self.unit is Unit.WORKING_DAYS:
            return swedish.next_open(swedish.working_days_after(date, self.amount))
        there = (date.astimezone(swedish.STOCKHOLM) + timedelta(days=self.amount)).astimezone(UTC)
        if self.unit is Unit.NEAR_DAYS:
            opened = swedish.previous_open(there)
            return opened if date - opened <= NEAR else min(swedish.by_day(there), there)
        return _before_closing(there) if self.amount < 0 else swedish.next_open(there)


def _before_closing(moment: datetime) -> datetime:
    """Return ``moment`` if it is open, else an hour before the latest closing.

    At the closing itself, a clock that ticks some seconds later would find it closed, and send after the quiet time.
    """
    opened = swedish.previous_open(moment)
    return moment if opened == moment else opened - _LAST_HOUR


@dataclass(frozen=True, slots=True)
class Reached:
    """The rung that is due, and when its message may be sent."""

    rung: Rung
    stamp: str
    """The ladder's date as text in keys."""
    not_before: datetime
    until: datetime | None
    """When the next rung replaces this one, or the date comes; None for the last rung after the date."""

    @property
    def what(self) -> str:
        """Return the part of keys that names the rung and its date."""
        return ":".join(filter(None, ("rung", self.rung.name, self.stamp)))

    def key(self, stem: str, person_id: int) -> str:
        """Return the outbox key of the message to a person."""
        return f"{stem}:{self.what}:person:{person_id}"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs, earliest first."""

    rungs: tuple[Rung, ...]
    stamp: str = "%Y-%m-%dT%H:%M:%S"
    """The format of the date in keys, in UTC, so that a moved date reminds again. Empty if the stem has the date."""

    def due(self, date: datetime, now: datetime) -> Reached | None:
        """Return the highest rung reached by ``now``, if its message is still worth sending."""
        moments = [rung.moment(date) for rung in self.rungs]
        if (watched := _WATCHED.get()) is not None:
            watched.update(moments)
        reached = sum(moment <= now for moment in moments)
        if not reached:
            return None
        rung, until = self.rungs[reached - 1], next(iter(moments[reached:]), None)
        opens = swedish.next_open(now)  # the bot may have been down when the rung was reached
        if rung.amount < 0:
            if now >= date:
                return None
            until = min(until or date, date)
            if rung.unit is Unit.NEAR_DAYS and (opens >= until or not swedish.is_open(rung.moment(date))):
                opens = min(swedish.next_day_time(now), until)
        if rung.unit is Unit.HOURS or (rung.amount < 0 and opens >= (until or date)):
            opens = now
        return Reached(rung, date.astimezone(UTC).strftime(self.stamp), opens, until)


_WATCHED: ContextVar[set[datetime] | None] = ContextVar("watched", default=None)


@contextmanager
def watching() -> Iterator[set[datetime]]:
    """Collect when rungs are reached, of all ladders that are asked in this block. For looking ahead."""
    moments: set[datetime] = set()
    token = _WATCHED.set(moments)
    try:
        yield moments
    finally:
        _WATCHED.reset(token)
