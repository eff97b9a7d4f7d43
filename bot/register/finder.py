"""Find the municipality or region that a person writes about, however they spell it. It asks rather than guesses.

Pure. It tries, in this order: the whole text as a name, names inside a longer text, the whole text with a typing error.
A name without å, ä and ö counts too, unless that makes it another name (Habo and Håbo). A region is meant if the text
says so ("region", "län"), or if no municipality has the name. Gotland is a single organisation and is always 0980.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from bot.register.spelling import bare, differing, errors, letters, marks_fit, spelt_out
from storage import content

MOST_CHOICES = 5
"""The most names to choose from at once."""
GOTLAND_REGION, GOTLAND = "09", "0980"

_WORD = re.compile(r"[^\W_]+(?:[-:’'.][^\W_]+)*")
_REGION = re.compile(r"(?<=\w{4})-?(?=region(?:en)?\b)", re.IGNORECASE)
"""The place at which to split "Hallandsregionen"."""
_MUNICIPAL = frozenset(
    "kommun kommuns kommunen kommunens stad stads staden stadens municipality city köping komun kommmun komunn".split()
)
_REGIONAL = frozenset("region regions regionen regionens län läns länet landsting landstinget lan".split())
_FILLING = frozenset("i of the".split())
_ORDINARY = frozenset(
    "ale berg boden bro ed eda flen hjo kil kumla lund mark mora nora sala solna trosa vara åre väsby".split()
)
"""Names that are also words. In running text they count only with a capital letter or before "kommun"."""
_AT = frozenset("i från till".split())
"""Words that come before a place."""
_LONGEST_NAME = 3
"""The most words in a name ("Västra Götalands län" has three)."""
_SHORT, _LONG = 4, 7
"""From these numbers of letters on, a name may have one error, and two errors."""


@dataclass(frozen=True, slots=True)
class Found:
    """A single municipality, by its code."""

    code: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Possible municipalities, or a single one that is likely misspelt. The writer must say which one."""

    codes: tuple[str, ...]


Answer = Found | Ask | None


@dataclass(frozen=True, slots=True)
class Name:
    """A spelling to look for: ``text`` means ``code``. ``regional`` is True for a region."""

    text: str
    code: str
    regional: bool


class Finder:
    """An index of names, built once."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._bare: dict[str, set[tuple[str, str]]] = defaultdict(set)
        """Spellings and their codes, by the spelling without å, ä and ö."""
        self._regional: set[str] = set()
        self._codes: set[str] = set()
        for name in names:
            self._codes.add(name.code)
            if name.regional:
                self._regional.add(name.code)
            for key in _keys(name.text):
                self._exact[key].add(name.code)
                if len(key) > 2 or not name.text.isupper():  # noqa: PLR2004 - "RÖ" is not "ro"
                    self._bare[bare(key)].add((key, name.code))
                    self._bare[spelt_out(key)].add((spelt_out(key), name.code))

    def find(self, text: str) -> Answer:
        """Return the municipality that ``text`` means, or several to ask about; None if it names none that we know."""
        words = _WORD.findall(unicodedata.normalize("NFKC", text))
        if not words:
            return None
        if len(words) == 1 and words[0].isdecimal():
            code = padded(words[0])
            return Found(code) if code in self._codes else None
        return self._named(words) or self._named(_WORD.findall(_REGION.sub(" ", text)))

    def _named(self, words: list[str]) -> Answer:
        return _answer(self._whole(words)) or self._among(words) or self._misspelt(words)

    def named(self, text: str) -> str | None:
        """Return the municipality whose name is the whole text: "Sundsvall", "eslövs kommun?". None for all others.

        A name that is also a word ("mark") counts only with a capital letter or before "kommun".
        """
        words = _WORD.findall(unicodedata.normalize("NFKC", text))
        if not words or (len(words) == 1 and words[0] in _ORDINARY):
            return None
        codes = self._whole(words)
        return next(iter(codes)) if len(codes) == 1 else None

    def by_domain(self, domain: str) -> str | None:
        """Return the municipality whose name is the domain: ``sotenas.se``, also ``edu.sotenas.se``; else None."""
        labels = domain.casefold().split(".")
        if len(labels) < 2 or labels[-1] != "se":  # noqa: PLR2004 - a name and .se
            return None
        name = letters(labels[-2])
        codes = self._unmarked(name)
        codes = _Wanted(frozenset(self._regional), municipal=False, regional=name.startswith("region"))(codes)
        return next(iter(codes)) if len(codes) == 1 else None

    def _whole(self, words: list[str]) -> set[str]:
        """Return the codes for the whole text as a name."""
        folded = [word.casefold().strip(".:") for word in words]
        plain = _names_only(folded)
        wanted = self._wanted(folded)
        for spelling in (folded, plain):
            key = letters("".join(spelling))
            for form in (key, key.removesuffix("s")):
                codes = wanted(self._spelt(form))
                if codes:
                    return codes
        return set()

    def _spelt(self, key: str) -> set[str]:
        """Return the codes for one spelling. Without å, ä and ö it also means names with them."""
        exact = self._exact.get(key, set())
        if exact and key != bare(key):
            return exact
        return exact | self._unmarked(key)

    def _unmarked(self, key: str) -> set[str]:
        """Return the codes of names whose marks the spelling leaves out. Added marks make another word."""
        return {code for name, code in self._bare.get(bare(key), ()) if marks_fit(key, name)}

    def _wanted(self, words: list[str]) -> _Wanted:
        return _Wanted(
            frozenset(self._regional),
            municipal=any(word in _MUNICIPAL for word in words),
            regional=any(_is_regional(word) for word in words),
        )

    def _among(self, words: list[str]) -> Answer:
        """Return the names inside a longer text. Ask if it mentions a region but names none that we know."""
        codes = self._mentioned(words)
        if codes:
            codes |= self._perhaps(words)
        if codes and not codes & self._regional and any(_is_regional(word.casefold()) for word in words):
            return Ask(tuple(sorted(codes))[:MOST_CHOICES])
        return _answer(codes)

    def _mentioned(self, words: list[str]) -> set[str]:
        """Return the codes for names inside a longer text: the longest name at each place."""
        mentioned: set[str] = set()
        at = 0
        while at < len(words):
            for length in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
                codes = self._mention(words, at, length)
                if codes:
                    mentioned |= codes
                    break
            at += length if codes else 1
        return mentioned

    def _perhaps(self, words: list[str]) -> set[str]:
        """Return names that are also words, after "i" or the like: "i lund" next to another name makes us ask."""
        pairs = ((before.casefold(), word.casefold()) for before, word in pairwise(words))
        codes = (self._exact.get(word, set()) for before, word in pairs if before in _AT and word in _ORDINARY)
        return set().union(*codes) - self._regional

    def _mention(self, words: list[str], at: int, length: int) -> set[str]:
        part = words[at : at + length]
        first = part[0].casefold()
        beside = [word.casefold() for word in words[max(0, at - 1) : at + length + 1]]
        if first in _MUNICIPAL | _FILLING or (first in _REGIONAL and length == 1):
            return set()
        named = self._wanted(beside)
        key = letters("".join(part).casefold())
        ordinary = first in _ORDINARY or first.removesuffix("s") in _ORDINARY
        if length == 1 and ordinary and part[0] == first and not named.municipal:
            return set()
        codes = self._exact.get(key, set()) | (self._unmarked(key) if len(key) >= _SHORT else set())
        if not codes and len(key) > _SHORT:
            codes = self._spelt(key.removesuffix("s"))
        return named(codes)

    def _misspelt(self, words: list[str]) -> Answer:
        folded = [word.casefold() for word in words]
        plain = _names_only(folded)
        if not plain or len(plain) > _LONGEST_NAME:
            return None
        key = bare(letters("".join(plain)))
        near = self._near(key)
        wanted = self._wanted(folded)
        codes = {code: distance for code, distance in near.items() if code in wanted(set(near))}
        if not codes:
            return None
        best = min(codes.values())
        chosen = [code for code, distance in sorted(codes.items(), key=lambda pair: (pair[1], pair[0]))]
        if len(chosen) == 1 and best == 1 and len(key) > _LONG:
            return Found(chosen[0])
        return Ask(tuple(chosen[:MOST_CHOICES]))

    def _near(self, key: str) -> dict[str, int]:
        """Return codes whose spelling is near ``key``, each with its number of typing errors."""
        most = 0 if len(key) < _SHORT else 1 if len(key) < _LONG else 2
        near: dict[str, int] = {}
        for form in {key, key.removesuffix("s")}:
            for name, codes in self._bare.items():
                if len(name) < _SHORT or abs(len(name) - len(form)) > most or differing(name, form) > 2 * most:
                    continue
                distance = errors(name, form)
                if distance <= most:
                    near |= {code: min(distance, near.get(code, most)) for _, code in codes}
        return near


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Keep the codes of the kind that the words ask for. If they ask for none, take municipalities before regions."""

    regions: frozenset[str]
    municipal: bool
    regional: bool

    def __call__(self, codes: set[str]) -> set[str]:
        regions = codes & self.regions
        if GOTLAND_REGION in regions:
            return {GOTLAND}
        if self.regional and not self.municipal:
            return regions
        municipalities = codes - regions
        return municipalities if self.municipal else municipalities or regions


def padded(digits: str) -> str:
    """Return a code with the zeros that Excel removes: ``114`` → ``0114``, ``1`` → ``01``."""
    return digits.zfill(2 if len(digits) <= 2 else 4)  # noqa: PLR2004 - the two lengths of codes


@cache
def official() -> Finder:
    """Return the finder for all municipalities and regions."""
    return Finder(_official(content.municipalities()))


def _official(rows: Iterable[Mapping[str, str]]) -> Iterable[Name]:
    for row in rows:
        regional = row["typ"] == "region"
        spellings = [row["namn"], row["namn_fullt"], *(alias for alias in row["alias"].split("|") if alias)]
        if regional:
            spellings.append(row["lan"])
        for spelling in spellings:
            yield Name(spelling, row["kod"], regional)


def _keys(text: str) -> set[str]:
    """Return the keys of a name: its letters, also without "kommun", "region" and the genitive before "län"."""
    words = [word.casefold() for word in _WORD.findall(text)]
    plain = [word for word in words if word not in _MUNICIPAL | _REGIONAL]
    keys = {letters("".join(words)), letters("".join(plain))}
    if words[-1] == "län":
        keys.add(letters("".join(plain)).removesuffix("s"))
    return {key for key in keys if key}


def _names_only(words: Iterable[str]) -> list[str]:
    """Return the words that may be part of a name."""
    return [word for word in words if word not in _MUNICIPAL | _FILLING and not _is_regional(word)]


def _is_regional(word: str) -> bool:
    """Return whether the word means a region, perhaps with a typing error."""
    return word in _REGIONAL or (len(word) > _SHORT and errors(word, "region") == 1)


def _answer(codes: set[str]) -> Answer:
    if not codes:
        return None
    return Found(next(iter(codes))) if len(codes) == 1 else Ask(tuple(sorted(codes))[:MOST_CHOICES])
