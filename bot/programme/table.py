"""Reads the events of a list with headings, from Excel, a CSV file or pasted text. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from bot.message import UserError
from bot.programme.entries import MOST_EVENTS, Entry, PlannedEvent, RefusedEntry, kind_of
from bot.register.headings import column_of, headings_at
from bot.register.spreadsheet import Row, Table
from bot.schedule import sentences, times
from bot.schedule.plans import EventPlan, checked_link
from bot.schedule.times import Span
from bot.swedish import date_of
from storage.events import EventKind

_HEADINGS = {
    "title": r"titel|rubrik|aktivitet|evenemang|möte|vad|namn|ämne",
    "kind": r"sort|typ|slag|form",
    "day": r"datum|dag|när|startdatum|datumochtid",
    "last_day": r"slutdatum|sistadag(en)?|tillochmed",
    "start": r"tid|start|starttid|klockslag|kl|börjar|från",
    "end": r"slut|sluttid|slutar|till",
    "place": r"plats|var|lokal|ort",
    "link": r"(mötes)?länk(till)?(möte)?|url|webbadress",
    "themes": r"tema|temagrupp(er)?|teman|grupp(er)?",
    "seats": r"(antal)?platser|maxantal|deltagare",
    "register_by": r"(sista)?anmälan(senast)?|anmälsenast|sistaanmälningsdag|sistadag(en)?(att|för)anmäla?n?(sig)?|osa",
    "academy": r"(sekom)?akademi(n|en)?",
    "text": r"text|beskrivning|innehåll|om|info(rmation)?",
}
_UNSET = {"", "-", "–", "?", "datum inte satt", "ej satt", "inte satt", "tba", "tbd", "senare"}
_YES = {"ja", "j", "x", "yes", "sant", "true", "1"}


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


def is_heading(row: Row) -> bool:
    """Return whether a row holds headings of a programme: of a title and of its day."""
    return {"title", "day"} <= {column_of(cell, _HEADINGS) for cell in row.cells}


def read(tables: Sequence[Table], themes: Mapping[str, str], now: datetime) -> list[Entry]:
    """Return every row of the first list with headings, read or refused.

    ``themes`` has the theme words by the names that people write. Raise :class:`UserError` if no list has headings.
    """
    for table in tables:
        rows = [] if table.flaw else list(table.rows)
        at = headings_at(rows, is_heading)
        if at is not None:
            return _entries(rows[at], rows[at + 1 :], themes, now)
    raise UserError(
        "Jag hittar inga rubriker. Första raden ska ha kolumnernas namn, minst Titel och Datum. "
        "Andra kolumner kan vara Tid, Plats, Länk, Sort, Tema, Platser, Anmälan senast, Akademin och Beskrivning."
    )


def _entries(headings: Row, rows: Sequence[Row], themes: Mapping[str, str], now: datetime) -> list[Entry]:
    fields = [column_of(cell, _HEADINGS) for cell in headings.cells]
    lines = [_Line(row.number, _cells(fields, row)) for row in rows if not is_heading(row)]
    if not lines:
        raise UserError("Det finns inga rader under rubrikerna.")
    if len(lines) > MOST_EVENTS:
        raise UserError(f"Listan har fler än {MOST_EVENTS} rader. Dela upp den.")
    return list(_read(lines, themes, now))


def _read(lines: Sequence[_Line], themes: Mapping[str, str], now: datetime) -> Iterator[Entry]:
    seen: Counter[str] = Counter()
    days: set[tuple[str, datetime | None]] = set()
    for line in lines:
        where, title = f"rad {line.number}", line["title"]
        try:
            plan, note = _plan(line, themes, now)
        except UserError as refusal:
            yield RefusedEntry(where, title or "Utan titel", str(refusal))
            continue
        name = plan.title.casefold()
        again = (name, plan.when.starts if plan.when else None)
        if plan.when is not None and again in days:
            yield RefusedEntry(where, title, "Raden finns två gånger i listan.")
            continue
        days.add(again)
        seen[name] += 1
        yield PlannedEvent(_source(name, seen[name]), where, plan, note)


def _plan(line: _Line, themes: Mapping[str, str], now: datetime) -> tuple[EventPlan, str]:
    if any(cell.startswith("=") for cell in line.cells.values()):
        raise UserError("En cell innehåller en formel. Klistra in värdet i stället.")
    when, note = _when(line, now)
    link = checked_link(line["link"], "Länken") if "://" in line["link"] else ""
    teams = not link and "teams" in f"{line['link']} {line['place']}".casefold()
    kind = kind_of(line["kind"]) or kind_of(line["title"])
    plan = EventPlan(
        kind=kind or (EventKind.WEBINAR if link or teams else EventKind.OTHER),
        title=line["title"],
        text=line["text"],
        when=when,
        teams_meeting=teams and when is not None and not when.whole_days,
        join_url=link,
        place="" if teams else line["place"],
        themes=tuple(dict.fromkeys(_themes(line["themes"], themes))),
        seats=_seats(line["seats"]),
        register_by=_day(line["register_by"], now),
        academy=line["academy"].casefold() in _YES,
    )
    return plan, note


def _when(line: _Line, now: datetime) -> tuple[Span | None, str]:
    """Return when a row says that it is; None for a row without a day. Raise :class:`UserError` if that is unsure."""
    day = line["day"].strip(" .")
    if day.casefold() in _UNSET:
        if line["start"]:
            raise UserError("Raden har ett klockslag men inget datum.")
        return None, ""
    clock = "–".join(filter(None, (_clock(line["start"]), _clock(line["end"]))))
    reading = sentences.read(f"{day} kl {clock}" if clock else day, now)
    if reading.when is None:
        raise UserError(reading.doubt or f"Jag förstår inte datumet ”{day[:40]}”. Skriv det som 2027-03-03.")
    if line["last_day"] and not clock:
        last = _day(line["last_day"], now)
        when = times.checked(times.whole(date_of(reading.when.starts), last), now)
        return when, reading.note
    return reading.when, reading.note


def _clock(text: str) -> str:
    """Return a cell's clock time. Excel stores one as a share of the day: 0.375 is 09.00."""
    if re.fullmatch(r"0?[.,]\d{2,}", text):
        minutes = round(float(text.replace(",", ".")) * 24 * 60)
        return f"{minutes // 60:02}.{minutes % 60:02}"
    return re.sub(r"^(?:kl\.?|klockan)\s*", "", text.strip(), flags=re.IGNORECASE)


def _day(text: str, now: datetime) -> date | None:
    if text.strip().casefold() in _UNSET:
        return None
    reading = sentences.read(text, now)
    if reading.when is None:
        raise UserError(reading.doubt or f"Jag förstår inte dagen ”{text[:40]}”. Skriv den som 2027-03-03.")
    return date_of(reading.when.starts)


def _seats(text: str) -> int | None:
    if not text or text.casefold() in ("obegränsat", "ingen gräns", "-"):
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 7):  # noqa: PLR2004 - far above every limit
        raise UserError(f"Jag förstår inte antalet platser ”{text[:20]}”. Skriv det med siffror.")
    return int(text)


def _themes(text: str, themes: Mapping[str, str]) -> Iterator[str]:
    for name in filter(None, (part.strip() for part in re.split(r"[,;/&]|\boch\b", text))):
        if name.casefold() not in themes:
            raise UserError(f"Det finns ingen temagrupp som heter ”{name[:40]}”.")
        yield themes[name.casefold()]


def _cells(fields: Sequence[str], row: Row) -> dict[str, str]:
    cells: dict[str, str] = {}
    for field, cell in zip(fields, row.cells, strict=False):
        if field and field not in cells:
            cells[field] = cell
    return cells


def _source(name: str, number: int) -> str:
    """Return what names a row in the next version of the list: its title, and its place among rows that have it."""
    return f"list:{sha256(f'{name} {number}'.encode()).hexdigest()[:40]}"
