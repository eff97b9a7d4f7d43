"""Read the time in a line such as "webbinarium om skyfall torsdag 3 dec 9–10". Pure.

A day without a year is the next such day. What the line leaves open is asked about, and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.message import UserError
from bot.schedule import times
from bot.schedule.times import AmbiguousError, Span
from bot.swedish import WEEKDAYS, date_of, day

_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_WEEKDAYS = tuple(name[:3] for name in WEEKDAYS)
_ENDS = ("uari", "ruari", "s", "il", "", "i", "i", "usti", "(?:t|tember)", "ober", "ember", "ember")
_MONTH = "|".join(f"{month}(?:{rest})?" for month, rest in zip(_MONTHS, _ENDS, strict=True))
_FULL_WEEKDAY = "måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag"
_ANY_WEEKDAY = rf"(?:{_FULL_WEEKDAY})(?:en)?|mån|tis|ons|tors?|fre|lör|sön"
_WEEKDAY = rf"(?:(?:på\s+)?\b(?P<weekday>{_ANY_WEEKDAY})\b[.,]?\s+)?(?:den\s+)?"
_LAST = r"(?:\s*(?:-|–|—|och|till)\s*(?P<last>\d{1,2}))?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d)\b)?"
_DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_WEEKDAY}\b(?P<day>\d{{1,2}})(?::?e|:de)?{_LAST}\s+(?P<month>{_MONTH})\b\.?{_YEAR}",
        rf"{_WEEKDAY}\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b",
        rf"{_WEEKDAY}(?<![\d/.])(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?:[-/\s]+(?P<year>20\d\d))?(?![\d/])",
        rf"(?:på\s+)?\b(?P<weekday>{_FULL_WEEKDAY})(?:en)?\s+(?:i\s+)?v(?:ecka|\.)?\s*(?P<week>\d{{1,2}})\b{_YEAR}",
        rf"(?:på\s+|(?P<next>nästa\s+))?\b(?P<weekday>{_FULL_WEEKDAY})\b",
        r"\b(?P<near>i\s?dag|i\s?morgon|i\s?övermorgon)\b",
    )
)
_TIME = r"(\d{1,2}(?:[.:]\d{2})?)"
_TO = r"\s*(?:-|–|—|till|och)\s*(?:kl\.?\s*)?"
_WHICH = r"(?:\s+\(?(sommartid|vintertid)\)?)?"
_KL = r"\b(?:kl\.?|klockan|mellan)\s*"
_HERE = "\0"
"""Stands where the day was."""
_CLOCKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_KL}{_TIME}{_TO}{_TIME}{_WHICH}(?!\d)",
        rf"{_KL}{_TIME}(){_WHICH}(?!\d)",
        rf"{_HERE}[,\s]*(?:från\s+)?{_TIME}{_TO}{_TIME}{_WHICH}(?!\d)",
        rf"\b{_TIME}{_TO}{_TIME}{_WHICH}[,\s]*{_HERE}",
        rf"\b(\d{{1,2}}[.:]\d\d){_TO}(\d{{1,2}}[.:]\d\d){_WHICH}(?!\d)",
        rf"\b(\d{{1,2}}[.:]\d\d)(){_WHICH}(?!\d)",
        rf"{_HERE}[,\s]*{_TIME}(){_WHICH}(?=\s*$|\s+(?:på|i|hos)\s)",
    )
)
_NEAR = {"dag": 0, "morgon": 1, "övermorgon": 2}
_SOON = timedelta(days=183)
"""A day without a year that is farther ahead may be one that has just been, so the year is pointed out."""
_LEAP = 8
"""Years within which every date comes, also 29 February."""


@dataclass(frozen=True, slots=True)
class TimeReading:
    """The time that a line says."""

    rest: str
    """The line without it."""
    when: Span | None = None
    doubt: str = ""
    """What must be asked, in Swedish. Then ``when`` is None."""
    choices: tuple[Span, ...] = ()
    """What the line may mean, with a doubt."""
    note: str = ""
    """What was added to what the line says, in Swedish."""


@dataclass(frozen=True, slots=True)
class _Hours:
    start: str = ""
    end: str = ""


class _DoubtError(Exception):
    """The line does not say which day. ``days`` are those that it may mean."""

    def __init__(self, text: str, *days: date) -> None:
        super().__init__(text)
        self.days = days


def read(line: str, now: datetime) -> TimeReading:
    """Return the time in a line."""
    match = next(filter(None, (pattern.search(line) for pattern in _DAYS)), None)
    marked = f"{line[: match.start()]} {_HERE} {line[match.end() :]}" if match else line
    hours, rest = _hours(marked)
    rest = " ".join(rest.replace(_HERE, " ").split()).strip(" ,.;:–-")
    if match is None:
        return TimeReading(rest, doubt="Jag hittar ingen dag." if hours.start else "")
    try:
        first, last = _days(match, date_of(now))
    except _DoubtError as doubt:
        spans = tuple(span for choice in doubt.days for span in _choices(choice, choice, hours, now))
        return TimeReading(rest, doubt=str(doubt), choices=spans)
    note = "Du sa ingen sluttid, så jag har räknat med en timme." if hours.start and not hours.end else ""
    if not match.groupdict().get("year") and first - date_of(now) > _SOON:
        note = f"{note} Du sa inget år, så jag har räknat med {first.year}.".strip()
    try:
        return TimeReading(rest, times.checked(_span(first, last, hours), now), note=note)
    except AmbiguousError as doubt:
        return TimeReading(rest, doubt=str(doubt), choices=_choices(first, last, hours, now))
    except UserError as doubt:
        return TimeReading(rest, doubt=str(doubt))


def _hours(line: str) -> tuple[_Hours, str]:
    """Return the clock times of a line, and the rest of it."""
    for pattern in _CLOCKS:
        if match := pattern.search(line):
            which = f" {match[3]}" if match[3] else ""
            left = f"{line[: match.start()]} {_HERE if _HERE in match[0] else ''} {line[match.end() :]}"
            return _Hours(match[1] + which, match[2] + which if match[2] else ""), left
    return _Hours(), line


def _span(first: date, last: date, hours: _Hours) -> Span:
    if not hours.start:
        return times.whole(first, last)
    starts = times.moment(first, hours.start)
    return Span(starts, times.moment(last, hours.end) if hours.end else starts + times.USUAL)


def _choices(first: date, last: date, hours: _Hours, now: datetime) -> tuple[Span, ...]:
    """Return what the clock times can mean on these days: one span, or several where an hour comes twice."""
    spans: dict[Span, None] = {}
    for start in _both(hours.start):
        for end in _both(hours.end):
            try:
                spans[times.checked(_span(first, last, _Hours(start, end)), now)] = None
            except UserError:
                continue
    return tuple(spans)


def _both(clock: str) -> tuple[str, ...]:
    return (clock, f"{clock} sommartid", f"{clock} vintertid") if clock and "tid" not in clock else (clock,)


def _days(match: re.Match[str], today: date) -> tuple[date, date]:
    """Return the first and the last day. Raise :class:`_DoubtError` if the words fit no day, or fit several."""
    said = match.groupdict()
    if near := said.get("near"):
        there = today + timedelta(_NEAR["".join(near.casefold().split()).removeprefix("i")])
        return there, there
    wanted = _WEEKDAYS.index(said["weekday"][:3].casefold()) if said["weekday"] else None
    if wanted is not None and "day" not in said:
        there = _in_week(said, wanted, today) if "week" in said else _coming(said, wanted, today)
        return there, there
    first = _date(said, "day", today)
    last = _date(said | {"year": str(first.year)}, "last", today) if said.get("last") else first
    if wanted is not None and first.weekday() != wanted:
        other = min((first + timedelta(days) for days in range(-3, 4)), key=lambda one: one.weekday() != wanted)
        text = f"{day(first).capitalize()} är en {WEEKDAYS[first.weekday()]}, inte en {WEEKDAYS[wanted]}."
        raise _DoubtError(f"{text} Vilken dag menar du?", first, other)
    return first, last


def _date(said: dict[str, str], which: str, today: date) -> date:
    """Return the date that the words say. Without a year it is the next one."""
    number, month = int(said[which]), said["month"]
    at = int(month) if month.isdecimal() else _MONTHS.index(month[:3].casefold()) + 1
    years = (int(said["year"]),) if said["year"] else range(today.year, today.year + _LEAP)
    found = [there for year in years for there in _existing(year, at, number)]
    chosen = next((there for there in found if there >= today or said["year"]), None)
    if chosen is None:
        raise _DoubtError(f"Det finns inget datum som är {number} {month}. Skriv en annan dag.")
    return chosen


def _existing(year: int, month: int, number: int) -> Iterator[date]:
    try:
        yield date(year, month, number)
    except ValueError:
        return


def _coming(said: dict[str, str], wanted: int, today: date) -> date:
    """Return the next such weekday after today. *Nästa* may mean that one or the one after it."""
    coming = today + timedelta((wanted - today.weekday() - 1) % 7 + 1)
    if said["next"]:
        raise _DoubtError(f"Vilken {WEEKDAYS[wanted]} menar du?", coming, coming + timedelta(7))
    return coming


def _in_week(said: dict[str, str], wanted: int, today: date) -> date:
    years = (int(said["year"]),) if said["year"] else (today.isocalendar().year, today.isocalendar().year + 1)
    for year in years:
        try:
            there = date.fromisocalendar(year, int(said["week"]), wanted + 1)
        except ValueError:
            continue
        if there >= today or said["year"]:
            return there
    raise _DoubtError(f"Det finns ingen vecka {said['week']} som stämmer. Skriv dagens datum.")
