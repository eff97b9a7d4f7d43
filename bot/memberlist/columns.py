"""Finds out what the columns of somebody's list mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from bot.memberlist.records import NOTHING, PERSONAL, Record, seat_in
from bot.message import UserError
from bot.register.headings import MOST_ABOVE, headings_at
from bot.register.spreadsheet import Row, Table
from bot.swedish import listed
from storage.people import PersonRole

_HEADINGS = {
    "code": r"(kommun)?kod|kommunnr|kommunnummer",
    "municipality": r"kommun(namn)?|kommunregion|region|organisation|medlemskommun",
    "first": r"förnamn",
    "last": r"efternamn",
    "name": r"namn|(kontakt)?person|kontaktpersonensnamn|förochefternamn",
    "mail": r"e?(post|mail|mejl)(adress)?",
    "phone": r"((mobil|direkt)?(telefon|tele|tel|tfn)|mobil|direkt)(nr|nummer)?",
    "seat": r"roll|funktion|uppdrag",
    "state": r"status|medlem(skap|sstatus)?",
    "programme_url": r"(länk(till)?)?(miljö|hållbarhets)?program(met)?(länk)?",
    "programme_until": r"(program(met)?)?(gäller|giltigt)(till(ochmed)?|tom)?|slutår|programtill",
    "mail_domains": r"(mejl|mail|epost)?domän(er)?",
}
"""Letters only: ``E-post 1``, ``E-post:`` and a heading with a line break are written in the same letters."""
_SWEDISH = re.compile(r"[åäöÅÄÖ]")
_COPIED = re.compile(r"""["']?(?P<name>[^<>"']*?)["']?\s*[<(](?:mailto:)?(?P<mail>[^<>()\s]+@[^<>()\s]+)[>)][;,]?""")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list whose columns are understood."""

    records: tuple[Record, ...]
    ignored: tuple[str, ...]
    states: bool
    """Whether it has a column that says who is a member."""
    rows: int
    """In the table, from its first to its last row that is not empty."""
    headings: int
    """Rows that are headings or stand above them."""
    empty: int
    name: str = ""
    """The sheet's, in a workbook."""
    unread: tuple[str, ...] = ()
    """The other sheets of the workbook, each with the reason where it could not be read."""


def understood(tables: Sequence[Table]) -> Sheet:
    """Return the first table with headings, as records. Raises :class:`UserError` if no table has them."""
    for table in tables:
        top = [] if table.flaw else list(islice(table.rows, MOST_ABOVE))
        at = headings_at(top, is_heading)
        if at is not None:
            return replace(
                _sheet([*top, *table.rows], at),
                name=table.name,
                unread=tuple(_named(other) for other in tables if other is not table and other.name),
            )
    hidden = [f"”{table.name}”" for table in tables if table.flaw]
    raise UserError(
        "Jag hittar inga rubriker. Första raden ska ha kolumnernas namn, till exempel Kommun, Roll, Namn och Mejl."
        + (f" Bladen som syns är genomsökta, men inte {listed(hidden)}." if hidden else "")
    )


def _named(table: Table) -> str:
    return f"”{table.name}”" + (f" ({table.flaw})" if table.flaw else "")


def _sheet(rows: Sequence[Row], at: int) -> Sheet:
    """Return the records below the headings in row ``at``.

    A row above the headings may group them ("Kontaktpolitiker" over "Namn" and "E-post"): then one row tells of
    several people.
    """
    headings = rows[at].cells
    named = _named_columns(headings, _spread(rows[at - 1].cells) if at else ())
    ignored = tuple(heading for (field, _), heading in zip(named, headings, strict=True) if heading and not field)
    exact = any(_SWEDISH.search(cell) for row in rows[at + 1 :] for cell in row.cells)
    values = [row for row in rows[at + 1 :] if not is_heading(row)]  # a list of several pages has headings on each
    if not values:
        raise UserError("Det finns inga rader under rubrikerna.")
    return Sheet(
        records=tuple(replace(record, exact=exact) for row in values for record in _records(row, named)),
        ignored=ignored,
        states="state" in {field for field, _ in named},
        rows=rows[-1].number,
        headings=len(rows) - len(values),
        empty=rows[-1].number - len(rows),
    )


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
    """Return a person's fields. ``Anna Ek <anna@lund.se>``, as Outlook copies it, is a name and an address."""
    name = given.get("name") or " ".join(part for part in (given.get("first"), given.get("last")) if part)
    mail = given.get("mail", "")
    copied = _COPIED.fullmatch(mail or name)
    if copied:
        name, mail = copied["name"] if name in ("", mail or name) else name, copied["mail"]
    return {"name": name, "mail": mail, "phone": given.get("phone", ""), "seat": given.get("seat") or (seat or "")}


def _named_columns(headings: Sequence[str], groups: Sequence[str]) -> list[tuple[str, PersonRole | None]]:
    """What each column holds, and whose it is where the headings say: of the seat they name, or the last one named.

    The second of two columns that hold the same ("E-post 1", "E-post 2") is not read.
    """
    named: list[tuple[str, PersonRole | None]] = []
    last: PersonRole | None = None
    for at, heading in enumerate(headings):
        last = seat_in(heading) or seat_in(groups[at] if at < len(groups) else "") or last
        field = _field(heading)
        column = field, last if field in PERSONAL else None
        named.append(("", None) if column in named else column)
    return named


def is_heading(row: Row) -> bool:
    """Return whether a row holds headings of a list of members: of municipalities and of something about them."""
    fields = [field for cell in row.cells if (field := _field(cell)) != "phone"]  # switchboards are no members
    return len({field for field in fields if field}) > 1 and bool({"municipality", "code"} & set(fields))


def _field(heading: str) -> str:
    """Return what a column holds; empty for a column that is ignored. "Politiker namn" holds a name."""
    words = re.sub(r"\(.*?\)", "", heading).casefold().split()
    letters = re.sub(r"[\W\d_]", "", "".join(word for word in words if not seat_in(word)))
    if any(map(seat_in, words)) and not letters:  # "Kontaktpolitiker" over names
        return "name"
    return next((name for name, pattern in _HEADINGS.items() if re.fullmatch(pattern, letters)), "")


def _spread(cells: Sequence[str]) -> tuple[str, ...]:
    """A merged cell's text over the columns it covers. One text alone is a title and groups nothing."""
    found, last = [], ""
    if sum(bool(cell) for cell in cells) < 2:  # noqa: PLR2004 - one group does not count
        return ()
    for cell in cells:
        last = cell or last
        found.append(last)
    return tuple(found)
