"""Reads a bank out of a file or a pasted text, whichever of the three forms it has. Pure."""

from __future__ import annotations

import csv
import io

from bot.bankfiles import columns, markdown_file
from bot.bankfiles.columns import BankSheet, UnrecognisedError
from bot.bankfiles.values import NAMES
from bot.message import UserError
from bot.register import spreadsheet, text_tables, workbooks


def read(data: bytes) -> BankSheet:
    """Return the bank in a file.

    Raises :class:`UnrecognisedError` for another file, and :class:`UserError` for a broken bank.
    """
    try:
        is_text = not data.startswith(workbooks.ZIP) and len(data) <= spreadsheet.MOST_BYTES
        text = text_tables.decoded(data) if is_text else ""
        tables = [] if is_text else spreadsheet.read(data, lines=True)
    except UserError as error:
        raise UnrecognisedError(str(error)) from error
    return read_text(text) if is_text else columns.understood(tables)


def read_text(text: str) -> BankSheet:
    """Return the bank in a pasted text. Raises as :func:`read` does."""
    if text.lstrip("\ufeff \r\n").startswith("#"):
        return markdown_file.read(text)
    try:
        return columns.understood(spreadsheet.read_text(text, lines=True))
    except UnrecognisedError:
        if markdown_file.is_bank(text):
            return markdown_file.read(text)
        raise


def as_text(sheet: BankSheet) -> str:
    """Return a bank as text that :func:`read_text` reads. Its rows keep their numbers."""
    fields = [field for field in NAMES if any(field in record.cells for record in sheet.records)]
    written = io.StringIO()
    rows = csv.writer(written, delimiter=";", lineterminator="\n")
    at = 1
    rows.writerow([NAMES[field] for field in fields])
    for record in sheet.records:
        written.write("\n" * (record.number - at - 1))
        rows.writerow([record.cells.get(field, "") for field in fields])
        at = record.number
    return written.getvalue()
