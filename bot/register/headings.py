"""Finds the headings of a list that somebody made, and what its columns hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bot.register.spreadsheet import Row, Table

MOST_ABOVE = 10
"""Rows that may stand above the headings."""


def headings_at(rows: Sequence[Row], is_heading: Callable[[Row], bool]) -> int | None:
    """Return the place of the headings among the first rows; None if there are none."""
    return next((at for at, row in enumerate(rows[:MOST_ABOVE]) if is_heading(row)), None)


def column_of(heading: str, patterns: Mapping[str, str]) -> str:
    """Return what a column holds by the pattern that its heading fits; empty if it fits none.

    Patterns fit small letters only: ``E-post 1``, ``E-post:`` and a heading with a line break have the same letters.
    """
    letters = re.sub(r"[\W\d_]", "", re.sub(r"\(.*?\)", "", heading).casefold())
    return next((name for name, pattern in patterns.items() if re.fullmatch(pattern, letters)), "")


def chosen(tables: Sequence[Table], is_heading: Callable[[Row], bool]) -> str | None:
    """Return the first table with headings, as text that :func:`spreadsheet.read_text` reads. Rows keep their numbers.

    Return None if no table has such headings. Raise :class:`UserError` for a broken file.
    """
    for table in tables:
        rows = [] if table.flaw else list(table.rows)
        if headings_at(rows, is_heading) is not None:
            return as_text(rows)
    return None


def as_text(rows: Sequence[Row]) -> str:
    """Return rows as text that :func:`spreadsheet.read_text` reads."""
    cells = {row.number: "\t".join(row.cells) for row in rows}
    return "\n".join(cells.get(number, "") for number in range(1, rows[-1].number + 1))
