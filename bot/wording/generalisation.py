"""Takes out of a text whom and which place it is about, and says what was taken. Pure, and without a language model.

It takes rather too much than too little: somebody of the kansli reads what was taken, and can write it back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from bot.wording import utterance
from bot.wording.names import FIRST_NAMES, NO_PERSON, WORDS_TOO

GAP = "…"
"""What stands where something was that has no name of its own."""

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
    """A text without whom it was about."""

    text: str
    removed: tuple[str, ...] = ()
    """What was taken out, as it was written, each once."""


@dataclass(frozen=True, slots=True)
class Places:
    """Municipalities and regions by their spellings."""

    pattern: re.Pattern[str]
    kinds: Mapping[str, str]
    """Folded spelling → what stands for it: kommunen, regionen, länet."""

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> Places:
        """From the official list (``storage.content.municipalities``)."""
        kinds: dict[str, str] = {}
        for row in rows:
            kind = "regionen" if row["typ"] == "region" else "kommunen"
            spelt = [row["namn_fullt"], row["namn"], *(one for one in row["alias"].split("|") if len(one) > 4)]  # noqa: PLR2004 - "RÖ"
            for one in spelt:
                kinds.setdefault(one.casefold(), "länet" if one.endswith(" län") else kind)
            kinds.setdefault(row["lan"].casefold(), "länet")
        names = "|".join(re.escape(one) for one in sorted(kinds, key=len, reverse=True))
        kind = r"(?:\s+(?P<kind>kommun|stad|kommunen|region|regionen|län)(?P<theirs>s)?(?!\w))?"
        return cls(re.compile(rf"(?<![\w-])(?P<name>{names})(?P<own>s)?{kind}(?![\w-])", re.IGNORECASE), kinds)

    def put(self, found: re.Match[str]) -> str | None:
        """What stands for a place that was found; None where it is an ordinary word."""
        name, before = found["name"], found.string[: found.start()]
        starts = bool(_STARTS.search(before))
        if name.casefold() in utterance.ORDINARY and not found["kind"] and (starts or not name[:1].isupper()):
            return None
        kind = "länet" if found["kind"] == "län" else self.kinds[name.casefold()]
        said = kind + ("s" if found["theirs" if found["kind"] else "own"] else "")
        return said.capitalize() if starts else said


@dataclass(slots=True)
class _Taking:
    """A text while things are taken out of it."""

    text: str
    removed: list[str] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str], put: Callable[[re.Match[str]], str | None]) -> None:
        """Put something else for what the pattern finds; None leaves it."""

        def one(found: re.Match[str]) -> str:
            instead = put(found)
            if instead is None:
                return found[0]
            self.note(found[0])
            return instead

        self.text = pattern.sub(one, self.text)

    def take_names(self, places: Mapping[str, str]) -> None:
        """Put a gap for every row of capitalised words that seems to be a person."""

        def one(found: re.Match[str]) -> str:
            kept, name = _named(found, places)
            self.note(name)
            return f"{kept}{GAP}" if name else found[0]

        self.text = _NAME.sub(one, self.text)

    def note(self, taken: str) -> None:
        """Remember what was taken; a courtesy is nothing to approve."""
        said = " ".join(taken.split()).strip(" ,!.:;/")
        if said.casefold() not in _COURTESIES:
            self.removed.append(said)


def general(
    text: str, places: Places, people: Collection[str] = (), members: Collection[str] = (), *, keep_places: bool = False
) -> General:
    """``text`` without greeting, signature, persons, numbers and addresses, and without places unless they are kept.

    ``people`` are the names of those who wrote it or to whom: each part of them counts. ``members`` count only whole.
    Addresses of web pages are left as they are.
    """
    links: list[str] = []

    def hold(found: re.Match[str]) -> str:
        links.append(found[0])
        return f"\x00{len(links) - 1}\x00"

    def back(held: str) -> str:
        return _HELD.sub(lambda found: links[int(found[1])], held)

    taking = _Taking(_URL.sub(hold, _squeezed(text.replace("\x00", ""))))
    for pattern in (_SIGNED, _THANKS, _GREETING):
        taking.take(pattern, lambda _: "")
    for pattern in utterance.POINTS_OUT:
        taking.take(pattern, lambda found: None if utterance.YEARS.fullmatch(found[0]) else GAP)
    whole, parts = _known(people, members)
    for pattern in whole:
        taking.take(pattern, lambda _: GAP)
    taking.take_names(places.kinds)  # before the parts, or somebody with the asker's first name would lose only that
    for pattern in parts:
        taking.take(pattern, lambda _: GAP)
    if not keep_places:
        taking.take(places.pattern, places.put)
    return General(back(_tidied(taking.text)) or GAP, tuple(dict.fromkeys(map(back, taking.removed))))


def as_question(text: str, most: int) -> str:
    """A text as an entry's question: one line, the question alone where the text is longer than ``most``."""
    line = " ".join(text.split())
    if len(line) > most:
        asked = [one.strip() for one in re.findall(r"[^.?!]*\?", line)]
        line = next((one for one in asked if len(one.split()) > 2 and len(one) <= most), line)  # noqa: PLR2004
    line = cut(line, most - 1)
    line = line if line.endswith(("?", "!", ".", GAP)) or not line else f"{line}?"
    return line[:1].upper() + line[1:]


def cut(text: str, most: int) -> str:
    """One line of at most ``most`` characters, ended at a word."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rsplit(' ', 1)[0]}{GAP}"


def candidates(text: str) -> set[str]:
    """What in the text may be somebody's name: every two words in a row, as they are written and with capitals."""
    words = re.findall(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*", text)
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return {*pairs, *(pair.title() for pair in pairs)}


def _known(people: Collection[str], members: Collection[str]) -> tuple[list[re.Pattern[str]], list[re.Pattern[str]]]:
    """What finds whole names, and what finds the parts of those of ``people``."""
    bare = [re.sub(r"\s*\(.*", "", name).strip() for name in (*people, *members)]
    whole = sorted({name for name in bare if " " in name}, key=len, reverse=True)
    parts = sorted(
        {part for name in bare[: len(people)] for part in name.split() if len(part) > 1}, key=len, reverse=True
    )
    return [_spelt(name, re.IGNORECASE) for name in whole], [_spelt(part, re.NOFLAG) for part in parts]


def _spelt(name: str, flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", flags)


def _named(found: re.Match[str], places: Mapping[str, str]) -> tuple[str, str]:
    """What stands before a name in a row of capitalised words, and the name; empty where there is none."""
    row, before = found[0], found.string[: found.start()]
    kept = ""
    if _STARTS.search(before):  # a sentence's first word has a capital anyhow
        first, _, rest = row.partition(" ")
        if not _first_name(first) or (not rest and first in WORDS_TOO):
            kept, row = row[: len(row) - len(rest)], rest
    words = row.split()
    if not words or words[0] in NO_PERSON or _is_place(words, places):
        return row, ""
    introduced = bool(_INTRODUCED.search(f"{before}{kept}".rstrip()))
    sure = _first_name(words[0]) or introduced or (len(words) > 1 and not kept)
    return (kept, row) if sure else (row, "")


def _first_name(word: str) -> bool:
    return word.partition("-")[0] in FIRST_NAMES or word.removesuffix("s") in FIRST_NAMES


def _is_place(words: list[str], places: Mapping[str, str]) -> bool:
    spelt = [" ".join(words).casefold(), *(word.casefold() for word in words)]
    return any(form in places or form.removesuffix("s") in places for form in spelt)


def _squeezed(text: str) -> str:
    """Without long runs of white space, on which the patterns would be slow."""
    return _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", "\n".join(text.strip().splitlines())))


def _tidied(text: str) -> str:
    text = _REPEATED.sub(GAP, text.replace("[borttagen person]", GAP))
    lines = (_SPACE_BEFORE.sub(r"\1", _SPACES.sub(" ", line)).strip() for line in text.strip(" \t\n,;–-").split("\n"))
    return "\n".join(lines).strip()
