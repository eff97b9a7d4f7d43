"""The audit log in the words of its readers, and as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.register import sheets
from bot.swedish import STOCKHOLM
from storage import audit, faq, municipalities, name_keys, people
from storage.audit import AuditRow

HEADINGS = ("När", "Vem", "Vad", "Gäller", "Person")
UNKNOWN = "driften, eller någon som är borttagen"
NOBODY = "borttagen person"
_RUN = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet program runs: a name may be ``=cmd|…``."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A change as it is read."""

    at: datetime
    by: str
    what: str
    about: str
    person: str

    def cells(self) -> tuple[str, ...]:
        """The line for a spreadsheet."""
        texts = (f"{self.at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}", self.by, self.what, self.about, self.person)
        return tuple(f"'{text}" if text.startswith(_RUN) else text for text in texts)


def lines(session: Session, limit: int | None = None) -> list[AuditLine]:
    """The newest changes, or all, with the names of those who are still here."""
    rows = audit.newest(session, limit)
    ids = {found for row in rows for found in (row.by_id, row.person_id) if found is not None}
    places = {one.code: one.full_name for one in municipalities.everyone(session)}
    entries = faq.questions(session, [number for row in rows if (number := _number("entry", row.about)) is not None])
    return _read(rows, name_keys.plain(people.names(session, ids)), places, entries)


def separated(session: Session) -> bytes:
    """All of it, as :func:`written`."""
    return written(lines(session))


def written(found: Sequence[AuditLine]) -> bytes:
    """Changes as CSV that a Swedish Excel opens as it is."""
    return sheets.separated([HEADINGS, *(line.cells() for line in found)])


def _read(
    rows: Sequence[AuditRow], names: dict[int, str], places: dict[str, str], entries: Mapping[int, str]
) -> list[AuditLine]:
    return [
        AuditLine(
            at=row.at,
            by=names.get(row.by_id or 0, UNKNOWN),
            what=row.what,
            about=_about(row.about, places, entries),
            person=names.get(row.person_id or 0, ""),
        )
        for row in rows
    ]


def _number(kind: str, about: str) -> int | None:
    """Return the number of a row of this kind; None for another kind."""
    found, _, key = about.partition(":")
    return int(key) if found == kind and key.isdecimal() else None


def _about(about: str, places: dict[str, str], entries: Mapping[int, str]) -> str:
    kind, _, key = about.partition(":")
    match kind:
        case "entry":
            question = entries.get(_number(kind, about) or 0)
            return f"”{question}”" if question else "ett svar som är borttaget"
        case "municipality":
            return places.get(key, key)
        case "erased":
            return f"{NOBODY} {key}"
        case _:
            return "" if kind in {"person", "reminder"} else kind
