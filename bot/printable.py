"""Text that is safe in mails, invitations and notifications, whatever a person or a roster has written."""

from __future__ import annotations

import re

_UNSHOWN = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """Return ``text`` without control characters and lone surrogates, which no mail may hold."""
    return _UNSHOWN.sub("", "\n".join(text.splitlines()))


def printable_line(text: str) -> str:
    """Return printable text on one line, for a name or subject: a line break would end the mail header."""
    return " ".join(printable(text).split())
