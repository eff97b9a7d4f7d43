"""Makes examples from a bank's own entries: questions that the bank can answer, and questions that it can't.

Nobody has to label anything (reference/retrieval.md). An alternative phrasing that is left out of the bank becomes a
question with an answer. An entry that is left out turns its phrasings into questions without an answer. Two more kinds
have no answer either: everyday requests, and left-out phrasings whose rarest word is exchanged for a strange one ("hur
jobbar ni med fimpar" must not be taken for "vad jobbar ni med").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import blake2b

import numpy as np

from bot.search import decisive, normalisation, semantic
from bot.search.decisive import Held, Stems
from bot.search.scorer import FUSED_FEATURES, Evidence, Lexical, SearchEntry, features, fused_features
from bot.search.semantic import Semantic, Vector

Vectors = Callable[[str], Vector]
"""Gives the vector of a text, as :mod:`bot.search.semantic` writes texts."""

FOLDS = 10  # with fewer folds each fold leaves out more of the bank, and the fitted probabilities get too low
_OF_AN_ENTRY = 3  # most phrasings of a left-out entry that are asked

EVERYDAY = (
    "vad blir det för väder i helgen",
    "hur varmt är det ute",
    "berätta en vits",
    "vem vann matchen igår",
    "spela lite musik",
    "sätt alarmet på sju",
    "boka bord för fyra ikväll",
    "vad är klockan",
    "vilken dag är det",
    "hur lång är en mil",
    "vad heter huvudstaden i Frankrike",
    "översätt hej till spanska",
    "tänd ljuset",
    "hur mår du",
    "vad är meningen med livet",
    "skriv en dikt om hösten",
    "vilka filmer går på bio",
    "när går nästa buss till stationen",
    "hur kokar man ägg",
    "kan du beställa en pizza",
    "min dator startar inte",
    "skrivaren i rummet är trasig",
    "vad kostar bensinen",
    "räkna ut 17 gånger 23",
    "påminn mig om att ringa mamma",
    "hur gammal är kungen",
    "vem vann valet i USA",
    "var finns närmaste apotek",
    "jag är hungrig",
    "god morgon",
    "ge mig ett recept på pannkakor",
    "hur långt är det till månen",
    "ställ in mötet klockan tre",
    "vad står börsen i idag",
    "visa mina bilder",
    "höj volymen",
    "har du några syskon",
    "vilken låt är det här",
    "köp mjölk på vägen hem",
    "hur byter man däck",
)
_STRANGE = (
    *("gungställning", "cykelväg", "trädgård", "bastu", "grävmaskin", "bibliotek", "ridstig", "vindkraft", "simhall"),
    *("julgran", "fotbollsplan", "parkeringsbot", "hundgård", "farthinder", "snöröjning", "gatlykta", "lekpark"),
    *("brygga", "kolonilott", "rondell", "ishall", "sopkärl", "rektor", "busskort", "bygglov", "spårvagn", "getingbo"),
)


class ExampleKind(Enum):
    """How an example was made."""

    LEFT_OUT_PHRASING = "left-out phrasing"
    LEFT_OUT_ENTRY = "left-out entry"
    EXCHANGED_WORD = "exchanged word"
    EVERYDAY = "everyday"


@dataclass(frozen=True, slots=True)
class Example:
    """One question put to a bank."""

    kind: ExampleKind
    features: list[float]
    right: bool
    """Whether the first hit was the question's own entry, or its twin."""


class Pupil:
    """A bank that is asked questions, to see what it finds."""

    def __init__(self, scorer: Lexical, entries: Sequence[SearchEntry], vectors: Vectors | None = None) -> None:
        """With ``vectors``, both scores are added up; without, the lexical one is used alone."""
        self.scorer = scorer
        self._entries = entries
        self._vectors = vectors
        if vectors is not None:
            self._semantic = Semantic(entries, {text: vectors(text) for text in semantic.texts(entries)})
            self._common = Stems.of(scorer.common())
            self._held: dict[int, Held] = {}

    def example(self, text: str, answer: SearchEntry | None, kind: ExampleKind) -> Example:
        """Ask one question. ``answer`` is the entry that answers it; None if none does."""
        evidence = self.scorer.evidence(text)
        if self._vectors is None:
            nearest = evidence.nearest(2)
            values = features(evidence, nearest)
        else:
            nearest, values = self._fused(text, evidence, self._vectors)
        right = bool(nearest) and answer is not None and self._entries[nearest[0]].says() == answer.says()
        return Example(kind, values, right)

    def _fused(self, text: str, evidence: Evidence, vectors: Vectors) -> tuple[list[int], list[float]]:
        like = self._semantic.compare(vectors(semantic.question_text(text)))
        both = Evidence(evidence.scores + like.scores, evidence.known, evidence.twins)
        nearest = both.nearest(2)
        if not nearest:
            return [], [0.0] * len(FUSED_FEATURES)
        best = nearest[0]
        held = self._held.setdefault(best, Held.of(self._entries[best]))
        lacks = bool(decisive.missing(text, held, self._common))
        return nearest, fused_features(both, nearest, float(like.nearest[best]), lacks=lacks)


def examples(entries: Sequence[SearchEntry], vectors: Vectors | None = None) -> Iterator[Example]:
    """Ask the bank questions from its own entries, fold by fold. The same bank gives the same examples."""
    full = Lexical(entries)
    for fold in range(FOLDS):
        remaining: list[SearchEntry] = []
        asked: list[tuple[str, SearchEntry | None]] = []
        for entry, twin in zip(entries, full.twins, strict=True):
            if draw("entry", entries[twin].question) % FOLDS == fold:  # twins are left out together
                asked += [(text, None) for text in entry.phrasings()[:_OF_AN_ENTRY]]
                continue
            left_out = {text for text in entry.alternatives if draw(entry.question, text) % FOLDS == fold}
            asked += [(text, entry) for text in sorted(left_out)]
            remaining.append(
                replace(entry, alternatives=tuple(text for text in entry.alternatives if text not in left_out))
            )
        yield from ask(Pupil(full.fit(remaining), remaining, vectors), asked)
    pupil = Pupil(full, entries, vectors)
    yield from (pupil.example(text, None, ExampleKind.EVERYDAY) for text in EVERYDAY)


def ask(pupil: Pupil, asked: Sequence[tuple[str, SearchEntry | None]]) -> Iterator[Example]:
    """Ask a bank questions, each given with the entry that answers it or None.

    A question with an answer is asked a second time with its rarest word exchanged.
    """
    for text, answer in asked:
        if answer is None:
            yield pupil.example(text, None, ExampleKind.LEFT_OUT_ENTRY)
        else:
            yield pupil.example(text, answer, ExampleKind.LEFT_OUT_PHRASING)
            if spoilt := exchanged(pupil.scorer, text):
                yield pupil.example(spoilt, None, ExampleKind.EXCHANGED_WORD)


def exchanged(scorer: Lexical, text: str) -> str | None:
    """Return the question with its rarest known word exchanged. None for a question that is too short for it."""
    words = normalisation.words(text)
    rarity = scorer.rarity(words)
    if len(words) <= 2 or not rarity.any():  # noqa: PLR2004
        return None
    words[int(np.argmax(rarity))] = _STRANGE[draw(text) % len(_STRANGE)]
    return " ".join(words)


def draw(*parts: str) -> int:
    """Return a number that depends on the parts alone: the same in every process."""
    return int.from_bytes(
        blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )
