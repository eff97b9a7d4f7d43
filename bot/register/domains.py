"""Which municipality a mail address belongs to: a tolerant guess to suggest, and an exact answer to give rights by.

Anybody can register ``so-tenas.se``. A right that is given by a comparison that forgives a hyphen, digits or a mark is
given to them too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from bot.register.finder import GOTLAND, GOTLAND_REGION, official
from bot.register.spelling import bare
from storage import content


def suggestion(mail: str | None, domains: Mapping[str, str]) -> str | None:
    """Return the municipality that an address seems to belong to: for a suggestion, never for a right.

    ``domains`` are the kansli's (domain → code) and go before the names. A municipality whose domains the kansli has
    given has no others.
    """
    _, at, domain = (mail or "").casefold().rpartition("@")
    if not at:
        return None
    labels = domain.split(".")
    known = (domains.get(".".join(labels[start:])) for start in range(len(labels) - 1))
    given = next((code for code in known if code), None)
    guessed = official().by_domain(domain)
    return given or (guessed if guessed not in domains.values() else None)


def owner(mail: str | None, domains: Mapping[str, str]) -> str | None:
    """Return the municipality whose own domain an address has, letter by letter.

    That is one of ``domains``, or the official name with ``.se`` after it (``upplands-bro.se``) where the kansli has
    given none and only one name is written so. No subdomain: pupils have addresses there.
    """
    _, at, domain = (mail or "").casefold().rpartition("@")
    if not at:
        return None
    plain = _plain_domains().get(domain)
    return domains.get(domain) or (plain if plain not in domains.values() else None)


@cache
def _plain_domains() -> Mapping[str, str]:
    """Every official name as a domain; not one that two names have, as Habo and Håbo."""
    codes: dict[str, set[str]] = defaultdict(set)
    for row in content.municipalities():
        name = bare(row["namn"].casefold())
        code = GOTLAND if row["kod"] == GOTLAND_REGION else row["kod"]
        for spelling in (name.replace(" ", ""), name.replace(" ", "-")):
            codes[f"{spelling}.se"].add(code)
    return {domain: min(owners) for domain, owners in codes.items() if len(owners) == 1}
