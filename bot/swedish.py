"""Swedish as people read it: Stockholm dates, plurals and lists. Also the days on which people work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_DAY = timedelta(days=1)
MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)

WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")


def date_of(moment: datetime) -> date:
    """Return the date in Sweden at ``moment``."""
    return moment.astimezone(STOCKHOLM).date()


def day(value: date | datetime) -> str:
    """Return ``den 3 december 2026``, for running text. Always with the year (Webbriktlinjer R66)."""
    if isinstance(value, datetime):
        value = date_of(value)
    return f"den {value.day} {MONTHS[value.month - 1]} {value.year}"


def count(number: int, one: str, many: str) -> str:
    """Return ``1 fråga`` or ``3 frågor``, with a hard space before each three digits."""
    return f"{number:,} {one if number == 1 else many}".replace(",", "\N{NO-BREAK SPACE}")


def listed(items: Sequence[str], last: str = "och") -> str:
    """Return ``vatten, livsmedel och klimat``; empty for nothing."""
    if len(items) < 2:  # noqa: PLR2004 - one item has no "and"
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


# the calendar: when people are at work, and when the bot keeps quiet

OPENS = time(8)
CLOSES = time(17)
CLOSES_BEFORE_REST = time(12)
"""On the day before a day off (domain.md §6)."""
JULY_PAUSE = range(27, 33)
"""ISO weeks 27–32, when municipalities are on holiday (domain.md §6)."""
CHRISTMAS = frozenset({52, 53, 1})
"""ISO weeks around Christmas. Some years, such as 2026, have a week 53."""
_RED = country_holidays("SE", categories=("public", "de_facto"))
"""Red days by law (1989:253), and midsommarafton, julafton and nyårsafton, when everybody is off."""


@cache
def is_free(day: date) -> bool:
    """Return whether it is a weekend, a red day or a holiday eve that everybody has off."""
    return day.weekday() >= 5 or day in _RED  # noqa: PLR2004 - Saturday


def is_squeeze_day(day: date) -> bool:
    """Return whether it is a single working day between two free ones (klämdag)."""
    return not is_free(day) and is_free(day - _DAY) and is_free(day + _DAY)


@cache
def is_working_day(day: date) -> bool:
    """Return whether people can be expected to answer: no free day, squeeze day, July pause or Christmas."""
    week = day.isocalendar().week
    return not (is_free(day) or is_squeeze_day(day) or week in JULY_PAUSE or week in CHRISTMAS)


def working_days_after(moment: datetime, days: int) -> datetime:
    """Return the same time of day on the ``days``-th working day after ``moment``'s own date, in UTC.

    Two working days after a Friday, or after the weekend that follows it, is Tuesday.
    """
    local = moment.astimezone(STOCKHOLM)
    day = local.date()
    for _ in range(days):
        day = _working_day_from(day + _DAY, _DAY)
    return _at(day, local.time())


def is_open(moment: datetime) -> bool:
    """Return whether the bot may remind people at this moment: 8–17 on working days, until 12 before a day of rest."""
    local = moment.astimezone(STOCKHOLM)
    return is_working_day(local.date()) and OPENS <= local.time() <= _closes(local.date())


def next_open(moment: datetime) -> datetime:
    """Return ``moment`` if it is open, else the next opening, in UTC.

    Use it for things that follow a date, so that they move later.
    """
    if is_open(moment):
        return moment
    local = moment.astimezone(STOCKHOLM)
    today = local.date() if local.time() < OPENS else local.date() + _DAY
    return _at(_working_day_from(today, _DAY), OPENS)


def previous_open(moment: datetime) -> datetime:
    """Return ``moment`` if it is open, else the latest closing, in UTC.

    Use it for things that come before a date, so that they move earlier.
    """
    if is_open(moment):
        return moment
    local = moment.astimezone(STOCKHOLM)
    today = local.date() if local.time() > _closes(local.date()) else local.date() - _DAY
    day = _working_day_from(today, -_DAY)
    return _at(day, _closes(day))


def by_day(moment: datetime) -> datetime:
    """Return ``moment`` if it is between 8 and 17 on any day, else the latest 17 o'clock before it, in UTC."""
    local = moment.astimezone(STOCKHOLM)
    if OPENS <= local.time() <= CLOSES:
        return moment
    return _at(local.date() if local.time() > CLOSES else local.date() - _DAY, CLOSES)


def next_day_time(moment: datetime) -> datetime:
    """Return ``moment`` if it is between 8 and 17 on any day, else the next 8 o'clock, in UTC."""
    local = moment.astimezone(STOCKHOLM)
    if OPENS <= local.time() <= CLOSES:
        return moment
    return _at(local.date() if local.time() < OPENS else local.date() + _DAY, OPENS)


def _closes(day: date) -> time:
    return CLOSES if is_working_day(day + _DAY) else CLOSES_BEFORE_REST


def _working_day_from(day: date, step: timedelta) -> date:
    """Return ``day`` itself or the first working day in the direction of ``step``.

    The longest walk is across the July pause.
    """
    while not is_working_day(day):
        day += step
    return day


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, STOCKHOLM).astimezone(UTC)
