"""The text of an invitation and the details of its Teams meeting, which share one HTML body."""

from __future__ import annotations

import logging
import re

from bot.turn import Json

_LINE = re.compile(r"_{20,}")
"""The line of underscores that Teams draws above and below its details."""
_BLOCK = re.compile(r"<(div|p|table)\b", re.IGNORECASE)

logger = logging.getLogger("bot.graph")


def with_new_text(event: Json, html: str) -> str | None:
    """The body to write: our new text above the meeting's details that are there. None where they can't be told apart.

    ``event`` is what Graph says about the event: ``body``, ``isOnlineMeeting`` and ``onlineMeeting``.
    """
    if not event.get("isOnlineMeeting"):
        return html
    there = str((event.get("body") or {}).get("content") or "")
    details = _details(there)
    join_url = str((event.get("onlineMeeting") or {}).get("joinUrl") or "")
    if not details or (join_url and join_url not in details.replace("&amp;", "&")):
        logger.warning("an invitation's text was left as it is: its meeting's details were not found in it")
        return None
    return f"{html}\n{details}"


def _details(body: str) -> str:
    """From the element that holds the line to the end of the body, with every element closed as it was."""
    line = _LINE.search(body)
    if line is None:
        return ""
    starts = [block.start() for block in _BLOCK.finditer(body, 0, line.start())]
    if not starts:
        return ""
    end = re.search(r"</body>", body, re.IGNORECASE)
    return body[starts[-1] : end.start() if end else len(body)].strip()
