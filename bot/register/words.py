"""The Swedish words for people and municipalities in the register. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.ports import Reason
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
ROLE_PLURALS = {
    PersonRole.POLITICIAN: "kontaktpolitiker",
    PersonRole.OFFICER: "tjänstepersoner",
    PersonRole.SUBSTITUTE: "ersättare",
    PersonRole.REPORTER: "rapportörer",
    PersonRole.OTHER: "personer med annan roll",
    PersonRole.KANSLI: "kansliet",
    PersonRole.BOARD: "styrelsen",
}
STATE_NAMES = {
    MemberState.MEMBER: "medlem",
    MemberState.PROSPECT: "på väg att bli medlem",
    MemberState.FORMER: "tidigare medlem",
    MemberState.UNKNOWN: "inte angivet",
}

LEFT = "har lämnat nätverkets team"
"""About a person who is on no roster any more."""
OUTSIDE = "har inte accepterat inbjudan"
"""About a guest who has not accepted the invitation to Teams."""
HIDDEN = "anmäld, men vill inte visas här"
"""In place of a person who has asked not to be shown to the reader."""
UNREACHED = {
    Reason.BLOCKED: "har blockerat eller tagit bort boten",
    Reason.DISABLED: "får inte använda boten, enligt sin administratör",
    Reason.NOT_INSTALLED: "har inte träffat boten och har ingen mejladress hos oss",
    Reason.NOT_IN_ROSTER: "har ingen chatt med boten längre och ingen mejladress hos oss",
    Reason.GONE: "har ingen chatt med boten längre och ingen mejladress hos oss",
    Reason.NO_ADDRESS: "är gäst, och vi har bara ett inloggningsnamn som inga mejl når",
    Reason.NO_ROUTE: "går inte att nå, för boten är inte med i något team än",
    Reason.NOT_SET_UP: "går bara att nå med mejl, och det är inte uppsatt",
}
"""Why no message reaches a person; the words follow their name."""

_SWEDISH = str.maketrans("åäöéü", "{|}eu")
"""Sort å, ä and ö after z, in that order."""


def seat(value: str) -> str:
    """Return the name of a seat, for running text."""
    return SEAT_NAMES.get(PersonRole(value), value)


def role(value: str) -> str:
    """Return the name of a role; empty for no role."""
    return ROLE_NAMES[PersonRole(value)] if value else ""


def capital(text: str) -> str:
    """Return the text with a capital first letter, and the rest unchanged."""
    return text[:1].upper() + text[1:]


def order(text: str) -> str:
    """Return a key that sorts a text in Swedish order."""
    return text.casefold().translate(_SWEDISH)


def in_order(rows: Iterable[Any]) -> list[Any]:
    """Return rows that have a ``name``, in Swedish order."""
    return sorted(rows, key=lambda row: order(row.name))
