"""The whole bank as a file that an import reads; nothing in it is run by a spreadsheet program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from bot.bankfiles import markdown_file, values
from bot.register import sheets
from storage import bank_files

Cells = dict[str, str]
_WIDTHS = (8, 40, 40, 80, 16, 40, 12, 30, 12, 12, 12, 18, 16, 14)


def rows(session: Session) -> list[Cells]:
    """Return every entry as its cells by field."""
    return [values.cells(entry) for entry in bank_files.everything(session)]


def excel(entries: Iterable[Cells]) -> bytes:
    """Return entries as an Excel file."""
    return sheets.workbook("Kunskapsbanken", _table(entries), _WIDTHS)


def separated(entries: Iterable[Cells]) -> bytes:
    """Return entries as CSV."""
    return sheets.separated(_table(entries))


def markdown(entries: Iterable[Cells]) -> bytes:
    """Return entries as Markdown."""
    return markdown_file.write(entries).encode()


def _table(entries: Iterable[Cells]) -> list[Sequence[str]]:
    cells = [tuple(sheets.harmless(entry[field]) for field in values.NAMES) for entry in entries]
    return [tuple(values.NAMES.values()), *cells]
