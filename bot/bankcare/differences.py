"""Says in plain lines how an entry differs before and after a change. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from bot import swedish
from bot.cards import one_line

LONGEST = 240
"""Characters of one line. The entry itself shows the rest."""
MOST = 8
"""Lines of one field."""
_PARTS = re.compile(r"(?<=[.!?])\s+|\n+")
"""Between the sentences and lines of an answer: the smallest part that is read by itself."""
_NAMED = {"question": "Frågan", "answer": "Svaret", "phrasings": "Andra sätt att fråga", "sources": "Källor"}
_STATES = {"draft": "utkast", "published": "publicerat", "archived": "arkiverat"}
_CERTAIN = {"hög": "säkert", "kontrollera": "inte bekräftat", "lucka": "svaret saknas"}


def lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return what a change did, a line for each thing. What went has a minus, and what came has a plus."""
    found: list[str] = []
    for name, title in _NAMED.items():
        changed = list(_changed(_parts(before.get(name)), _parts(after.get(name))))
        if changed:
            more = f" Och {swedish.count(len(changed) - MOST, 'rad', 'rader')} till." if len(changed) > MOST else ""
            found += [f"{title}:{more}", *changed[:MOST]]
    return [*found, *_small(before, after)]


def _small(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield the changes of what is one word or a day."""
    for name, title, words in (
        ("state", "Läge", _STATES),
        ("theme", "Tema", {}),
        ("certainty", "Säkerhet", _CERTAIN),
        ("valid_until", "Gäller till och med", {}),
    ):
        old, new = before.get(name), after.get(name)
        if old != new and before:
            yield f"{title}: {words.get(str(old), old) or 'inget'} → {words.get(str(new), new) or 'inget'}"


def _parts(value: Any) -> list[str]:
    """Return a field's parts: sentences, phrasings, or sources."""
    if isinstance(value, str):
        return [part for part in _PARTS.split(value) if part.strip()]
    return [_source(part) if isinstance(part, dict) else str(part) for part in value or ()]


def _source(source: Mapping[str, str]) -> str:
    return " ".join(part for part in (source.get("title", ""), source.get("url", "")) if part)


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            yield from (f"− {one_line(part, LONGEST)}" for part in old[i:j])
            yield from (f"+ {one_line(part, LONGEST)}" for part in new[k:m])
