"""Which theme group a question belongs to, and which earlier questions it is like. Pure.

Three voices vote: entries of the knowledge bank that are like the question, earlier questions that are, and the
groups' key words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from snowballstemmer import stemmer

from bot import swedish

ENTRIES, EARLIER, WORDS = 1.0, 0.2, 0.25
"""What each voice weighs. Key words decide where the bank is divided or speaks of something else (tests.bench.routing).
"""
REASON = 0.1
"""The bank's share from which it is named as the reason."""
ALIKE = 0.5
"""Likeness from which an earlier question is shown as one like this."""
A_LITTLE_ALIKE = 0.2
"""Likeness from which an earlier question votes."""
INSIDE = 4
"""Letters from which a key word is also found inside a longer word ("dagvatten" in "dagvattenstrategi")."""

_WORD = re.compile(r"\w+")
_EMPTY = frozenset(
    (
        "hur vad va vem vilka vilken vilket när var vart varför som är e bli blir ska skall kan får måste gör göra man "
        "vi ni jag du oss er mig dig på i till från för med om av att å och men då så det den de där här nån någon "
        "några har hade vår våra ert era er en ett inte ej eller hej tack tips typ"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Vote:
    """A theme with what speaks for it, more being likelier."""

    theme: str
    weight: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A theme for a question."""

    theme: str
    share: float
    """Of all the votes, 0–1."""
    reason: str
    """In Swedish, for the asker; empty where nothing speaks for it."""


def suggest(
    question: str, groups: Mapping[str, Sequence[str]], entries: Iterable[Vote] = (), earlier: Iterable[Vote] = ()
) -> list[Suggestion]:
    """Every theme of ``groups`` (theme → key words), likeliest first; equals in the groups' order.

    ``entries`` are the themes that the bank votes for, ``earlier`` those of earlier questions with their likeness.
    What the bank says of themes without a group is counted: then it says less of the others.
    """
    found = {theme: key_words(question, words) for theme, words in groups.items()}
    words = _shares(Vote(theme, float(len(hits))) for theme, hits in found.items())
    bank = _shares(entries)
    before = _shares(vote for vote in earlier if vote.theme in groups)
    votes = {
        theme: ENTRIES * bank.get(theme, 0.0) + EARLIER * before.get(theme, 0.0) + WORDS * words.get(theme, 0.0)
        for theme in groups
    }
    total = sum(votes.values()) or 1.0
    ranked = sorted(groups, key=lambda theme: -votes[theme])
    return [
        Suggestion(theme, votes[theme] / total, _reason(found[theme], theme in before, bank.get(theme, 0.0) >= REASON))
        for theme in ranked
    ]


def key_words(question: str, words: Iterable[str]) -> list[str]:
    """The key words that stand in the question, or inside one of its words, each once."""
    written = set(_words(question))
    return [key for key in words if key in written or (len(key) >= INSIDE and any(key in word for word in written))]


def likeness(one: str, other: str) -> float:
    """How much two questions are about the same, 0–1: the words they share, whatever their endings."""
    mine, theirs = _stems(one), _stems(other)
    if not mine or not theirs:
        return 0.0
    return float(len(mine & theirs) / (len(mine) * len(theirs)) ** 0.5)


def _shares(votes: Iterable[Vote]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for vote in votes:
        if vote.weight > 0:
            sums[vote.theme] = sums.get(vote.theme, 0.0) + vote.weight
    total = sum(sums.values())
    return {theme: weight / total for theme, weight in sums.items()}


def _reason(hits: Sequence[str], like_earlier: bool, like_entries: bool) -> str:  # noqa: FBT001 - two plain facts
    if hits:
        quoted = swedish.listed([f"”{word}”" for word in hits[:3]])
        return f"Din fråga handlar om {quoted}."
    if like_earlier:
        return "Gruppen har fått liknande frågor."
    return "Det liknar svar i kunskapsbanken på samma tema." if like_entries else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def _stems(text: str) -> set[str]:
    return {_stem(word) for word in _words(text) if word not in _EMPTY and len(word) > 1}


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """A stemmer of its own each time: it keeps state, and turns run on several threads."""
    return str(stemmer("swedish").stemWord(word))
