"""Tables as Excel and CSV files. Nothing in them is run by a spreadsheet program. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_RUN = ("=", "+", "-", "@", "\t", "\r")
_LIKE_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""The start of a text that Excel would read as one sign: it writes a carriage return as ``_x000D_``."""


def workbook(title: str, table: Iterable[Sequence[str]], widths: Sequence[int]) -> bytes:
    """Return rows as an Excel file with one sheet. The first row is its headings; ``widths`` are its columns'."""
    from openpyxl import Workbook  # noqa: PLC0415 - costs a start a fifth of a second, and few processes need it
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - likewise

    book = Workbook()
    sheet = book.active
    sheet.title = title
    for number, row in enumerate(table, 1):
        for column, text in enumerate(row, 1):
            if not text:
                continue
            cell = sheet.cell(number, column)
            cell.value, cell.data_type = _LIKE_ESCAPED.sub("_x005F_", text), "s"
            cell.number_format = "@"  # text, so that codes keep their zeros
            if "\n" in text:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKLMNOP", widths, strict=False):
        sheet.column_dimensions[letter].width = width
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def separated(table: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV that a Swedish Excel opens as it is: semicolons, and the mark of UTF-8."""
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows(table)
    return written.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula: a name may be ``=cmd|…``."""
    return f"'{text}" if _runs(text) else text


def restored(cell: str) -> str:
    """Return the text of which :func:`harmless` made a cell."""
    return cell[1:] if cell.startswith("'") and _runs(cell) else cell


def _runs(text: str) -> bool:
    return text.lstrip("'").startswith(_RUN)
