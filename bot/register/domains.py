"""Find the municipality of a mail address: a tolerant guess for suggestions, and an exact answer for rights.

Anybody can register ``so-tenas.se``. If a comparison that ignores hyphens, digits or marks gave a right, it would give
it to that person too.
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

    ``domains`` are the kansli's (domain → code) and go before the names. A municipality with domains from the kansli
    has no others.
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
    """Return the municipality that has exactly this address's domain.

    The domain is one of ``domains``. If the kansli has given none, it is the official name with ``.se``
    (``upplands-bro.se``), unless two names give the same. Subdomains do not count: pupils have addresses there.
    """
    _, at, domain = (mail or "").casefold().rpartition("@")
    if not at:
        return None
    plain = _plain_domains().get(domain)
    return domains.get(domain) or (plain if plain not in domains.values() else None)


@cache
def _plain_domains() -> Mapping[str, str]:
    """Return every official name as a domain, except names that give the same domain, such as Habo and Håbo."""
    codes: dict[str, set[str]] = defaultdict(set)
    for row in content.municipalities():
        name = bare(row["namn"].casefold())
        code = GOTLAND if row["kod"] == GOTLAND_REGION else row["kod"]
        for spelling in (name.replace(" ", ""), name.replace(" ", "-")):
            codes[f"{spelling}.se"].add(code)
    return {domain: min(owners) for domain, owners in codes.items() if len(owners) == 1}
