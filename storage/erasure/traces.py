"""How an erased person's name, addresses and ids are spelt in texts: found however they were written. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

NOBODY = "[borttagen person]"
"""What stands where a name stood."""
_LETTER = r"[^\W_]"
_BEFORE = rf"(?<!{_LETTER})"
_BEFORE_MAIL = rf"{_BEFORE}(?<!{_LETTER}[._+-])"
"""An address begins here: ``anna@…`` stands neither in ``marianna@…`` nor in ``mari.anna@…``."""
_AFTER_MAIL = rf"(?!-?{_LETTER})"
_END = rf"s?(?!{_LETTER})"
"""A name ends here, perhaps in the genitive."""
_SPACE = r"[\s*_,]+"
"""Between the words of a name: any space, a new line, a list's comma, and what makes text bold."""
_HYPHEN = "[-\u2010\u2011]"


@dataclass(frozen=True, slots=True)
class Traces:
    """What to look for. ``ids`` (addresses and ids) are unique in the world; ``names`` must stand as whole words."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    reference: str

    def out_of(self, text: str) -> str:
        """``text`` without the traces."""
        for one in self.ids:
            before, after = (_BEFORE_MAIL, _AFTER_MAIL) if "@" in one and ":" not in one else ("", "")
            text = re.sub(f"{before}{spelt(one)}{after}", f"erased-{self.reference}", text, flags=re.IGNORECASE)
        for name in self.names:
            for spelling in _orders(name):
                text = re.sub(f"{_BEFORE}{spelling}{_END}", NOBODY, text, flags=re.IGNORECASE)
        return text

    def patterns(self) -> list[str]:
        """LIKE patterns that every text or JSON value with a trace fits, and some others.

        The database folds A–Z only, and JSON may spell other letters out: any letter matches those.
        """
        wanted = (*self.ids, *(" ".join(words) for name in self.names for words in _turned(name)))
        return list(dict.fromkeys("%".join(("", *re.findall(r"[A-Za-z0-9]+", one), "")) for one in wanted))


def _orders(name: str) -> Iterator[str]:
    """Expressions for a name as it is, and as lists have it: "Öqvist, Wilhelmina"."""
    return (_SPACE.join(map(spelt, words)) for words in _turned(name))


def _turned(name: str) -> list[list[str]]:
    """The words of a name as they are, and then turned at each place."""
    words = name.replace(",", " ").split()
    return [words[at:] + words[:at] for at in range(len(words))]


def spelt(word: str) -> str:
    """An expression for a word: with its marks in one sign or two, or without them."""
    return "".join(map(_letter, unicodedata.normalize("NFC", word)))


def _letter(letter: str) -> str:
    if letter == "-":
        return _HYPHEN
    apart = unicodedata.normalize("NFD", letter)
    return f"(?:{apart}|{letter}|{apart[0]})" if len(apart) > 1 else re.escape(letter)
