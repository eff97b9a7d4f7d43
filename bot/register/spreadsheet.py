"""Reads tables out of a CSV file, an Excel file or pasted text, and limits how much one file may hold. Pure.

A cell is text without invisible signs, on one line unless the reader asks for ``lines``. A formula keeps its leading
``=`` and is refused where a value is wanted. Nothing in a file is followed: no links, no entities, no macros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.message import UserError
from bot.plain_text import clean, clean_line
from bot.register import text_tables, workbooks

MOST_BYTES = 5_000_000
"""Of a file; a list of 400 people takes 40,000."""
MOST_ROWS = 5_000
MOST_COLUMNS = 60
MOST_TEXT = 5_000_000
"""Characters in all cells: a program may say in 92 kB that every cell holds the same long text."""

_OLE = b"\xd0\xcf\x11\xe0"
_JOINERS = "\u200c\u200d"
"""They belong inside some words, and never at either end of a value."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty."""

    number: int
    """As the program that made the file shows it, from 1."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One way to read a file: a sheet of a workbook, or a text with one of the signs that may part its cells."""

    rows: Iterator[Row]
    """Read while they are asked for, once. Raises :class:`UserError` for a broken or harmful file."""
    name: str = ""
    """The sheet's; a text has none."""
    flaw: str = ""
    """Why the sheet is not read, in Swedish."""


def read(data: bytes, *, lines: bool = False) -> list[Table]:
    """Return the tables of a file, whatever it is called. Raises :class:`UserError` for other kinds of file.

    ``lines`` keeps the line breaks of a cell, and reads CSV letter by letter as programs write it.
    """
    if len(data) > MOST_BYTES:
        raise UserError(f"Filen är för stor. Den får vara högst {MOST_BYTES // 1_000_000} MB.")
    if data.startswith(_OLE):
        raise UserError("Filen är låst med lösenord eller i gammalt Excel-format. Spara den som .xlsx eller .csv.")
    if data.startswith(workbooks.ZIP):
        tidy = clean if lines else clean_line
        return [Table(_limited(sheet.rows, tidy), sheet.name, sheet.flaw) for sheet in workbooks.sheets(data)]
    return read_text(text_tables.decoded(data), lines=lines)


def read_text(text: str, *, lines: bool = False) -> list[Table]:
    """Return a pasted text as a table, once for each sign that may part its cells. Raises :class:`UserError`.

    ``lines``: see :func:`read`.
    """
    text_tables.refuse_lost_letters(text)
    if lines:
        return [Table(_limited(text_tables.exact(text, sign), clean)) for sign in text_tables.SIGNS]
    return [Table(_limited(text_tables.separated(text, sign), clean_line)) for sign in text_tables.SIGNS]


def _limited(rows: Iterable[tuple[int, list[str]]], tidied: Callable[[str], str]) -> Iterator[Row]:
    left = MOST_TEXT
    for number, cells in rows:
        left -= sum(map(len, cells))
        tidy = [tidied(cell).strip(_JOINERS) for cell in cells]
        if not any(tidy):
            continue
        if number > MOST_ROWS:
            raise UserError(f"Listan har fler än {MOST_ROWS} rader. Dela upp den.")
        if any(tidy[MOST_COLUMNS:]):
            raise UserError(f"Rad {number} har fler än {MOST_COLUMNS} celler. Är det rätt fil?")
        if left < 0:
            raise UserError("Listan innehåller orimligt mycket text. Är det rätt fil?")
        yield Row(number, tuple(tidy[:MOST_COLUMNS]))
