"""Reads the events of an iCalendar file (RFC 5545), as Outlook, Google and Apple write them. Pure.

A time in another zone is the same moment in Sweden, and a note says so. What we can't be sure of is refused with the
reason: recurring events, and zones that the file does not explain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from icalendar import Calendar, Event, vBroken

from bot.message import UserError
from bot.plain_text import clean_line, printable
from bot.programme.entries import MOST_EVENTS, Entry, PlannedEvent, RefusedEntry, kind_of
from bot.schedule import times
from bot.schedule.plans import LONGEST_LINK, LONGEST_PLACE, LONGEST_TEXT, LONGEST_TITLE, EventPlan, checked_link
from bot.schedule.times import Span
from bot.swedish import STOCKHOLM
from storage.events import EventKind

MOST_BYTES = 1_000_000
LONGEST_EVENT = timedelta(days=7)
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError)
"""What icalendar raises for broken files."""
_RECURS = ("RRULE", "RDATE", "RECURRENCE-ID", "EXDATE")
_JOIN = ("X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK", "X-GOOGLE-CONFERENCE", "URL")
"""Properties with the address to join, the surest first."""
_MEETING = re.compile(
    r"https://(?:teams\.microsoft\.com/(?:l/meetup-join|meet)/|teams\.live\.com/meet/|meet\.google\.com/|[\w.-]*zoom\.us/[jw]/)"
    r"[^\s<>\"\\]+"
)
_SMALL_PRINT = re.compile(r"\n\s*(?:_{20,}|[-~:]{20,}).*", re.DOTALL)
"""From the line that Teams and Google draw above the meeting's own details."""


class _UnreadableError(Exception):
    """One entry can't be read; the text says why in Swedish."""


def read(data: bytes, now: datetime) -> list[Entry]:
    """Return every event of the file, read or refused. Raise :class:`UserError` if it is no calendar file."""
    if len(data) > MOST_BYTES:
        raise UserError(f"Kalenderfilen är för stor. Den får vara högst {MOST_BYTES // 1_000_000} MB.")
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().upper().startswith(b"BEGIN:VCALENDAR"):
        raise UserError("Filen är ingen kalenderfil. En sådan slutar på .ics och börjar med BEGIN:VCALENDAR.")
    if data.upper().count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise UserError(f"Kalenderfilen har fler än {MOST_EVENTS} händelser. Exportera bara det här årets.")
    try:
        calendars = Calendar.from_ical(data.removeprefix(b"\xef\xbb\xbf"), multiple=True)
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
    ) as error:  # what icalendar raises for broken files
        raise UserError("Kalenderfilen är trasig. Exportera den på nytt från kalendern.") from error
    entries = [entry for calendar in calendars for entry in _entries(calendar, now)]
    if not entries:
        raise UserError("Kalenderfilen har inga händelser.")
    return entries


def _entries(calendar: Calendar, now: datetime) -> Iterator[Entry]:
    seen: set[str] = set()
    for number, event in enumerate(calendar.events, 1):
        title = clean_line(str(event.get("SUMMARY", "")))
        where = f"händelse {number}"
        try:
            planned = _planned(event, title, where, now)
        except _UnreadableError as refusal:
            yield RefusedEntry(where, title or "Utan rubrik", str(refusal))
            continue
        twice = planned.source in seen
        seen.add(planned.source)
        yield RefusedEntry(where, title, "Händelsen finns två gånger i filen.") if twice else planned


def _planned(event: Event, title: str, where: str, now: datetime) -> PlannedEvent:
    if any(name in event for name in _RECURS):
        raise _UnreadableError("Händelsen är återkommande. Lägg in varje tillfälle för sig, eller gör en serie här.")
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise _UnreadableError("Händelsen är inställd i kalendern. Ställ in den här med Ställ in.")
    if not title:
        raise _UnreadableError("Händelsen saknar rubrik.")
    if len(title) > LONGEST_TITLE:
        raise _UnreadableError(f"Rubriken är längre än {LONGEST_TITLE} tecken.")
    when, note = _times(event)
    if when.ends <= now:
        raise _UnreadableError("Händelsen har redan varit.")
    text = printable(str(event.get("DESCRIPTION", "")))
    join_url = _join_url(event, text)
    plan = EventPlan(
        kind=kind_of(title) or (EventKind.WEBINAR if join_url else EventKind.OTHER),
        title=title,
        text=_SMALL_PRINT.sub("", f"\n{text}").strip()[:LONGEST_TEXT],
        when=when,
        join_url=join_url,
        place=_place(event, join_url),
    )
    return PlannedEvent(_source(event, title, when), where, plan, note)


def _times(event: Event) -> tuple[Span, str]:
    """Return when it is, and a note if the file gave the time in another zone."""
    if type(_value(event, "DTSTART")) is date:
        return _whole_days(event), ""
    starts, foreign = _moment(event, "DTSTART")
    if "DTEND" in event:
        ends, _ = _moment(event, "DTEND")
    elif "DURATION" in event:
        ends = starts + _decoded(event, "DURATION", timedelta)
    else:
        raise _UnreadableError("Händelsen saknar sluttid.")
    when = _lasting(Span(starts, ends))
    return when, f"Det är svensk tid. I filen stod zonen {foreign}." if foreign else ""


def _whole_days(event: Event) -> Span:
    """Return the days of an event without clock times. DTEND is the day after the last one (RFC 5545, 3.6.1)."""
    first = _decoded(event, "DTSTART", date)
    after = _decoded(event, "DTEND", date) if "DTEND" in event else first + timedelta(days=1)
    if isinstance(after, datetime):
        raise _UnreadableError(
            "Händelsens slut går inte att läsa: starten är en hel dag, men slutet har ett klockslag."
        )
    return _lasting(times.whole(first, after - timedelta(days=1)))


def _lasting(when: Span) -> Span:
    if when.ends <= when.starts:
        raise _UnreadableError("Händelsen slutar innan den börjar.")
    if when.ends - when.starts > LONGEST_EVENT:
        raise _UnreadableError("Händelsen är längre än en vecka. Dela upp den.")
    return when


def _moment(event: Event, name: str) -> tuple[datetime, str]:
    """Return a time in UTC, and the name of its zone if the clocks there do not show Swedish time."""
    value = _decoded(event, name, date)
    if not isinstance(value, datetime):
        raise _UnreadableError("Händelsens start och slut går inte att läsa ihop.")
    zone = clean_line(str(event[name].params.get("TZID", "")), 60)
    if value.tzinfo is None:
        if zone:
            raise _UnreadableError(f"Filen säger inte vad tidszonen ”{zone}” är.")
        value = value.replace(tzinfo=STOCKHOLM)  # a time without a zone is local to the person who reads it
    try:
        moment = value.astimezone(UTC)
        exists = moment.astimezone(value.tzinfo).replace(tzinfo=None) == value.replace(tzinfo=None)
        swedish = moment.astimezone(STOCKHOLM).utcoffset() == value.utcoffset()
    except (OverflowError, ValueError) as error:
        raise _UnreadableError("Händelsens tid går inte att läsa.") from error
    if not exists:
        raise _UnreadableError(f"Klockan {value:%H.%M} finns inte den dagen, för då ställs klockan fram.")
    return moment, "" if swedish else zone


def _decoded(event: Event, name: str, kind: type[Any]) -> Any:
    """Return a property's value, which must be of this kind."""
    value = _value(event, name)
    if not isinstance(value, kind):
        raise _UnreadableError("Händelsens tid går inte att läsa." if name in event else "Händelsen saknar starttid.")
    return value


def _value(event: Event, name: str) -> object:
    """Return what a property holds in Python; None if it is missing or broken."""
    written = event.get(name)
    return None if isinstance(written, vBroken) else getattr(written, "td" if name == "DURATION" else "dt", None)


def _join_url(event: Event, text: str) -> str:
    written = [str(event[name]) for name in _JOIN if name in event]
    found: list[str] = _MEETING.findall(" ".join([*written, str(event.get("LOCATION", "")), text]))
    for address in [*found[:1], *written]:
        try:
            if len(address) <= LONGEST_LINK and checked_link(address, ""):
                return address
        except UserError:
            continue
    return ""


def _place(event: Event, join_url: str) -> str:
    """Return the place; empty if it only says that the meeting is online."""
    place = clean_line(str(event.get("LOCATION", "")))
    online = place.casefold().startswith(("http://", "https://", "microsoft teams", "teams", "zoom"))
    return "" if online and join_url else place[:LONGEST_PLACE]


def _source(event: Event, title: str, when: Span) -> str:
    """Return what names the entry in every later export of the same calendar."""
    uid = clean_line(str(event.get("UID", ""))) or f"{title} {when.starts.isoformat()}"
    return f"ics:{sha256(uid.encode()).hexdigest()[:40]}"
