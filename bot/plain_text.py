"""Cleans text that people, rosters and files bring: one cleaner for every way in and out."""

from __future__ import annotations

import re
import unicodedata

_UNSHOWN = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Control characters and halves of a character: nobody sees them, and neither mail nor database may hold them."""
_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ue000-\uf8ff\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""Format characters: soft hyphens, zero-width spaces, fillers, tags, and marks that turn the reading direction.

Private use too: it shows as nothing, and :mod:`storage.name_keys` marks names with it.
"""
_JOINER = re.compile("(?:^|(?<=[\\s\x21-\u024f]))[\u200c\u200d]+|[\u200c\u200d]+(?=[\\s\x21-\u024f]|$)")
"""Joiners where they join nothing. Emoji and some scripts are spelt with them, but no Latin word is."""


def printable(text: str) -> str:
    """Return ``text`` without control characters and halves of characters, and with one kind of line break."""
    return _UNSHOWN.sub("", "\n".join(text.splitlines()))


def printable_line(text: str) -> str:
    """Return :func:`printable` on one line, as a name or subject needs it: a line break would end a header."""
    return " ".join(printable(text).split())


def visible(text: str) -> str:
    """Return what people see of ``text``: composed letters (NFC), and no control or format characters."""
    return _JOINER.sub("", _INVISIBLE.sub("", printable(unicodedata.normalize("NFC", text))))


def clean(text: str) -> str:
    """Return :func:`visible` without blanks around it."""
    return visible(text).strip()


def clean_line(text: str, most: int | None = None) -> str:
    """Return :func:`clean` on one line, cut off after ``most`` characters."""
    return " ".join(clean(text).split())[:most].strip()
