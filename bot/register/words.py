"""What things about people and municipalities are called in Swedish. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storage.municipalities import MemberState
from storage.people import PersonRole

SEAT_NAMES = {
    PersonRole.POLITICIAN: "kontaktpolitiker",
    PersonRole.OFFICER: "tjänsteperson",
    PersonRole.SUBSTITUTE: "ersättare för kontaktpolitikern",
    PersonRole.REPORTER: "rapportör för nyckeltalen",
}
ROLE_NAMES = {
    **SEAT_NAMES,
    PersonRole.SUBSTITUTE: "ersättare",
    PersonRole.REPORTER: "rapportör",
    PersonRole.OTHER: "annan roll",
    PersonRole.KANSLI: "kansli",
    PersonRole.BOARD: "styrelse",
}
STATE_NAMES = {
    MemberState.MEMBER: "medlem",
    MemberState.PROSPECT: "på väg att bli medlem",
    MemberState.FORMER: "tidigare medlem",
    MemberState.UNKNOWN: "inte angivet",
}

LEFT = "har lämnat nätverkets team"
"""Said of somebody who is on no roster any more."""

_SWEDISH = str.maketrans("åäöéü", "{|}eu")
"""Å, ä and ö come after z, in that order."""


def seat(value: str) -> str:
    """The name of a seat, for running text."""
    return SEAT_NAMES.get(PersonRole(value), value)


def role(value: str) -> str:
    """The name of a role; empty for none."""
    return ROLE_NAMES[PersonRole(value)] if value else ""


def capital(text: str) -> str:
    """With a capital letter first, and the rest as it is."""
    return text[:1].upper() + text[1:]


def order(text: str) -> str:
    """What to sort a text by for Swedish order."""
    return text.casefold().translate(_SWEDISH)


def in_order(rows: Iterable[Any]) -> list[Any]:
    """Rows that have a ``name``, in Swedish order."""
    return sorted(rows, key=lambda row: order(row.name))
