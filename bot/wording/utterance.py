"""Reads a message: the questions in it, and the people and places it names. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

LONGEST_QUESTION = 300
"""Most characters of a text that looks like one question."""
MOST_PARTS = 3
"""Most questions of one message that are answered one by one. A message with more is a letter."""

WORD = re.compile(r"\w+(?:[-:’']\w+)*")
"""A word as people write them: "8-10", "SEKOM:s", "KF’s"."""
CODE = re.compile(r"\b\d{1,2}[a-c]\b")
"""The code of an indicator: "9b"."""
_JOINED = re.compile(
    r",?\s+(?:och|å|samt)\s+(?=(?:vad?|hur|när|var|vem|vilka|varför) "
    r"(?:är|e|kostar|blir|gör|ska|kan|får|måste|har|går|krävs|finns|många|mycket|ofta|länge)\b)",
    re.IGNORECASE,
)
"""Between two questions in one sentence: "hur blir man med och vad kostar det", not "… och när de går ut"."""
_ASKS = re.compile(
    r"(?:hej\w*[,.! ]+)?(?:vad?|hur|när|var|vart|vem|vilk\w+|varför|kan|får|måste|ska|har|är|finns)\b", re.IGNORECASE
)
FUNCTION = frozenset(
    (
        "vad va vem vilka vilken vilket när var vart hur varför vems är e blir bli ska skall kan får måste gör göra "
        "man vi ni jag du oss er mig dig på i till från för med om av att å och men då så det den de där här kostar "
        "länge ofta mycket många stor stort gäller betyder menas isåfall alltså exakt"
    ).split()
)
"""Function words, which do not say what a question is about."""
ORDINARY = frozenset(
    "ale berg boden bro ed eda flen hjo kil kumla lund mark mora nora sala solna trosa vara väsby åre".split()
)
"""Municipalities whose names are also ordinary words. In lower case we read them as the words."""
_PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:19|20)?\d{6}[-+ ]?\d{4}(?!\d)")
_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.\w+")
_PERSON = re.compile(r"(?<=[\w,] )[A-ZÅÄÖÉ][a-zåäöé-]+ [A-ZÅÄÖÉ][a-zåäöé-]+")
_LONG_NUMBER = re.compile(r"\+?(?:\d[ -]?){7,}\d")
POINTS_OUT = (_MAIL, _PERSONAL_NUMBER, _LONG_NUMBER)
"""Addresses and numbers that may point out a person."""
YEARS = re.compile(r"(?:19|20)\d\d[ -]+(?:19|20)\d\d")
"""Two years in a row, which are not a person's number."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of places that a question may single out, folded for comparison: ``{"östersund": "Östersund"}``."""

    places: dict[str, str]

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """Return the names, given as they are written."""
        return cls({fold(name): name for name in names})


def parts(text: str) -> list[str]:
    """Return the questions of a message, at least one.

    Both "Vad är X? Och när är Y?" and "vad är X och när är Y" hold two. A greeting at the start ("Hej!") and pieces
    that are too short to be a question are not parts of their own.
    """
    asked = _questions(re.split(r"(?<=[?])\s+|\n+", text))
    joined = _questions(_JOINED.split(text)) if len(asked) == 1 and _ASKS.match(asked[0]) else []
    if 1 < len(joined) <= MOST_PARTS:
        return joined
    if len(asked) < 2 or len(asked) > MOST_PARTS or not all("?" in piece for piece in asked):  # noqa: PLR2004
        return [text.strip()]
    return asked


def is_question(text: str) -> bool:
    """Return whether it looks like one question: it ends with "?", or starts like one and ends like no sentence."""
    line = text.strip()
    if "\n" in line or len(line) > LONGEST_QUESTION:
        return False
    return line.endswith("?") or (bool(_ASKS.match(line)) and not line.endswith((".", "!", ":")))


def _questions(pieces: Iterable[str]) -> list[str]:
    """Return the pieces that are long enough to be a question."""
    stripped = (piece.strip(" \t\r\n,;-–") for piece in pieces)
    return [piece for piece in stripped if len(WORD.findall(piece)) > 1]


def wording(text: str) -> str:
    """Return the text in the form that is compared with earlier ones: without case, punctuation and spacing."""
    return " ".join(WORD.findall(fold(text)))


def singled_out(text: str, known: Names, entry: str) -> str | None:
    """Return a place or person that ``text`` names and ``entry`` does not; None if there is none.

    A genitive counts ("Östersunds kontaktperson"). A person is two capitalised words in a row inside a sentence.
    """
    has = fold(entry)
    words = WORD.findall(text)
    for name in (*(f"{first} {second}" for first, second in pairwise(words)), *words):
        folded = fold(name)
        place = known.places.get(folded) or known.places.get(folded.removesuffix("s"))
        if place and fold(place) not in has and not (fold(place) in ORDINARY and name == folded):
            return place
    person = _PERSON.search(text)
    if person and fold(person[0]) not in has and not any(word in known.places for word in fold(person[0]).split()):
        return person[0]
    return None


def names_person(text: str, known: Names) -> bool:
    """Return whether the text seems to name a person: two capitalised words in a sentence that are not a place."""
    return any(not _is_place(fold(match[0]), known) for match in _PERSON.finditer(text))


def _is_place(folded: str, known: Names) -> bool:
    """Return whether the words, or one of them, are a place, with or without a genitive s."""
    spelt = (form for word in (folded, *folded.split()) for form in (word, word.removesuffix("s")))
    return any(form in known.places for form in spelt)


def without_person(text: str) -> str:
    """Return the text without personal numbers, mail addresses and long numbers, for the log."""
    for pattern in POINTS_OUT:
        text = pattern.sub(lambda match: match[0] if YEARS.fullmatch(match[0]) else "…", text)
    return text


def has_personal_number(text: str) -> bool:
    """Return whether a text has a Swedish personal number: a possible date and four digits.

    An organisation's number has no possible month. A coordination number has 60 more than the day.
    """
    return any(_is_date(match[0]) for match in _PERSONAL_NUMBER.finditer(text))


def _is_date(number: str) -> bool:
    month, day = (int(part) for part in re.findall(r"\d\d", re.sub(r"\D", "", number)[-8:-4]))
    return 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91)  # noqa: PLR2004 - months and days


def fold(text: str) -> str:
    """Return the text in one form of Unicode and without case, for comparisons."""
    return unicodedata.normalize("NFC", text).casefold()
