"""The choices people have about reminders. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.delivery.reach import sends_mail
from bot.message import UserError
from bot.settings import Settings
from bot.swedish import date_of
from storage.people import Person, RemindBy

LONGEST = 366
"""Most days of a pause. A person who is away longer should rather leave the list."""


class PauseLength(StrEnum):
    """The length of a pause, as people say it."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    QUARTER = "quarter"


def last_day(pause: PauseLength, now: datetime) -> date:
    """Return the last day of a pause that begins now."""
    match pause:
        case PauseLength.WEEK:
            return date_of(now) + timedelta(days=7)
        case PauseLength.FORTNIGHT:
            return date_of(now) + timedelta(days=14)
        case PauseLength.MONTH:
            return _months_later(date_of(now), 1)
        case PauseLength.QUARTER:
            return _months_later(date_of(now), 3)


def checked_way(way: object, person: Person, settings: Settings) -> RemindBy:
    """Return the way that a button names. Raises :class:`UserError` if it does not work for this person."""
    if way not in (RemindBy.CHAT, RemindBy.MAIL, RemindBy.BOTH):
        raise UserError("Välj hur du vill få påminnelser.")
    chosen = RemindBy(str(way))
    if chosen is not RemindBy.CHAT and not sends_mail(settings):
        raise UserError("Jag kan inte skicka mejl än, så påminnelser kommer i chatten.")
    if chosen is not RemindBy.CHAT and not person.mail:
        raise UserError("Jag har ingen mejladress till dig, så påminnelser kommer i chatten.")
    return chosen


def checked_end(pause: object, last: object, now: datetime) -> date:
    """Return the last day of the pause: the date that the person wrote, or else the end of the chosen length.

    Raises :class:`UserError`.
    """
    if isinstance(last, str) and last.strip():
        try:
            day = date.fromisoformat(last.strip()[:10])
        except ValueError:
            raise UserError("Jag förstår inte datumet. Skriv det som 2027-01-31.") from None
        if not date_of(now) <= day <= date_of(now) + timedelta(days=LONGEST):
            raise UserError("Välj en dag som inte har varit, högst ett år fram i tiden.")
        return day
    if pause not in list(PauseLength):  # a list, since the value may be anything, even unhashable
        raise UserError("Välj hur lång paus du vill ha.")
    return last_day(PauseLength(str(pause)), now)


def _months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
