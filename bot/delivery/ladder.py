"""Reminders before and after a date, as data. Only the highest rung reached is due, so a long pause gives one message.

A rung before the date moves earlier out of quiet times, a rung after it moves later, and none moves across it.
Quiet times are :mod:`bot.swedish`'s. Due rows follow from the date and the time alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from bot import swedish


class Unit(Enum):
    """What a rung counts."""

    DAYS = auto()
    """To the same time of day in Stockholm, also across a change to or from summer time."""
    WORKING_DAYS = auto()
    """After the date only."""
    HOURS = auto()
    """Does not move: "starts in an hour" is no help an evening earlier."""


@dataclass(frozen=True, slots=True)
class Rung:
    """So many units after the date; a negative number is before it."""

    amount: int
    unit: Unit = Unit.DAYS

    @property
    def name(self) -> str:
        """How keys spell it: ``-30``, ``2``, ``-1h``."""
        return f"{self.amount}h" if self.unit is Unit.HOURS else str(self.amount)

    def moment(self, date: datetime) -> datetime:
        """Return when it is reached, outside quiet times."""
        if self.unit is Unit.HOURS:
            return date + timedelta(hours=self.amount)
        if self.unit is Unit.WORKING_DAYS:
            return swedish.next_open(swedish.working_days_after(date, self.amount))
        there = (date.astimezone(swedish.STOCKHOLM) + timedelta(days=self.amount)).astimezone(UTC)
        return swedish.previous_open(there) if self.amount < 0 else swedish.next_open(there)


@dataclass(frozen=True, slots=True)
class Reached:
    """The rung that is due, and when its message may go."""

    rung: Rung
    stamp: str
    """The date that it refers to, as keys spell it."""
    not_before: datetime
    until: datetime | None
    """When the next rung takes its place, or the date comes; None for the last rung after the date."""

    @property
    def what(self) -> str:
        """The part of keys that names the rung and its date."""
        return ":".join(filter(None, ("rung", self.rung.name, self.stamp)))

    def key(self, stem: str, person_id: int) -> str:
        """Return the outbox key of the message to a person."""
        return f"{stem}:{self.what}:person:{person_id}"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs, earliest first."""

    rungs: tuple[Rung, ...]
    stamp: str = "%Y-%m-%dT%H:%M:%S"
    """How keys spell the date, in UTC, so that a moved date reminds again. Empty where the stem of the keys has it."""

    def due(self, date: datetime, now: datetime) -> Reached | None:
        """Return the highest rung reached by ``now``, if its message is still worth sending."""
        moments = [rung.moment(date) for rung in self.rungs]
        reached = sum(moment <= now for moment in moments)
        if not reached:
            return None
        rung, until = self.rungs[reached - 1], next(iter(moments[reached:]), None)
        opens = swedish.next_open(now)  # the bot may have been down when the rung was reached
        if rung.amount < 0:
            if now >= date:
                return None
            until = min(until or date, date)
        if rung.unit is Unit.HOURS or (rung.amount < 0 and opens >= date):
            opens = now
        return Reached(rung, date.astimezone(UTC).strftime(self.stamp), opens, until)
