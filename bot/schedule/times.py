"""Times of events: written in Swedish, and made of days and clock times in Stockholm. Pure.

An event from midnight to midnight has no clock times. It is written with its days only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.message import UserError
from bot.swedish import STOCKHOLM, WEEKDAYS, date_of, day

UNSET = "datum inte satt"
FARTHEST = timedelta(days=3 * 366)
"""How far ahead an event may be. A later year is most likely mistyped."""
USUAL = timedelta(hours=1)
"""How long an event takes if nobody said when it ends."""
_DAY = timedelta(days=1)
_MIDNIGHT = time()
_CLOCK = re.compile(r"(?:kl\.?\s*)?(\d{1,2})(?:[.:]?(\d{2}))?(?:\s*\(?(sommartid|vintertid)\)?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """When an event begins and ends."""

    starts: datetime
    ends: datetime
    """Both aware, in UTC."""

    @property
    def whole_days(self) -> bool:
        """Return whether it has days only, and no clock times."""
        return {one.astimezone(STOCKHOLM).time() for one in (self.starts, self.ends)} == {_MIDNIGHT}

    def moved(self, days: int) -> Span:
        """Return the same clock times some days later. Raise :class:`UserError` for an hour that does not exist."""
        return Span(*(_later(one, days) for one in (self.starts, self.ends)))


class AmbiguousError(UserError):
    """A clock time that comes twice on the night when winter time begins. Its text says how to write each."""


def span_of(starts: datetime | None, ends: datetime | None) -> Span | None:
    """Return the span of an event's two columns; None for an event without a date."""
    return Span(starts, ends) if starts and ends else None


def whole(first: date, last: date | None = None) -> Span:
    """Return the span of whole days."""
    return Span(_midnight(first), _midnight((last or first) + _DAY))


def stored(text: str) -> datetime:
    """Return the time in UTC that a button's data says in ISO form. Raise :class:`ValueError` for anything else."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    return value.astimezone(UTC)


def moment(on: date, clock: str) -> datetime:
    """Return the time in UTC of a clock time such as "9", "9.30" or "02.30 vintertid" on a day in Stockholm.

    Raise :class:`UserError` for anything else, and for an hour that does not exist or comes twice that day.
    """
    match = _CLOCK.fullmatch(clock.strip())
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if match is None or hour > 23 or minute > 59:  # noqa: PLR2004 - a day's last hour and minute
        raise UserError(f"Jag förstår inte klockslaget ”{clock[:20]}”. Skriv det som 9.00 eller 13.30.")
    local = datetime.combine(on, time(hour, minute), STOCKHOLM)
    shown = f"{hour:02}.{minute:02}"
    if not _exists(local):
        raise UserError(
            f"Klockan {shown} finns inte {day(on)}, för då ställs klockan fram. Skriv {hour + 1:02}.{minute:02}."
        )
    if _twice(local) and match[3] is None:
        raise AmbiguousError(
            f"Klockan {shown} kommer två gånger {day(on)}, för då ställs klockan tillbaka. "
            f"Skriv {shown} sommartid eller {shown} vintertid."
        )
    winter = (match[3] or "").casefold() == "vintertid"
    return local.replace(fold=int(winter)).astimezone(UTC)


def clock(moment: datetime) -> str:
    """Return the time of day in Stockholm: "09.00". An hour that comes twice says which one it is."""
    local = moment.astimezone(STOCKHOLM)
    which = (" sommartid", " vintertid")[local.fold] if _twice(local) else ""
    return f"{local:%H.%M}{which}"


def weekday(value: date) -> str:
    """Return "torsdag den 3 december 2026"."""
    return f"{WEEKDAYS[value.weekday()]} {day(value)}"


def written(when: Span | None) -> str:
    """Return "torsdag den 3 december 2026 kl. 09.00–10.00", or "datum inte satt"."""
    if when is None:
        return UNSET
    first = date_of(when.starts)
    if when.whole_days:
        last = date_of(when.ends) - _DAY
        return weekday(first) if last <= first else f"{weekday(first)} till {weekday(last)}"
    last = date_of(when.ends)
    begin = f"{weekday(first)} kl. {clock(when.starts)}"
    return f"{begin}–{clock(when.ends)}" if last == first else f"{begin} till {weekday(last)} kl. {clock(when.ends)}"


def checked(when: Span, now: datetime) -> Span:
    """Return the span. Raise :class:`UserError` if it ends before it starts, has begun, or is far away."""
    if when.ends <= when.starts:
        raise UserError("Slutet är före starten. Ändra sluttiden.")
    if when.starts <= now and not (when.whole_days and date_of(when.starts) >= date_of(now)):
        raise UserError(f"Tiden har redan varit: {written(when)}. Välj en senare.")
    if when.starts > now + FARTHEST:
        raise UserError(f"{weekday(date_of(when.starts)).capitalize()} är mer än tre år bort. Kontrollera året.")
    if when.ends - when.starts > 31 * _DAY:
        raise UserError("Mötet blir längre än en månad. Kontrollera sista dagen.")
    return when


def _midnight(on: date) -> datetime:
    return datetime.combine(on, _MIDNIGHT, STOCKHOLM).astimezone(UTC)


def _later(moment_: datetime, days: int) -> datetime:
    local = moment_.astimezone(STOCKHOLM)
    return moment(local.date() + days * _DAY, f"{local:%H.%M} {'vintertid' if local.fold else 'sommartid'}")


def _exists(local: datetime) -> bool:
    back = local.astimezone(UTC).astimezone(STOCKHOLM)
    return back.replace(tzinfo=None) == local.replace(tzinfo=None)


def _twice(local: datetime) -> bool:
    """Return whether this clock time comes twice that day."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset() and _exists(local)
