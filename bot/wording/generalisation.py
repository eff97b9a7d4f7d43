"""Removes people and places from a text, and lists what it removed. Pure, and without a language model.

It rather removes too much than too little: the kansli reads the list and can write things back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from bot.wording import utterance
from bot.wording.names import FIRST_NAMES, NO_PERSON, WORDS_TOO

GAP = "…"
"""The mark in place of something that was removed."""

_URL = re.compile(r"https?://[^\s<>]+")
_HELD = re.compile("\x00(\\d+)\x00")
_GREETING = re.compile(
    r"\A\s*(?:hej(?:san)?|hallå|tjena|tja|god (?:morgon|dag|kväll))(?!\w)"
    r"(?:(?: på er| alla(?: glada)?| allihopa?| kollegor| vänner)*\s*[!.,:–-]+|(?: [^\s!,.?]+){1,2}[!,\n]+|)\s*",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:(?<=[.?!)…])|\n)\s*(?:(?:med )?(?:vänliga?|bästa|många) hälsningar?|hälsningar|hälsar|mvh|vänligen|/)(?!\w*/)"
    r"[^?/]{0,80}\Z",
    re.IGNORECASE,
)
_THANKS = re.compile(r"(?<=[.?!…\s])\s*(?:stort |tusen )?tack(?: på förhand| för hjälpen)?[\s!.:;)]*\Z", re.IGNORECASE)
_NAME = re.compile(
    r"(?<!\w)[A-ZÅÄÖÉ][a-zåäöéü]+(?:-[A-ZÅÄÖÉ][a-zåäöéü]+)?(?: [A-ZÅÄÖÉ][a-zåäöéü]+(?:-[A-ZÅÄÖÉ][a-zåäöéü]+)?)*(?!\w)"
)
_INTRODUCED = re.compile(
    r"(?<!\w)(?:heter|kollega|kollegan|chef|chefen|handläggare|handläggaren|rådet|kommunalrådet)\Z"
)
_COURTESIES = frozenset({"", "hej", "hejsan", "hallå", "tjena", "tack", "tack på förhand", "tusen tack", "stort tack"})
_STARTS = re.compile(r"(?:\A|[.?!:\n”\"])\s*\Z")
_SPACE_BEFORE = re.compile(r"[ \t]+([,.?!;])")
_SPACES = re.compile(r"[^\S\n]{2,}")
_EMPTY_LINES = re.compile(r"\s*\n\s*\n\s*")
_REPEATED = re.compile(r"…(?:[ ,]*…|\.)+")


@dataclass(frozen=True, slots=True)
class General:
    """A text without the people and places it was about."""

    text: str
    removed: tuple[str, ...] = ()
    """The words that were removed, as they were written, each once."""


@dataclass(frozen=True, slots=True)
class Places:
    """Municipalities and regions by their spellings."""

    pattern: re.Pattern[str]
    kinds: Mapping[str, str]
    """Folded spelling → the general word for it: kommunen, regionen or länet."""

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> Places:
        """Build the pattern from the official list (``storage.content.municipalities``)."""
        kinds: dict[str, str] = {}
        for row in rows:
            kind = "regionen" if row["typ"] == "region" else "kommunen"
            spelt = [
                row["namn_fullt"],
                row["namn"],
                *(spelling for spelling in row["alias"].split("|") if len(spelling) > 4),  # noqa: PLR2004 - "RÖ"
            ]
            for spelling in spelt:
                kinds.setdefault(spelling.casefold(), "länet" if spelling.endswith(" län") else kind)
            kinds.setdefault(row["lan"].casefold(), "länet")
        names = "|".join(re.escape(spelling) for spelling in sorted(kinds, key=len, reverse=True))
        kind = r"(?:\s+(?P<kind>kommun|stad|kommunen|region|regionen|län)(?P<theirs>s)?(?!\w))?"
        return cls(re.compile(rf"(?<![\w-])(?P<name>{names})(?P<own>s)?{kind}(?![\w-])", re.IGNORECASE), kinds)

    def put(self, match: re.Match[str]) -> str | None:
        """Return the general word for a place that was found. None if it is an ordinary word."""
        name, before = match["name"], match.string[: match.start()]
        starts = bool(_STARTS.search(before))
        if name.casefold() in utterance.ORDINARY and not match["kind"] and (starts or not name[:1].isupper()):
            return None
        kind = "länet" if match["kind"] == "län" else self.kinds[name.casefold()]
        general = kind + ("s" if match["theirs" if match["kind"] else "own"] else "")
        return general.capitalize() if starts else general


@dataclass(slots=True)
class _Taking:
    """A text while things are removed from it."""

    text: str
    removed: list[str] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str], put: Callable[[re.Match[str]], str | None]) -> None:
        """Replace each match of the pattern by the result of ``put``. None leaves the match as it is."""

        def one(found: re.Match[str]) -> str:
            instead = put(found)
            if instead is None:
                return found[0]
            self.note(found[0])
            return instead

        self.text = pattern.sub(one, self.text)

    def take_names(self, places: Mapping[str, str]) -> None:
        """Replace every sequence of capitalised words that seems to be a person by a gap."""

        def one(found: re.Match[str]) -> str:
            kept, name = _named(found, places)
            self.note(name)
            return f"{kept}{GAP}" if name else found[0]

        self.text = _NAME.sub(one, self.text)

    def note(self, taken: str) -> None:
        """Remember what was removed, except for courtesies, which nobody has to approve."""
        removed_text = " ".join(taken.split()).strip(" ,!.:;/")
        if removed_text.casefold() not in _COURTESIES:
            self.removed.append(removed_text)


def general(
    text: str, places: Places, people: Collection[str] = (), members: Collection[str] = (), *, keep_places: bool = False
) -> General:
    """Return ``text`` without greeting, signature, people, numbers and addresses; without places, unless kept.

    ``people`` are the names of the writers and readers of the text: each part of such a name is removed. Names in
    ``members`` are removed only as a whole. Addresses of web pages stay.
    """
    links: list[str] = []

    def hold(match: re.Match[str]) -> str:
        links.append(match[0])
        return f"\x00{len(links) - 1}\x00"

    def back(held: str) -> str:
        return _HELD.sub(lambda match: links[int(match[1])], held)

    taking = _Taking(_URL.sub(hold, _squeezed(text.replace("\x00", ""))))
    for pattern in (_SIGNED, _THANKS, _GREETING):
        taking.take(pattern, lambda _: "")
    for pattern in utterance.POINTS_OUT:
        taking.take(pattern, lambda match: None if utterance.YEARS.fullmatch(match[0]) else GAP)
    whole, parts = _known(people, members)
    for pattern in whole:
        taking.take(pattern, lambda _: GAP)
    taking.take_names(places.kinds)  # before the parts: else a person with the asker's first name would lose only that
    for pattern in parts:
        taking.take(pattern, lambda _: GAP)
    if not keep_places:
        taking.take(places.pattern, places.put)
    return General(back(_tidied(taking.text)) or GAP, tuple(dict.fromkeys(map(back, taking.removed))))


def as_question(text: str, most: int) -> str:
    """Return a text as an entry's question, on one line. From a longer text than ``most``, take only the question."""
    line = " ".join(text.split())
    if len(line) > most:
        asked = [sentence.strip() for sentence in re.findall(r"[^.?!]*\?", line)]
        line = next((sentence for sentence in asked if len(sentence.split()) > 2 and len(sentence) <= most), line)  # noqa: PLR2004
    line = cut(line, most - 1)
    line = line if line.endswith(("?", "!", ".", GAP)) or not line else f"{line}?"
    return line[:1].upper() + line[1:]


def cut(text: str, most: int) -> str:
    """Return one line of at most ``most`` characters that ends after a whole word."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rsplit(' ', 1)[0]}{GAP}"


def candidates(text: str) -> set[str]:
    """Return the possible names in a text: every two words in a row, as written and with capitals."""
    words = re.findall(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*", text)
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    return {*pairs, *(pair.title() for pair in pairs)}


def _known(people: Collection[str], members: Collection[str]) -> tuple[list[re.Pattern[str]], list[re.Pattern[str]]]:
    """Return the patterns of whole names, and the patterns of the parts of the names in ``people``."""
    bare = [re.sub(r"\s*\(.*", "", name).strip() for name in (*people, *members)]
    whole = sorted({name for name in bare if " " in name}, key=len, reverse=True)
    parts = sorted(
        {part for name in bare[: len(people)] for part in name.split() if len(part) > 1}, key=len, reverse=True
    )
    return [_spelt(name, re.IGNORECASE) for name in whole], [_spelt(part, re.NOFLAG) for part in parts]


def _spelt(name: str, flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", flags)


def _named(match: re.Match[str], places: Mapping[str, str]) -> tuple[str, str]:
    """Split a sequence of capitalised words into the words before a name, and the name; empty where there is none."""
    row, before = match[0], match.string[: match.start()]
    before_name = ""
    if _STARTS.search(before):  # a sentence's first word has a capital anyhow
        first, _, rest = row.partition(" ")
        if not _first_name(first) or (not rest and first in WORDS_TOO):
            before_name, row = row[: len(row) - len(rest)], rest
    words = row.split()
    if not words or words[0] in NO_PERSON or _is_place(words, places):
        return row, ""
    introduced = bool(_INTRODUCED.search(f"{before}{before_name}".rstrip()))
    sure = _first_name(words[0]) or introduced or (len(words) > 1 and not before_name)
    return (before_name, row) if sure else (row, "")


def _first_name(word: str) -> bool:
    return word.partition("-")[0] in FIRST_NAMES or word.removesuffix("s") in FIRST_NAMES


def _is_place(words: list[str], places: Mapping[str, str]) -> bool:
    spelt = [" ".join(words).casefold(), *(word.casefold() for word in words)]
    return any(form in places or form.removesuffix("s") in places for form in spelt)


def _squeezed(text: str) -> str:
    """Return the text without long runs of white space, on which the patterns would be slow."""
    return _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", "\n".join(text.strip().splitlines())))


def _tidied(text: str) -> str:
    text = _REPEATED.sub(GAP, text.replace("[borttagen person]", GAP))
    lines = (_SPACE_BEFORE.sub(r"\1", _SPACES.sub(" ", line)).strip() for line in text.strip(" \t\n,;–-").split("\n"))
    return "\n".join(lines).strip()
