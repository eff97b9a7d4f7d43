"""Which municipalities lack what: the gaps, and the filters of the kansli's list. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from bot.register.words import in_order
from storage.contacts import Contact
from storage.municipalities import MemberState, Municipality
from storage.people import PersonRole


class RegisterGap(StrEnum):
    """What a member lacks. The first three are expected of every member, a substitute is wished for."""

    POLITICIAN = "politician"
    OFFICER = "officer"
    PROGRAMME = "programme"
    SUBSTITUTE = "substitute"


GAP_NAMES = {
    RegisterGap.POLITICIAN: "kontaktpolitiker",
    RegisterGap.OFFICER: "tjänsteperson",
    RegisterGap.PROGRAMME: "aktuellt program",
    RegisterGap.SUBSTITUTE: "ersättare",
}
_SEAT_OF = {
    RegisterGap.POLITICIAN: PersonRole.POLITICIAN,
    RegisterGap.OFFICER: PersonRole.OFFICER,
    RegisterGap.SUBSTITUTE: PersonRole.SUBSTITUTE,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list shows. Made from a client's data by :meth:`of`; anything unknown there means no filter."""

    state: str = MemberState.MEMBER
    gap: str = ""
    county: str = ""
    group: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any], municipalities: Iterable[Municipality]) -> Filter:
        """The filter in a button's data."""
        rows = list(municipalities)
        known = {
            "state": set(MemberState),
            "gap": {*RegisterGap, "any"},
            "county": {row.county for row in rows},
            "group": {row.size_group for row in rows},
        }
        chosen = {name: str(data.get(name) or "") for name in known}
        return cls(**{name: value for name, value in chosen.items() if value in known[name] and value})

    def data(self) -> dict[str, Any]:
        """For a button that shows this again."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A municipality with what it lacks."""

    municipality: Municipality
    gaps: tuple[RegisterGap, ...]
    gone: tuple[str, ...] = ()
    """The names of those who hold a seat and have left."""

    @property
    def name(self) -> str:
        """The municipality's, to sort by."""
        return self.municipality.name


def gaps(municipality: Municipality, held: Iterable[Contact], year: int) -> tuple[RegisterGap, ...]:
    """What a municipality lacks, given who holds its seats and the year it is. A person who has left fills no seat."""
    filled = {contact.seat for contact in held if not contact.gone}
    lacking = {gap for gap, seat in _SEAT_OF.items() if seat not in filled}
    if municipality.programme_until is None or municipality.programme_until < year:
        lacking.add(RegisterGap.PROGRAMME)
    return tuple(gap for gap in RegisterGap if gap in lacking)


def rows(municipalities: Iterable[Municipality], contacts: Iterable[Contact], year: int) -> list[CoverageRow]:
    """Every municipality with its gaps, in Swedish order."""
    held: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        held[contact.municipality_code].append(contact)
    return [CoverageRow(one, gaps(one, held[one.code], year), gone(held[one.code])) for one in in_order(municipalities)]


def gone(held: Iterable[Contact]) -> tuple[str, ...]:
    """The names of those who hold a seat and have left."""
    return tuple(dict.fromkeys(contact.person.called for contact in held if contact.gone and contact.person))


def chosen(among: Sequence[CoverageRow], wanted: Filter) -> list[CoverageRow]:
    """The rows that pass the filter."""
    return [
        row
        for row in among
        if row.municipality.state == wanted.state
        and (not wanted.gap or wanted.gap in row.gaps or (wanted.gap == "any" and _incomplete(row)))
        and wanted.county in ("", row.municipality.county)
        and wanted.group in ("", row.municipality.size_group)
    ]


def counts(among: Iterable[CoverageRow]) -> dict[str, int]:
    """How many members lack each thing, and ``any`` of what is expected."""
    members = [row for row in among if row.municipality.state == MemberState.MEMBER]
    counted: dict[str, int] = {gap: sum(gap in row.gaps for row in members) for gap in RegisterGap}
    return {**counted, "any": sum(_incomplete(row) for row in members)}


def _incomplete(row: CoverageRow) -> bool:
    return any(gap is not RegisterGap.SUBSTITUTE for gap in row.gaps)
