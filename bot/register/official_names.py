"""What municipalities and regions are called officially."""

from __future__ import annotations

from functools import cache

from storage import content


@cache
def full_names() -> dict[str, str]:
    """Return the full names of all municipalities and regions, by code: ``Lunds kommun``."""
    return {row["kod"]: row["namn_fullt"] for row in content.municipalities()}


def named_exactly(text: str) -> list[str]:
    """Return the codes of those that are called so to the letter, with or without "kommun"."""
    names = {code: name.casefold() for code, name in full_names().items()}
    return [code for code, name in names.items() if text.casefold() in (name, name.removesuffix(" kommun"))]
