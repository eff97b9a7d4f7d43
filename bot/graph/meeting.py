"""The text of an invitation and the details of its Teams meeting, which share one HTML body."""

from __future__ import annotations

import logging
import re

from bot.message import Json

_LINE = re.compile(r"_{20,}")
"""The line of underscores that Teams draws above and below its details."""
_BLOCK = re.compile(r"<(div|p|table)\b", re.IGNORECASE)

logger = logging.getLogger("bot.graph")


def with_new_text(event: Json, html: str) -> str | None:
    """Return the new body: our text above the meeting's details. None where the details can't be found in the old body.

    ``event`` is Graph's answer about the event: ``body``, ``isOnlineMeeting`` and ``onlineMeeting``.
    """
    if not event.get("isOnlineMeeting"):
        return html
    old = str((event.get("body") or {}).get("content") or "")
    join_url = str((event.get("onlineMeeting") or {}).get("joinUrl") or "")
    details = _details(old, join_url)
    if not details:
        logger.warning("an invitation's text was left as it is: its meeting's details were not found in it")
        return None
    return f"{html}\n{details}"


def _details(body: str, join_url: str) -> str:
    """Return the meeting's details: from the element that holds the line to the end of the body.

    The line is the last one with the link to join below it, because our own text may have such lines too.
    """
    end = re.search(r"</body>", body, re.IGNORECASE)
    body = body[: end.start()] if end else body
    for line in reversed(list(_LINE.finditer(body))):
        starts = [block.start() for block in _BLOCK.finditer(body, 0, line.start())]
        details = body[starts[-1] :].strip() if starts else ""
        if join_url and join_url in details.replace("&amp;", "&"):
            return details
    return ""
