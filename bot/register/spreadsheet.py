"""Reads a table out of a CSV file, an Excel file or pasted text, and refuses what could do harm. Pure.

A cell is text; a formula keeps its leading ``=`` and is refused where a value is wanted. Nothing in a file is
followed: no links, no entities, no macros.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize
from xml.etree.ElementTree import ParseError

from bot.message import UserError

MOST_BYTES = 5_000_000
"""Of a file; a list of 400 people takes 40,000."""
MOST_UNPACKED = 50_000_000
"""Of everything in an Excel file, which is a zip."""
MOST_PARTS = 200
MOST_ROWS = 5_000
MOST_COLUMNS = 60
LONGEST_CELL = 2_000

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError)
"""What openpyxl and zipfile raise for files that only look right."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty."""

    number: int
    """As the program that made the file shows it, from 1."""
    cells: tuple[str, ...]


def read(data: bytes) -> list[Row]:
    """The rows of a file, whatever it is called. Raises :class:`UserError` for what is no table or may do harm."""
    if len(data) > MOST_BYTES:
        raise UserError(f"Filen är för stor. Den får vara högst {MOST_BYTES // 1_000_000} MB.")
    if data.startswith(_OLE):
        raise UserError("Filen är låst med lösenord eller i gammalt Excel-format. Spara den som .xlsx eller .csv.")
    return list(_limited(_excel(data) if data.startswith(_ZIP) else _separated(_decoded(data))))


def read_text(text: str) -> list[Row]:
    """Return the rows of a pasted table. Raises :class:`UserError` if it is not a table."""
    return list(_limited(_separated(text)))


def _limited(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    for number, cells in rows:
        if number > MOST_ROWS:
            raise UserError(f"Listan har fler än {MOST_ROWS} rader. Dela upp den.")
        tidy = [" ".join(normalize("NFC", cell).replace("\ufeff", "").split()) for cell in cells[:MOST_COLUMNS]]
        if any(len(cell) > LONGEST_CELL for cell in tidy):
            raise UserError(f"En cell på rad {number} är orimligt lång. Är det rätt fil?")
        if any(tidy):
            yield Row(number, tuple(tidy))


def _decoded(data: bytes) -> str:
    """Text as Excel saves it: UTF-8 with its mark, UTF-16, or the old Windows code page."""
    encodings = ("utf-16",) if data.startswith(_UTF16) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text) or text.lstrip().lower().startswith(("<", "%pdf", "{\\rtf")):
            break
        return text
    raise UserError("Filen är varken en Excel-fil (.xlsx) eller en textfil (.csv).")


def _separated(text: str) -> Iterator[tuple[int, list[str]]]:
    head = "\n".join(text.splitlines()[:10])
    delimiter = max(";\t,", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from enumerate(reader, 1)
    except csv.Error as error:
        raise UserError("Filen går inte att läsa som en tabell. Spara den på nytt från Excel som .xlsx.") from error


def _excel(data: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - costs a start a fifth of a second, and few processes need it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - likewise

    try:
        _check_parts(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            sheet: Any = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its own size may be anything
            rows = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)
            for number, cells in enumerate(rows, 1):
                yield number, [_shown(cell.value) for cell in cells]
        finally:
            book.close()
    except UserError:
        raise
    except (*_BROKEN, InvalidFileException, IndexError, OverflowError) as error:
        raise UserError("Excel-filen är trasig. Öppna den i Excel och spara den på nytt.") from error


def _check_parts(data: bytes) -> None:
    """Unpack everything once, counting: what a zip says of its own sizes may be anything."""
    left = MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
        names = [part.filename.lower() for part in parts]
        if "xl/workbook.xml" not in names or len(parts) > MOST_PARTS:
            raise UserError("Filen är ingen vanlig Excel-fil.")
        if any("vbaproject" in name or "externallink" in name for name in names):
            raise UserError("Filen har makron eller länkar till andra filer. Spara den som en vanlig .xlsx.")
        for part in parts:
            left -= _checked_size(package, part, left)


def _checked_size(package: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    if part.flag_bits & 1:
        raise UserError("Filen är låst med lösenord. Spara den utan.")
    size, tail = 0, b""
    with package.open(part) as unpacked:
        while chunk := unpacked.read(65_536):
            size += len(chunk)
            if size > most:
                raise UserError("Filen blir orimligt stor när den packas upp.")
            seen = tail + chunk
            if part.filename.lower().endswith((".xml", ".rels")) and (b"<!" in _doctype(seen) or b"\x00" in chunk):
                raise UserError("Filen innehåller hänvisningar (DOCTYPE) som inte hör hemma i en Excel-fil.")
            tail = chunk[-16:]
    return size


def _doctype(part: bytes) -> bytes:
    """``<!`` where a document type or entity is declared; empty where none is (comments and CDATA are harmless)."""
    return b"<!" if re.search(rb"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", part, re.IGNORECASE) else b""


def _shown(value: object) -> str:
    """A cell's value as text; whole numbers without Excel's decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "text", value))  # an array formula's text begins with = too
