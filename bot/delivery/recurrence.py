"""Times that come back every week or month, at the same time of day in Stockholm. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from bot.swedish import STOCKHOLM, date_of


class Every(StrEnum):
    """How often."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A first time and the same again, for ever or until a day.

    Every time is counted from the first one. So the 31st becomes the 28th in February and the 31st again in March, and
    08.30 stays 08.30 when the clocks change. A time of day that a day lacks becomes an hour later that day.
    """

    every: Every
    first: datetime
    until: date | None = None
    """The last day in Stockholm on which it may come."""

    def at(self, number: int) -> datetime:
        """Return the time with this number, in UTC; the first one is 0."""
        local = self.first.astimezone(STOCKHOLM)
        day = local.date()
        if self.every is Every.WEEK:
            day += timedelta(weeks=number)
        else:
            years, month = divmod(day.month - 1 + number, 12)
            year, month = day.year + years, month + 1
            day = date(year, month, min(day.day, monthrange(year, month)[1]))
        return datetime.combine(day, local.time(), STOCKHOLM).astimezone(UTC)

    def after(self, moment: datetime) -> datetime | None:
        """Return the first time after ``moment``; None if it has ended by then."""
        days = (date_of(moment) - date_of(self.first)).days
        number = max(0, days // 7 - 1 if self.every is Every.WEEK else days // 31 - 1)
        while self.at(number) <= moment:
            number += 1
        found = self.at(number)
        return found if self.until is None or date_of(found) <= self.until else None
