"""Suggests the theme group for a question, and finds earlier questions that are like it. Pure.

Three sources vote: similar entries of the knowledge bank, similar earlier questions, and the groups' key words. The
letters that a question shares with what a group is about only decide among groups that nothing else tells apart.
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
"""The weight of each source. Key words decide where the bank is divided or off topic (tests.bench.routing)."""
LETTERS = 0.02
"""The weight of shared letters: less than the smallest vote that gives a reason, so that it never beats one."""
GRAM = 5
"""Letters that are compared at a time: "solce" in "solcellspark" and "solcell"."""
REASON = 0.1
"""Lowest share of the bank's votes for naming the bank as the reason."""
ALIKE = 0.5
"""Lowest likeness for showing an earlier question as similar."""
A_LITTLE_ALIKE = 0.2
"""Lowest likeness for an earlier question to vote."""
INSIDE = 4
"""Fewest letters of a key word that is also found inside a longer word ("dagvatten" in "dagvattenstrategi")."""

_WORD = re.compile(r"\w+")
_EMPTY = frozenset(
    (
        "hur vad va vem vilka vilken vilket när var vart varför som är e bli blir ska skall kan får måste gör göra man "
        "vi ni jag du oss er mig dig på i till från för med om av att å och men då så det den de där här nån någon "
        "några har hade vår våra ert era er en ett inte ej eller hej tack tips typ"
    ).split()
)


@dataclass(frozen=True, slots=True)
class ThemeVote:
    """A theme with the weight of one vote for it."""

    theme: str
    weight: float


@dataclass(frozen=True, slots=True)
class ThemeSuggestion:
    """A theme for a question."""

    theme: str
    share: float
    """The theme's share of all votes, 0–1."""
    reason: str
    """The reason in Swedish, for the asker. Empty if nothing supports the theme."""


def suggest(
    question: str,
    groups: Mapping[str, Sequence[str]],
    entries: Iterable[ThemeVote] = (),
    earlier: Iterable[ThemeVote] = (),
    *,
    about: Mapping[str, str] | None = None,
) -> list[ThemeSuggestion]:
    """Return every theme of ``groups`` (theme → key words), likeliest first; equals in the groups' order.

    ``entries`` are the bank's votes, ``earlier`` the votes of earlier questions, weighted by their likeness. The bank's
    votes for themes without a group count too: they lower the shares of the others. ``about`` is what each group says
    of itself.
    """
    hits_by_theme = {theme: key_words(question, words) for theme, words in groups.items()}
    words = _shares(ThemeVote(theme, float(len(hits))) for theme, hits in hits_by_theme.items())
    bank = _shares(entries)
    before = _shares(vote for vote in earlier if vote.theme in groups)
    votes = {
        theme: ENTRIES * bank.get(theme, 0.0)
        + EARLIER * before.get(theme, 0.0)
        + WORDS * words.get(theme, 0.0)
        + LETTERS * _shared_letters(question, f"{(about or {}).get(theme, '')} {' '.join(groups[theme])}")
        for theme in groups
    }
    total = sum(votes.values()) or 1.0
    ranked = sorted(groups, key=lambda theme: -votes[theme])
    return [
        ThemeSuggestion(
            theme, votes[theme] / total, _reason(hits_by_theme[theme], theme in before, bank.get(theme, 0.0) >= REASON)
        )
        for theme in ranked
    ]


def key_words(question: str, words: Iterable[str]) -> list[str]:
    """Return the key words that are in the question, or inside one of its words."""
    written = set(_words(question))
    return [key for key in words if key in written or (len(key) >= INSIDE and any(key in word for word in written))]


def likeness(question: str, other: str) -> float:
    """Return how alike two questions are, 0–1: the share of words they have in common, apart from endings."""
    mine, theirs = _stems(question), _stems(other)
    if not mine or not theirs:
        return 0.0
    return float(len(mine & theirs) / (len(mine) * len(theirs)) ** 0.5)


def _shares(votes: Iterable[ThemeVote]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for vote in votes:
        if vote.weight > 0:
            sums[vote.theme] = sums.get(vote.theme, 0.0) + vote.weight
    total = sum(sums.values())
    return {theme: weight / total for theme, weight in sums.items()}


def _shared_letters(question: str, other: str) -> float:
    """Return the share of the question's letter sequences that ``other`` has too, 0–1."""
    asked = {gram for word in _words(question) if word not in _EMPTY for gram in _grams(word)}
    known = {gram for word in _words(other) for gram in _grams(word)}
    return len(asked & known) / len(asked) if asked else 0.0


def _grams(word: str) -> set[str]:
    return {word[at : at + GRAM] for at in range(len(word) - GRAM + 1)}


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
    """Return the stem of a word. Make a stemmer each time: it keeps state, and turns run on several threads."""
    return str(stemmer("swedish").stemWord(word))
