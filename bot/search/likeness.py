"""Finds questions that ask about the same. It compares the letter sequences of their words, as the search does. Pure.

Two questions that share most of their letters may still ask about different things: "har någon gjort en cykelplan" and
"har någon gjort en klimatplan". So neither may have a telling word of its own: one may only say more than the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.search import normalisation, postings, terms
from bot.search.postings import Postings
from bot.wording import utterance

ALIKE = 0.4
"""Lowest cosine for a question to join the group of an earlier one. tests/bench/gaps.py prints what each value gives
on the phrasings of our content, of which many share a word: at .40, 33 % of the grouped pairs belong together."""
SHORTEST_MISSPELT = 5
"""Letters of a stem in which one wrong, missing or added letter does not make another word."""
SHORTEST_STEM = 4
"""Letters of a stem that may stand for a longer word: "kost" for "kostnad", but not "va" for "vatten"."""
USUAL = utterance.FUNCTION | frozenset(
    (
        "har hade finns finnas fanns någon något några kommun kommuner kommunen kommunerna andra annan gjort göra "
        "arbetar arbeta jobbar jobba använder använda tips exempel erfarenhet erfarenheter bra vet hjälp undrar "
        "skulle vill behöver bör sätt olika er era ert vår våra vårt sin en ett som in ut upp kring hos idag dag nu "
        "per år inte bara också redan samma där tar ta sekom sveriges ekokommun ekokommuner ekokommunerna nätverket"
    ).split()
)
"""Words with which people ask in this network, whatever they ask about."""
ASPECTS = {
    **dict.fromkeys(("när", "datum", "dag", "deadline"), "time"),
    **dict.fromkeys(("kostar", "kostnad", "kostnaden", "pris", "avgift", "avgiften"), "cost"),
    **dict.fromkeys(("vem", "vilka", "kontakta", "kontaktperson"), "people"),
    **dict.fromkeys(("många", "antal", "stort"), "number"),
    **dict.fromkeys(("varför", "nytta", "syfte"), "reason"),
    **dict.fromkeys(("var", "vart"), "place"),
}
"""What a question wants to know. Two questions about one thing that want to know different things are different."""


def groups(texts: Sequence[str]) -> list[list[int]]:
    """Return groups of texts that ask about the same, each as a list of indices. A group starts with its leader.

    Groups come in the order of their leaders. Give the texts that matter most first: later texts join them.
    """
    asked, index = _index(texts)
    free = np.ones(len(texts), dtype=bool)
    grouped: list[list[int]] = []
    for place, own in enumerate(asked):
        if free[place]:
            near = np.flatnonzero((_cosines(index, own.telling) >= ALIKE) & free).tolist()
            others = [other for other in near if other != place and own.is_about(asked[other])]
            free[[place, *others]] = False
            grouped.append([place, *others])
    return grouped


def nearest(text: str, among: Sequence[str]) -> int | None:
    """Return the index of the text that asks about the same as ``text`` and is most like it; None if none does."""
    asked, index = _index(among)
    own = SubjectWords.of(text)
    cosines = _cosines(index, own.telling) if among else np.zeros(0)
    alike = [place for place in np.argsort(-cosines).tolist() if cosines[place] >= ALIKE]
    return next((place for place in alike if own.is_about(asked[place])), None)


@dataclass(frozen=True, slots=True)
class SubjectWords:
    """A question as it is compared."""

    telling: list[str]
    """The words that say what it is about, or all its words if none does."""
    aspects: frozenset[str]
    """What it wants to know; empty if it does not say."""

    @classmethod
    def of(cls, text: str) -> SubjectWords:
        """Return the question in a text."""
        words = normalisation.words(text)
        aspects = frozenset(ASPECTS[word] for word in words if word in ASPECTS)
        telling = [word for word in words if word not in USUAL and word not in ASPECTS and not word.isdecimal()]
        return cls(telling or words, aspects)

    def is_about(self, other: SubjectWords) -> bool:
        """Return whether the words of one question, at least half as many as the other's, are all in the other.

        A question of one word would else be like all that have that word. So it must also want to know the same.
        """
        few, many = sorted((self.telling, other.telling), key=len)
        if 2 * len(few) < len(many):
            return False
        if self.aspects != other.aspects and (len(few) == 1 or (self.aspects and other.aspects)):
            return False
        return _covered(few, many) or (len(few) == len(many) and _covered(many, few))


def _covered(words: Collection[str], by: Collection[str]) -> bool:
    return all(any(_is_like(word, other) for other in by) for word in words)


@lru_cache(maxsize=65_536)
def _is_like(word: str, other: str) -> bool:
    """Return whether two words are forms or spellings of one, or one begins with the other's stem."""
    short, long = sorted((terms.stem(word), terms.stem(other)), key=len)
    if short == long or (len(short) >= SHORTEST_STEM and long.startswith(short)):
        return True
    return len(short) >= SHORTEST_MISSPELT and _one_letter_apart(short, long)


def _one_letter_apart(short: str, long: str) -> bool:
    if len(long) - len(short) > 1:
        return False
    same = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]


def _index(texts: Sequence[str]) -> tuple[list[SubjectWords], Postings]:
    asked = {text: SubjectWords.of(text) for text in texts}
    words = {text: question.telling for text, question in asked.items()}
    counted = terms.count({text: row for row, text in enumerate(words)}, words, terms.grams, None)
    rows = np.array([counted.rows[text] for text in texts], dtype=np.int64)
    places = np.arange(len(texts), dtype=np.int64)
    return [asked[text] for text in texts], postings.build(counted, rows, places, len(texts))


def _cosines(index: Postings, words: list[str]) -> np.typing.NDArray[np.float64]:
    return index.cosines(index.query(terms.grams([words])[1]))
