"""Finds what a question turns on and an entry does not hold: a word, or the kind of fact that is asked for. Pure.

An entry about a climate adaptation plan is near every question about a plan, and the entry "must we come to the annual
meeting?" is near "when is the annual meeting?". Nearness does not tell them apart, so an entry is an answer only if it
holds every word that decides. Ordinary words, and words that much of the bank holds, decide nothing.
``python -m tests.bench.near_misses`` prints what the rule stops and what it costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice, takewhile

from bot.search import normalisation, subjects, terms
from bot.search.scorer import SearchEntry
from bot.wording import follow_ups, utterance

MOST = 0.75
"""The highest probability of an entry that lacks what decides: it may be offered, and is never sure."""
LEAST = 0.4
"""Lowest probability by both scores of an entry that lacks what decides, if it is to be offered: an encoder finds every
question of this network somewhat alike. On the 66 real questions 3 of 47 for colleagues are offered something then, by
words alone 7, and without this rule 24. On dev, 37 % of what has no answer (by words 40 %), while the right entry is
among the offered for 87 % (82 %)."""
WORTH = 0.5
"""Lowest probability by both scores for asking the encoder whether a word that an entry lacks matters."""
TRIED = 2
"""Most words about which it is asked: 15 ms each. On the 66 real questions it reads 1.2 texts a question, not 1.0."""
STRANGE = 0.25
"""The share of its probability that an entry keeps if it is a stranger to the question. It is never offered then."""
LIKE = 0.915
"""Lowest cosine with a phrasing of an entry that may say in another way the only word that it seems to lack."""
NEAR = 0.93
"""Lowest cosine for being no stranger without a word in common."""
HINDERS = -0.012
"""How much nearer a question may come to the phrasing when a word is taken out. On dev and its near misses, a word
that the entry says in another way keeps them together ("är det *farligt* med övervikt", "är övervikt en riskfaktor"),
and one that changes the subject keeps them apart. With these numbers 3 of 253 near misses are answered, and p ≥ .80
covers .473 at precision .937. With LIKE .93 for all entries it covers .469 (.937), with .92 for all .471 (.933), and
with more than one such word .475 (.938); but then "när släpps resultatet av enkäten" is answered with what the survey
is. Where every missing word hinders, it covers .40."""
_FEW = 2
"""Words of a question in which an exchanged word is hardly the same question any more."""
_SIBLING = 4
"""Letters that two compounds share at their ends: a cycle plan is not another word for a climate plan."""
_MOST_WORDS = 100
"""Words of a question that are looked up; the rest of a pasted letter must not slow the search."""
_ENOUGH = 4
"""Words that decide and are not held, after which no more are looked for."""
_LONGEST = 40
"""Letters of a word that is taken for a compound; nobody writes longer ones."""
_SHORTEST_PART = 3
_SHORTEST = 4
"""Fewest letters of a word that is found at the end of another, or in another form. At its start it takes one more."""
_MISSPELT = 6
"""Fewest letters of a word that may have a typing error."""
_LONG = 10
"""Letters from which two typing errors are allowed instead of one."""
_ASKING = frozenset("hur när var vart vad vilken vilket vilka".split())
_MAY = re.compile(r"(?:\w+ )?får (?!jag fråg|vi fråg|man fråg)\w+ ")
"""Asks for leave: "får politiker komma"."""
_SAYS_MAY = re.compile(r"\A(?!måste|behöver)[^\n]*\n(?:ja|nej)\b|\n.*\b(?:får|kan|välkom\w+)\b", re.DOTALL)
"""In an entry's question and answer. A "yes" to "must we come" gives nobody leave."""
_FIRST = 3
"""The first words of a question, where the kind of fact that it asks for stands: "och hur ofta …"."""
_ENDINGS = frozenset(
    "a e s t n d r an en et ar or er na ade are ande ende ing ning else het itet lig ligt sam isk iskt era ering ation "
    "skap dom ad at tt igt ig iv ivt sk".split()
) | {""}
"""Endings of words that are made from one word: "anmäla", "anmälan", "anmälning"."""


def doubted(sure: float, least: float, *, strange: bool) -> float:
    """Return how sure to be of an entry that lacks what decides. Below ``least`` it is halved, and not offered then.

    ``strange`` is that of :func:`is_strange`.
    """
    if strange:
        return min(sure, MOST) * STRANGE
    return min(sure, MOST) if sure >= least else sure / 2


@dataclass(frozen=True, slots=True)
class Stems:
    """Different stems, prepared for looking up other forms of them and compounds with them."""

    stems: frozenset[str]
    line: str
    """All of them with a space on both sides of each, to look for the starts and ends of words."""
    by_letter: Mapping[str, Sequence[str]]
    """The stems by their first letter."""

    @classmethod
    def of(cls, stems: Iterable[str]) -> Stems:
        """Prepare these stems."""
        different, by_letter = frozenset(stem for stem in stems if stem), dict[str, list[str]]()
        for stem in sorted(different):
            by_letter.setdefault(stem[0], []).append(stem)
        return cls(different, f" {' '.join(different)} ", by_letter)

    def has(self, stem: str) -> bool:
        """Return whether this word is here as it is, in another form, misspelt, or at an end of a compound."""
        if stem in self.stems:
            return True
        if len(stem) < _SHORTEST:
            return False
        if f"{stem} " in self.line or (len(stem) > _SHORTEST and f" {stem}" in self.line):
            return True
        alike = self.by_letter.get(stem[0], ())
        return any(_is_form(stem, other) or _is_misspelt(stem, other) for other in alike)

    def has_part(self, part: str, stem: str) -> bool:
        """Return whether a compound's part is here as a word, or as a part of another compound."""
        if stem in self.stems:
            return True
        if len(part) > _SHORTEST and (f" {part}" in self.line or f"{stem} " in self.line):
            return True
        return any(_is_form(stem, other) for other in self.by_letter.get(stem[0], ()))


@dataclass(frozen=True, slots=True)
class Held:
    """An entry with the stems of its texts."""

    entry: SearchEntry
    stems: Stems

    @classmethod
    def of(cls, entry: SearchEntry) -> Held:
        """Read an entry's question, phrasings, answer and theme."""
        return cls(entry, Stems.of(_stems((*entry.texts(), entry.theme))))


def missing(question: str, held: Held, common: Stems) -> str:
    """Return what decides and the entry does not hold: the first of :func:`lacking`, or nothing."""
    return next(iter(lacking(question, held, common)), "")


def lacking(question: str, held: Held, common: Stems) -> list[str]:
    """Return the words that decide and that the entry does not hold, and last the kind of fact that it lacks.

    The longest word comes first: it is most often a noun. ``common`` are the words that decide nothing in this bank.
    """
    known = held.stems, common
    lacking = (
        str(written)
        for written in utterance.WORD.findall(question)[:_MOST_WORDS]
        if any(_decides(word) and not _is_held(word, known, held.entry) for word in normalisation.words(written))
    )
    words = sorted(islice(lacking, _ENOUGH), key=len, reverse=True)
    kind = _kind_lacked(question, held.entry)
    return [*words, *([kind] if kind else [])]


def is_strange(question: str, held: Held) -> bool:
    """Return whether the entry holds none of the question's words that decide, nor a word that begins as one of them.

    Words that much of the bank holds count here. "Hur söker man semester" has none in common with "Hur blir vår kommun
    medlem?": it only asks in the same way.
    """
    words = [word for word in normalisation.words(question)[:_MOST_WORDS] if _decides(word)]
    if any(_is_held(word, [held.stems], held.entry) for word in words):
        return False
    return not any(subjects.same(terms.stem(word), stem) for word in words for stem in held.stems.stems)


def without(question: str, word: str) -> str | None:
    """Return the question without a missing word. None if it does not stand there, or hardly anything is left."""
    found = re.search(rf"\b{re.escape(word)}\b", question)
    rest = question[: found.start()] + question[found.end() :] if found else ""
    return rest if len(rest.split()) > 1 else None


def has_sibling(word: str, held: Held) -> bool:
    """Return whether the entry has another word with the same ending, such as another kind of plan."""
    ending = terms.stem(utterance.fold(word))[-_SIBLING:]
    return len(ending) == _SIBLING and any(stem.endswith(ending) for stem in held.stems.stems)


def is_exchanged(question: str, word: str, entry: SearchEntry) -> bool:
    """Return whether the question is a phrasing of the entry but for this word, in whose place others stand there.

    "Kan vi jämföra oss med andra länder?" is not "… med andra kommuner?", however near the two are.
    """
    rest = set(_stems([question])) - set(_stems([word]))
    phrasings = (set(_stems([text])) for text in entry.phrasings())
    return bool(rest) and any(rest <= stems and len(stems) == len(rest) + 1 for stems in phrasings)


def exchanged_word(question: str, held: Held, common: Stems) -> str:
    """Return the word that makes the question another than a phrasing of the entry, although the entry holds it.

    "Vad kostar årsmötet?" is not "Vad kostar medlemskapet?", whose answer says that the annual meeting sets the fee.
    Empty if there is none. A phrasing's word that is ``common`` in this bank is often left out or said in other ways.
    """
    written = {stem: str(word) for word in utterance.WORD.findall(question) for stem in _stems([word])}
    for text in held.entry.phrasings():
        stems = set(_stems([text]))
        own, others = written.keys() - stems, stems - written.keys()
        if len(own) != 1 or len(others) != 1 or len(written) <= _FEW:
            continue
        (word,), (other,) = own, others
        alike = subjects.same(word, other) or word.endswith(other) or other.endswith(word) or _is_form(word, other)
        if _decides(word) and _decides(other) and not alike and other not in common.stems:
            return written[word]
    return ""


def _decides(word: str) -> bool:
    if utterance.CODE.fullmatch(word):
        return True
    return len(word) >= _SHORTEST_PART and not word.isdigit() and terms.stem(word) not in ordinary()


def _is_held(word: str, known: Sequence[Stems], entry: SearchEntry) -> bool:
    """Return whether the word is known, or asks for a kind of fact that the entry has: "dyrt" for a price."""
    if _covers(terms.stem(word), known):
        return True
    form = follow_ups.form(word)
    return form is not None and form.name in follow_ups.KINDS and form.is_in(entry.answer)


def _kind_lacked(question: str, entry: SearchEntry) -> str:
    """Return the time, price, number or place that is asked for, if the entry neither has one nor is asked for one."""
    start = normalisation.words(question)[:_FIRST]
    if _MAY.match(" ".join(start)) and not _SAYS_MAY.search(utterance.fold(f"{entry.question}\n{entry.answer}")):
        return "" if any(_MAY.match(utterance.fold(text)) for text in entry.phrasings()) else "vem som får"
    form = follow_ups.form(" ".join(start)) if _ASKING & set(start[:-1]) else None
    if form is None or form.name not in follow_ups.KINDS or form.is_in(entry.answer):
        return ""
    asked = any(follow_ups.form(text) is form for text in entry.phrasings())
    return "" if asked else form.name


def _covers(stem: str, known: Sequence[Stems]) -> bool:
    """Return whether the word, or both parts of it as a compound, are known."""
    if any(stems.has(stem) for stems in known):
        return True
    if len(stem) > _LONGEST:
        return False
    for cut in range(_SHORTEST_PART, len(stem) - _SHORTEST_PART + 1):
        first, second = stem[:cut], stem[cut:]
        if _has_part(second, known) and (_has_part(first, known) or _has_part(first.removesuffix("s"), known)):
            return True
    return False


def _has_part(part: str, known: Sequence[Stems]) -> bool:
    stem = terms.stem(part)
    if stem in ordinary():
        return len(stem) > _SHORTEST  # "för" in "förskola" is no part
    return part.isdigit() or any(stems.has_part(part, stem) for stems in known)


def _is_form(stem: str, other: str) -> bool:
    """Return whether two stems are one word in different forms: "anmäl" and "anmälning"."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(stem, other, strict=False)))
    return stem == other or (shared >= _SHORTEST and stem[shared:] in _ENDINGS and other[shared:] in _ENDINGS)


def _is_misspelt(stem: str, other: str) -> bool:
    """Return whether two stems differ by a typing error. Short words are too like each other: "betyg" and "betyd"."""
    most = 2 if len(stem) >= _LONG else 1
    if len(stem) < _MISSPELT or stem[0] != other[0] or abs(len(stem) - len(other)) > most:
        return False
    return _edits(stem, other) <= most


def _edits(first: str, second: str) -> int:
    """Return the number of letters to add, drop, change or swap with a neighbour."""
    before: Sequence[int] = ()
    row = list(range(len(second) + 1))
    for at, letter in enumerate(first, 1):
        fresh = [at]
        for to, other in enumerate(second, 1):
            best = min(row[to] + 1, fresh[-1] + 1, row[to - 1] + (letter != other))
            if before and to > 1 and letter == second[to - 2] and first[at - 2] == other:
                best = min(best, before[to - 2] + 1)
            fresh.append(best)
        before, row = row, fresh
    return row[-1]


def _stems(texts: Iterable[str]) -> Iterable[str]:
    return (terms.stem(word) for text in texts for word in normalisation.words(text))


@cache
def ordinary() -> frozenset[str]:
    """Return the stems of words that anybody may use about anything, with their plain spellings."""
    lines = files("bot.search").joinpath("ordinary.txt").read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    return frozenset((*map(terms.stem, words), *_stems(words)))
