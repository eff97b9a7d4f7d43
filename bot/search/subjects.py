"""The subjects that a short text is about, and whether another text is about them too. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.search import normalisation
from bot.search.terms import stem
from bot.wording.utterance import FUNCTION

SHORTEST_PART = 4
"""From this number of letters on, a stem may be the first part of a compound: "dagvatten" of "dagvattenplan"."""
_GENERAL = frozenset(
    "plan planer planen arbete arbetet arbeta fråga frågor frågan projekt kommun kommuner kommunal kommunala "
    "ny nya nytt bra olika andra egen egna gjort göra någon något några hållbar hållbara hållbarhet".split()
)
"""Words that are in many offers of help and decide nothing."""
_SILENT = FUNCTION | _GENERAL


def telling(text: str) -> Mapping[str, str]:
    """Return the stems of the words that say what a text is about, each with the first word that has it."""
    telling: dict[str, str] = {}
    for word in normalisation.words(text):
        if len(word) > 1 and word not in _SILENT:
            telling.setdefault(stem(word), word)
    return telling


def hits(wanted: Sequence[str], text: str) -> int:
    """Return how many of the wanted stems the text has, alone or in a compound."""
    has = _stems(normalisation.words(text))
    return sum(any(same(word, other) for other in has) for word in wanted)


def same(word: str, other: str) -> bool:
    """Return whether two stems are the same subject, or one begins a compound that is the other."""
    short, long = sorted((word, other), key=len)
    return word == other or (len(short) >= SHORTEST_PART and long.startswith(short))


def _stems(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(stem(word) for word in words if len(word) > 1))
