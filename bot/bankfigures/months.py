"""The twelve months that the figures are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from bot.swedish import MONTHS, STOCKHOLM, date_of

MANY = 12
_ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"


def of(now: datetime) -> list[date]:
    """Return the first days of this month and the eleven before it, the oldest first."""
    today = date_of(now)
    last = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - MANY + 1, last + 1)]


def starts(months: Sequence[date]) -> list[datetime]:
    """Return when the months begin in Stockholm."""
    return [datetime.combine(month, time(), STOCKHOLM) for month in months]


def initials(months: Sequence[date]) -> list[str]:
    """Return the months' first letters, which is what a phone has room for under a chart.

    Equal letters differ by spaces without width, because a chart joins points with equal labels.
    """
    letters = [MONTHS[month.month - 1][0].upper() for month in months]
    return [f"{letter}{_ZERO_WIDTH * letters[:at].count(letter)}" for at, letter in enumerate(letters)]


def labels(months: Sequence[date]) -> list[str]:
    """Return short names of the months, such as ``nov 26``."""
    return [f"{MONTHS[month.month - 1][:3]} {month.year % 100:02}" for month in months]
