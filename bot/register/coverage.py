"""The gaps of municipalities, and the filters of the kansli's list. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from bot.register.words import in_order
from storage.contacts import Contact
from storage.municipalities import MemberState, Municipality
from storage.people import PersonRole


class RegisterGap(StrEnum):
    """A gap of a member. Every member should fill the first three; a substitute is voluntary."""

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
    """The filter of the list. :meth:`of` makes it from a client's data; an unknown value there means no filter."""

    state: str = MemberState.MEMBER
    gap: str = ""
    county: str = ""
    group: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any], municipalities: Iterable[Municipality]) -> Filter:
        """Return the filter in a button's data."""
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
        """Return the data for a button that shows this list again."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A municipality with its gaps."""

    municipality: Municipality
    gaps: tuple[RegisterGap, ...]
    gone: tuple[str, ...] = ()
    """The names of people who hold a seat but have left."""
    outside: tuple[str, ...] = ()
    """The names of people who hold a seat but have not accepted the invitation."""

    @property
    def name(self) -> str:
        """Return the municipality's name, to sort by."""
        return self.municipality.name


def gaps(municipality: Municipality, held: Iterable[Contact], year: int) -> tuple[RegisterGap, ...]:
    """Return a municipality's gaps, given its seats' holders and the year. A person who has left fills no seat."""
    filled = {contact.seat for contact in held if not contact.gone}
    lacking = {gap for gap, seat in _SEAT_OF.items() if seat not in filled}
    if municipality.programme_until is None or municipality.programme_until < year:
        lacking.add(RegisterGap.PROGRAMME)
    return tuple(gap for gap in RegisterGap if gap in lacking)


def rows(
    municipalities: Iterable[Municipality], contacts: Iterable[Contact], year: int, outside: Collection[int] = ()
) -> list[CoverageRow]:
    """Return every municipality with its gaps, in Swedish order. ``outside``: the guests who have not accepted."""
    held: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        held[contact.municipality_code].append(contact)
    return [
        CoverageRow(
            place, gaps(place, held[place.code], year), gone(held[place.code]), invited(held[place.code], outside)
        )
        for place in in_order(municipalities)
    ]


def gone(held: Iterable[Contact]) -> tuple[str, ...]:
    """Return the names of people who hold a seat but have left."""
    return tuple(dict.fromkeys(contact.person.called for contact in held if contact.gone and contact.person))


def invited(held: Iterable[Contact], outside: Collection[int]) -> tuple[str, ...]:
    """Return the names of people who hold a seat but are ``outside``: they have not accepted the invitation."""
    return tuple(
        dict.fromkeys(contact.person.called for contact in held if contact.person and contact.person.id in outside)
    )


def chosen(among: Sequence[CoverageRow], wanted: Filter) -> list[CoverageRow]:
    """Return the rows that pass the filter."""
    return [
        row
        for row in among
        if row.municipality.state == wanted.state
        and (not wanted.gap or wanted.gap in row.gaps or (wanted.gap == "any" and _incomplete(row)))
        and wanted.county in ("", row.municipality.county)
        and wanted.group in ("", row.municipality.size_group)
    ]


def counts(among: Iterable[CoverageRow]) -> dict[str, int]:
    """Return how many members have each gap, and as ``any`` how many have a gap that they should fill."""
    members = [row for row in among if row.municipality.state == MemberState.MEMBER]
    counted: dict[str, int] = {gap: sum(gap in row.gaps for row in members) for gap in RegisterGap}
    return {**counted, "any": sum(_incomplete(row) for row in members)}


def _incomplete(row: CoverageRow) -> bool:
    return any(gap is not RegisterGap.SUBSTITUTE for gap in row.gaps)
