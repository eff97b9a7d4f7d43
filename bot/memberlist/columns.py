"""Finds out what the columns of somebody's list mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.memberlist.records import NOTHING, PERSONAL, Record, seat_in
from bot.message import UserError
from bot.register.spreadsheet import Row
from storage.people import PersonRole

MOST_ABOVE = 10
"""Rows that may stand above the headings."""

_HEADINGS = {
    "code": r"(kommun)?kod|kommunnr|kommunnummer",
    "municipality": r"kommun(namn)?|kommun\s?/\s?region|region|organisation|medlemskommun",
    "first": r"förnamn",
    "last": r"efternamn",
    "name": r"namn|(kontakt)?person|kontaktpersonens namn|för- och efternamn",
    "mail": r"e-?post(adress)?|e-?mail|mail(adress)?|mejl(adress)?",
    "seat": r"roll|funktion|uppdrag",
    "state": r"status|medlem(skap|sstatus)?\??",
    "programme_url": r"(länk( till)? )?((miljö|hållbarhets)?program(met)?)( länk)?|programlänk",
    "programme_until": r"(program(met)? )?(gäller|giltigt)( till( och med)?| t\.?\s?o\.?\s?m\.?)?|slutår|program till",
    "mail_domains": r"(mejl|mail|e-post)?domän(er)?",
}
_SWEDISH = re.compile(r"[åäöÅÄÖ]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list whose columns are understood."""

    records: tuple[Record, ...]
    ignored: tuple[str, ...]
    states: bool
    """Whether it has a column that says who is a member."""


def understood(rows: Sequence[Row]) -> Sheet:
    """The rows as records. Raises :class:`UserError` where no row looks like headings.

    A row above the headings may group them ("Kontaktpolitiker" over "Namn" and "E-post"): then one row tells of
    several people.
    """
    at = next((at for at, row in enumerate(rows[:MOST_ABOVE]) if _is_heading(row)), None)
    if at is None:
        raise UserError(
            "Jag hittar inga rubriker. Första raden ska ha kolumnernas namn, till exempel Kommun, Roll, Namn och Mejl."
        )
    headings = rows[at].cells
    named = _named_columns(headings, _spread(rows[at - 1].cells) if at else ())
    ignored = tuple(heading for (field, _), heading in zip(named, headings, strict=True) if heading and not field)
    exact = any(_SWEDISH.search(cell) for row in rows[at + 1 :] for cell in row.cells)
    records = [
        replace(record, exact=exact)
        for row in rows[at + 1 :]
        if not _is_heading(row)  # a list printed over several pages has them again
        for record in _records(row, named)
    ]
    if not records:
        raise UserError("Det finns inga rader under rubrikerna.")
    return Sheet(tuple(records), ignored, states="state" in {field for field, _ in named})


def _records(row: Row, named: Sequence[tuple[str, PersonRole | None]]) -> list[Record]:
    shared: dict[str, Any] = {}
    by_seat: dict[PersonRole | None, dict[str, str]] = {}
    for (name, seat), cell in zip(named, row.cells, strict=False):
        value = "" if cell.casefold() in NOTHING else cell
        if name and name in PERSONAL:
            by_seat.setdefault(seat, {})[name] = value
        elif name and value:
            shared[name] = value
    people = [_person(given, seat) for seat, given in by_seat.items() if any(given.values())]
    people = [given for given in people if given.get("name") or given.get("mail") or len(by_seat) == 1]
    return [replace(Record(row.number), **shared, **given) for given in people or [{}]]


def _person(given: dict[str, str], seat: PersonRole | None) -> dict[str, Any]:
    name = given.get("name") or " ".join(part for part in (given.get("first"), given.get("last")) if part)
    return {"name": name, "mail": given.get("mail", ""), "seat": given.get("seat") or (seat or "")}


def _named_columns(headings: Sequence[str], groups: Sequence[str]) -> list[tuple[str, PersonRole | None]]:
    """What each column holds, and whose it is where the headings say: of the seat they name, or the last one named."""
    named: list[tuple[str, PersonRole | None]] = []
    last: PersonRole | None = None
    for at, heading in enumerate(headings):
        last = seat_in(heading) or seat_in(groups[at] if at < len(groups) else "") or last
        field = _field(heading)
        named.append((field, last if field in PERSONAL else None))
    return named


def _is_heading(row: Row) -> bool:
    fields = [_field(cell) for cell in row.cells]
    return len({field for field in fields if field}) > 1 and bool({"municipality", "code"} & set(fields))


def _field(heading: str) -> str:
    """Return what a column holds; empty for a column that is ignored. "Politiker namn" holds a name."""
    text = heading.casefold().strip(" :*.")
    plain = " ".join(word for word in text.split() if not seat_in(word))
    if text and not plain:  # "Kontaktpolitiker" over names
        return "name"
    return next((name for name, pattern in _HEADINGS.items() if re.fullmatch(pattern, plain)), "")


def _spread(cells: Sequence[str]) -> tuple[str, ...]:
    """A merged cell's text over the columns it covers. One text alone is a title and groups nothing."""
    found, last = [], ""
    if sum(bool(cell) for cell in cells) < 2:  # noqa: PLR2004 - one group does not count
        return ()
    for cell in cells:
        last = cell or last
        found.append(last)
    return tuple(found)
