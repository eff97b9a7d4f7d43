"""Text as mails, invitations and notifications may hold it, whatever a person or a roster has written."""

from __future__ import annotations

import re

_UNSHOWN = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """``text`` without what nobody sees and no mail may hold: control characters, and halves of a character."""
    return _UNSHOWN.sub("", "\n".join(text.splitlines()))


def printable_line(text: str) -> str:
    """The same on one line, as a name or subject is: a line break would end a header."""
    return " ".join(printable(text).split())
