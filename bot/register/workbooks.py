"""Reads the sheets of an Excel file (.xlsx), ordinary or Strict, in little memory whatever the file says. Pure.

A workbook is a zip of XML parts. A program can pack 50 MB of XML into 50 kB, and a library that builds objects out of
it takes a gigabyte. So we read the few parts that hold values as a stream, count what comes, and keep nothing else.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.parsers import expat

from bot.message import UserError

ZIP = b"PK\x03\x04"
MOST_UNPACKED = 50_000_000
"""Bytes of everything in the zip. Python's zipfile unpacks no more of a part than the zip says of it."""
MOST_PARTS = 500
MOST_EVENTS = 1_500_000
"""Begins and ends of XML elements, some seconds' work; 5,000 rows of 50 columns have 1,000,000."""
MOST_DEPTH = 100
"""Elements in elements; a cell's text is the tenth."""
MOST_STYLES = 65_536
LAST_COLUMN = 16_384
"""Excel's own limits of styles and columns."""
MOST_NAMES = 5_000
"""Different names of XML elements and attributes; the parser remembers all of them."""
MOST_STRINGS = 300_000
MOST_TEXT = 5_000_000
"""Characters in the table of strings."""
LONGEST_CELL = 20_000
"""Characters; the rest of a longer cell is not kept. An answer's 40 phrasings or 20 sources are the longest values."""
LONGEST_TAG = 1_000_000

_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, LookupError, ValueError, OverflowError, EOFError)
"""What zipfile and the parser raise for files that only look right."""
_DATES = frozenset((*range(14, 18), 22, *range(27, 37), *range(50, 59)))
"""Excel's own number formats that show a date (ECMA-376, 18.8.30)."""
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Event = tuple[str, Mapping[str, str] | None, str]
"""The begin of an element (name, attributes, ""), or its end (name, None, its text)."""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A sheet as the workbook lists it."""

    name: str
    flaw: str
    """Why it is not read, in Swedish; empty for a visible sheet with cells."""
    rows: Iterator[tuple[int, list[str]]]


def sheets(data: bytes) -> list[Worksheet]:
    """Return all sheets in the order of their tabs. Raises :class:`UserError`, and so does reading their rows."""
    try:
        return list(_Workbook(data).sheets())
    except _BROKEN as error:
        raise _broken() from error


def _broken() -> UserError:
    return UserError("Excel-filen är trasig. Öppna den i Excel och spara den på nytt.")


def _too_much() -> UserError:
    remedy = "Kopiera listan till en ny, tom arbetsbok, spara den och läs in den igen."
    return UserError(f"Excel-filen innehåller orimligt mycket. {remedy}")


class _Workbook:
    def __init__(self, data: bytes) -> None:
        self._package = zipfile.ZipFile(io.BytesIO(data))
        parts = self._package.infolist()
        self._parts = {part.filename.lower(): part for part in parts}
        self._events_left = MOST_EVENTS
        self._strings: list[str] | None = None
        self._dates: frozenset[int] = frozenset()
        self._day_zero = datetime(1899, 12, 30)  # noqa: DTZ001 - a date without a place
        if "xl/workbook.xml" not in self._parts:
            raise UserError("Filen är ingen vanlig Excel-fil. Öppna den i Excel och spara den som .xlsx.")
        if any("vbaproject" in name or "externallink" in name for name in self._parts):
            raise UserError("Filen har makron eller länkar till andra filer. Spara den som en vanlig .xlsx.")
        if any(part.flag_bits & 1 for part in parts):
            raise UserError("Filen är låst med lösenord. Spara den utan.")
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise _too_much()
        if any(part.compress_type not in _PACKED for part in parts):
            raise _broken()

    def sheets(self) -> Iterator[Worksheet]:
        targets: dict[str, tuple[str, str]] = {}
        for tag, attributes, _ in self._events("xl/_rels/workbook.xml.rels"):
            if tag == "Relationship" and attributes:
                kind, target = attributes["Type"].rpartition("/")[2], attributes["Target"].lower()
                targets[attributes["Id"]] = kind, target[1:] if target.startswith("/") else f"xl/{target}"
        for tag, attributes, _ in self._events("xl/workbook.xml"):
            if tag == "workbookPr" and attributes and attributes.get("date1904") in ("1", "true"):
                self._day_zero = datetime(1904, 1, 1)  # noqa: DTZ001 - a date without a place
            elif tag == "sheet" and attributes:
                kind, part = targets[attributes["id"]]
                flaw = "inget blad med celler" if kind != "worksheet" else ""
                if attributes.get("state", "visible") != "visible":
                    flaw = "dolt"
                yield Worksheet(attributes["name"], flaw, self._rows(part))

    def _rows(self, part: str) -> Iterator[tuple[int, list[str]]]:
        try:
            if self._strings is None:
                self._strings = self._shared_strings()
                self._dates = frozenset(self._date_styles())
            yield from self._rows_of(part)
        except _BROKEN as error:
            raise _broken() from error

    def _rows_of(self, part: str) -> Iterator[tuple[int, list[str]]]:
        number = column = 0
        cells: dict[int, str] = {}
        shown: dict[str, str] = {}
        cell: Mapping[str, str] = {}
        for tag, attributes, text in self._events(part):
            if attributes is not None and tag == "row":
                before, number, column, cells = number, int(attributes.get("r", number + 1)), 0, {}
                if number <= before:
                    raise _broken()
            elif attributes is not None and tag == "c":
                cell, shown = attributes, {}
                column = _column(cell["r"]) if "r" in cell else column + 1
                if column > LAST_COLUMN:
                    raise _too_much()
            elif attributes is None and tag in ("v", "f", "t"):
                shown[tag] = (shown.get(tag, "") + text)[: LONGEST_CELL + 1]
            elif attributes is None and tag == "c" and shown:
                cells[column] = self._value(cell, shown)
            elif attributes is None and tag == "row":
                yield number, [cells.get(at, "") for at in range(1, max(cells, default=0) + 1)]

    def _value(self, cell: Mapping[str, str], shown: Mapping[str, str]) -> str:
        """Return a cell as Excel shows it, but a formula as such and a date as 2030-12-31."""
        kind, value = cell.get("t", "n"), shown.get("v", "")
        if "f" in shown:
            return f"={shown['f']}"
        if kind == "s" and value:
            return (self._strings or [])[int(value)]
        if kind == "d":
            return value.partition("T")[0]
        if kind != "n" or not value:
            return _unescaped(shown.get("t", value))
        number = float(value)
        if int(cell.get("s", 0)) in self._dates:
            return f"{self._day_zero + timedelta(days=number):%Y-%m-%d}"
        return str(int(number)) if number.is_integer() else value

    def _shared_strings(self) -> list[str]:
        strings: list[str] = []
        left, current = MOST_TEXT, ""
        for tag, attributes, text in self._events("xl/sharedstrings.xml", needed=False):
            if tag == "si" and attributes is not None:
                current = ""
            elif tag == "t" and attributes is None:
                current = (current + text)[: LONGEST_CELL + 1]
            elif tag == "si":
                strings.append(_unescaped(current))
                left -= len(current)
                if left < 0 or len(strings) > MOST_STRINGS:
                    raise _too_much()
        return strings

    def _date_styles(self) -> Iterator[int]:
        """Yield the number of every cell style that shows a date."""
        dates, style, inside = set(_DATES), 0, False
        for tag, attributes, _ in self._events("xl/styles.xml", needed=False):
            if tag == "numFmt" and attributes:
                if re.search("[yd]", _LITERAL.sub("", attributes["formatCode"]), re.IGNORECASE):
                    dates.add(int(attributes["numFmtId"]))
            elif tag == "cellXfs":
                inside = attributes is not None
            elif inside and tag == "xf" and attributes is not None:
                if int(attributes.get("numFmtId", 0)) in dates:
                    yield style
                style += 1
                if style > MOST_STYLES:
                    raise _too_much()

    def _events(self, name: str, *, needed: bool = True) -> Iterator[Event]:
        """Yield the begin and end of every element of a part. Names lose their namespace, in which Strict differs."""
        if name not in self._parts and not needed:
            return
        parser, events = _parser()
        fed = 0
        with self._package.open(self._parts[name]) as part:
            while chunk := part.read(65_536):
                parser.Parse(chunk)
                fed += len(chunk)
                self._events_left -= len(events)
                waiting = fed - parser.CurrentByteIndex
                if self._events_left < 0 or len(parser.intern) > MOST_NAMES or waiting > LONGEST_TAG:
                    raise _too_much()
                yield from events
                events.clear()
        parser.Parse(b"", True)
        yield from events


def _parser() -> tuple[expat.XMLParserType, list[Event]]:
    """Return a parser, and the list to which it adds what it meets."""
    parser = expat.ParserCreate()
    events: list[Event] = []
    text: list[str] = []
    depth = length = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, length
        depth += 1
        if depth > MOST_DEPTH:
            raise _too_much()
        text.clear()
        length = 0
        events.append((_local(name), {_local(key): value for key, value in attributes.items()}, ""))

    def end(name: str) -> None:
        nonlocal depth, length
        depth -= 1
        events.append((_local(name), None, "".join(text)))
        text.clear()
        length = 0

    def add(piece: str) -> None:
        nonlocal length
        if length <= LONGEST_CELL:
            text.append(piece[: LONGEST_CELL + 1 - length])
            length += len(text[-1])

    def refuse(*_: object) -> None:
        raise UserError("Filen innehåller hänvisningar (DOCTYPE) som inte hör hemma i en Excel-fil.")

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = add
    parser.StartDoctypeDeclHandler = refuse
    return parser, events


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _unescaped(text: str) -> str:
    """Return text with the signs that Excel writes as ``_x000D_``."""
    return _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), text)


def _column(reference: str) -> int:
    """Return 28 for ``AB12``. Raises :class:`ValueError` for a column that Excel does not have."""
    letters = reference.rstrip("0123456789")
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise ValueError("no reference to a cell")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column
