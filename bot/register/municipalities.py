"""The rules for changing the kansli's facts about a municipality."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from bot.message import UserError
from bot.register import words
from bot.register.change import Change
from storage.municipalities import MemberState, Municipality

_DOMAIN = re.compile(r"[a-z0-9åäöéü-]+(?:\.[a-z0-9åäöéü-]+)*\.[a-z]{2,}")
_ANYBODYS = frozenset(
    "gmail.com hotmail.com outlook.com live.com live.se icloud.com yahoo.com yahoo.se telia.com msn.com me.com".split()
)
"""Domains where anybody can have an address. With one of them, a municipality would get all their users."""
_YEARS = range(2000, 2101)
_NAMES = {
    "state": "medlemskap",
    "programme_url": "länk till programmet",
    "programme_until": "programmets sista år",
    "mail_domains": "mejldomäner",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that the kansli decides, cleaned and checked by :func:`checked`."""

    state: MemberState
    programme_url: str = ""
    programme_until: int | None = None
    mail_domains: tuple[str, ...] = ()


def checked(state: object, url: str, until: str, domains: str) -> Facts:
    """Return the form's texts as facts. Raise :class:`UserError` for a bad value."""
    if state not in set(MemberState):
        raise UserError("Välj vad som gäller för medlemskapet.")
    return Facts(MemberState(str(state)), checked_url(url), checked_year(until), checked_domains(domains))


def checked_url(text: str) -> str:
    """Return a link to a page, or an empty text. Raise :class:`UserError` for a bad link."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname is not None and "." in parts.hostname
    except ValueError:
        good = False
    if text and (not good or " " in text or parts.username is not None):
        raise UserError("Länken till programmet ska vara en hel webbadress som börjar med https://.")
    return text


def checked_year(text: str) -> int | None:
    """Return a year, or None for an empty text. Raise :class:`UserError` for anything else."""
    if not text:
        return None
    if not text.isdecimal() or int(text) not in _YEARS:
        raise UserError("Skriv programmets sista år med fyra siffror, till exempel 2030.")
    return int(text)


def checked_domains(text: str) -> tuple[str, ...]:
    """Return the mail domains without repetitions. Raise :class:`UserError` for a bad one."""
    parts = (part.strip(" @.").casefold() for part in re.split(r"[\s,;]+", text))
    domains = tuple(dict.fromkeys(part for part in parts if part))
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            raise UserError(f"{domain} är ingen mejldomän. Skriv det som står efter @, till exempel sotenas.se.")
        if domain in _ANYBODYS:
            raise UserError(f"Vem som helst kan ha en adress på {domain}. Skriv bara kommunens egna domäner.")
    return domains


def refuse_taken(everyone: Iterable[Municipality], municipality: Municipality, domains: Iterable[str]) -> None:
    """Raise :class:`UserError` if another municipality has one of the domains."""
    wanted = set(domains)
    for other in everyone if wanted else ():
        if other.code != municipality.code and (shared := wanted.intersection(other.mail_domains)):
            raise UserError(f"Mejldomänen {min(shared)} hör redan till {other.full_name}.")


def change(change: Change, municipality: Municipality, facts: Facts) -> None:
    """Set the facts that differ, and record which. Change nothing if none differ."""
    changed = []
    for field in fields(facts):
        value = getattr(facts, field.name)
        value = list(value) if isinstance(value, tuple) else value
        if getattr(municipality, field.name) != value:
            setattr(municipality, field.name, value)
            changed.append(field.name)
    if not changed:
        return
    municipality.changed_at = change.now
    if "state" in changed:
        municipality.state_since = change.now
    for name in changed:
        state = f": {words.STATE_NAMES[facts.state]}" if name == "state" else ""
        change.record(f"Ändrat {_NAMES[name]}{state}", f"municipality:{municipality.code}")
