"""Finds the bank's columns in a list: from Excel, a CSV file or pasted text. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.cards import one_line
from bot.message import UserError
from bot.register.headings import MOST_ABOVE, column_of, headings_at
from bot.register.spreadsheet import Row, Table

MOST_ENTRIES = 2_000
"""Entries in one file: four times the largest bank that the bot is measured with."""
_HEADINGS = {
    "id": r"id|kod|nr|nummer",
    "question": r"frågan?",
    "phrasings": r"andrasättattfråga|(alternativa)?formuleringar|alternativafrågor",
    "answer": r"svaret|svar",
    "theme": r"tema",
    "sources": r"käll(a|or)",
    "certainty": r"säkerhet",
    "note": r"anteckning(ar)?(förkansliet)?",
    "state": r"läge|status",
    "reviewed_on": r"granskad?t?",
    "review_on": r"granskasigen|nästagranskning",
    "valid_until": r"(gäller|giltigt)(till|tillochmed|tom)",
    "kind": r"sort|typ",
    "version": r"version",
}
_OTHER = re.compile(r"^(kommun|namn$|förnamn|efternamn|e-?post|mejl|mail|datum|tid$|titel)", re.IGNORECASE)
"""What stands over the columns of lists of members, events and answers to surveys, and never over the bank's."""


class UnrecognisedError(UserError):
    """Raised for a file or text that holds no bank: it may hold something else."""


@dataclass(frozen=True, slots=True)
class BankRow:
    """What one row says, as written."""

    number: int
    cells: Mapping[str, str]
    """By field, for the columns that the file has."""

    @property
    def about(self) -> str:
        """Return which entry it is, for somebody who has the file before them."""
        return one_line(self.cells.get("question") or self.cells.get("id") or "", 80)


@dataclass(frozen=True, slots=True)
class BankSheet:
    """A list whose columns are understood."""

    records: tuple[BankRow, ...]
    ignored: tuple[str, ...] = ()
    """Headings of columns that are not read."""
    name: str = ""
    """The sheet's, in a workbook."""


def understood(tables: Sequence[Table]) -> BankSheet:
    """Return the first table that has the bank's headings.

    Raises :class:`UnrecognisedError` if none has, and :class:`UserError` for a bank that can't be read.
    """
    flaw = ""
    for table in tables:
        if table.flaw:
            continue
        try:
            top = list(islice(table.rows, MOST_ABOVE))
        except UserError as error:  # read with a sign that does not part its cells
            flaw = flaw or str(error)
            continue
        at = headings_at(top, is_heading)
        if at is not None:
            return _sheet(top[at], [*top[at + 1 :], *table.rows], table.name)
    raise UnrecognisedError(
        flaw
        or "Jag hittar inga rubriker. Första raden ska ha kolumnernas namn, minst Fråga och Svar. "
        "Enklast är att utgå från en fil som du har hämtat med **faq exportera**."
    )


def is_heading(row: Row) -> bool:
    """Return whether a row holds the bank's headings: a question and its answer, and nothing of people or events."""
    fields = {column_of(cell, _HEADINGS) for cell in row.cells}
    return {"question", "answer"} <= fields and not any(_OTHER.match(cell) for cell in row.cells)


def _sheet(headings: Row, rows: Sequence[Row], name: str) -> BankSheet:
    fields = [column_of(cell, _HEADINGS) for cell in headings.cells]
    fields = ["" if field in fields[:at] else field for at, field in enumerate(fields)]
    ignored = tuple(cell for field, cell in zip(fields, headings.cells, strict=True) if cell and not field)
    values = [row for row in rows if not is_heading(row)]
    if not values:
        raise UserError("Det finns inga rader under rubrikerna.")
    if len(values) > MOST_ENTRIES:
        raise UserError(f"Listan har fler än {MOST_ENTRIES} svar. Dela upp den.")
    return BankSheet(tuple(_record(row, fields) for row in values), ignored, name)


def _record(row: Row, fields: Sequence[str]) -> BankRow:
    cells = [*row.cells, *[""] * len(fields)]
    return BankRow(row.number, {field: cell for field, cell in zip(fields, cells, strict=False) if field})
