"""Tables as Excel files. Nothing in them is run by a spreadsheet program. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

_RUN = ("=", "+", "-", "@", "\t", "\r")


def workbook(title: str, table: Iterable[Sequence[str]], widths: Sequence[int]) -> bytes:
    """Return rows as an Excel file with one sheet. The first row is its headings; ``widths`` are its columns'."""
    from openpyxl import Workbook  # noqa: PLC0415 - costs a start a fifth of a second, and few processes need it
    from openpyxl.styles import Font  # noqa: PLC0415 - likewise

    book = Workbook()
    sheet = book.active
    sheet.title = title
    for number, row in enumerate(table, 1):
        for column, text in enumerate(row, 1):
            if not text:
                continue
            cell = sheet.cell(number, column)
            cell.value, cell.data_type, cell.number_format = text, "s", "@"  # text, so that codes keep their zeros
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKLMNOP", widths, strict=False):
        sheet.column_dimensions[letter].width = width
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula: a name may be ``=cmd|…``."""
    return f"'{text}" if text.startswith(_RUN) else text
