"""Cleans text that people, rosters and files bring: one cleaner for every way in and out."""

from __future__ import annotations

import re
import unicodedata

_UNSHOWN = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Control characters and halves of a character: nobody sees them, and neither mail nor database may hold them."""
_INVISIBLE = re.compile("[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ue000-\uf8ff\ufeff]")
"""Format characters: soft hyphens, zero-width spaces and marks that turn the reading direction; and private use,
which shows as nothing and with which :mod:`storage.name_keys` marks names.

The joiners U+200C and U+200D stay, because emoji and some scripts are spelt with them.
"""


def printable(text: str) -> str:
    """Return ``text`` without control characters and halves of characters, and with one kind of line break."""
    return _UNSHOWN.sub("", "\n".join(text.splitlines()))


def printable_line(text: str) -> str:
    """Return :func:`printable` on one line, as a name or subject needs it: a line break would end a header."""
    return " ".join(printable(text).split())


def clean(text: str) -> str:
    """Return what people see of ``text``: composed letters (NFC), and no control or format characters."""
    return _INVISIBLE.sub("", printable(unicodedata.normalize("NFC", text))).strip()


def clean_line(text: str, most: int | None = None) -> str:
    """Return :func:`clean` on one line, cut off after ``most`` characters."""
    return " ".join(clean(text).split())[:most].strip()
