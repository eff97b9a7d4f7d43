"""Limit each sender's turns, at once and per minute, so that nobody holds up everybody else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum

AT_ONCE = 5
"""The most turns of one sender at the same time. A turn takes milliseconds, so a person has one or two."""
MOST_SENDERS = 10_000
"""The most senders to remember. Senders who have been quiet for a minute are forgotten first."""


class Verdict(Enum):
    """The decision about a sender's turn."""

    ADMIT = "answer it"
    TELL = "refuse it, and say why"
    DROP = "refuse it without a word: the sender was told a moment ago"


@dataclass(slots=True)
class _Sender:
    """A bucket of turns that fills up evenly."""

    left: float
    at: float
    under_way: int = 0
    told: bool = False


class SenderLimits:
    """Count each sender's turns. Times are the event loop's, so no clock change moves them."""

    def __init__(self, per_minute: int) -> None:
        """``per_minute`` is how many turns may come at once after a pause, and how many a minute adds."""
        self._most = float(per_minute)
        self._senders: dict[str, _Sender] = {}

    def begin(self, sender_id: str) -> Verdict:
        """Decide about one turn. Call :meth:`end` after an admitted one."""
        now = asyncio.get_running_loop().time()
        sender = self._senders.get(sender_id)
        if sender is None:
            self._forget(now)
            sender = self._senders[sender_id] = _Sender(self._most, now)
        sender.left = min(self._most, sender.left + (now - sender.at) * self._most / 60)
        sender.at = now
        if sender.left >= 1 and sender.under_way < AT_ONCE:
            sender.left -= 1
            sender.under_way += 1
            sender.told = False
            return Verdict.ADMIT
        verdict = Verdict.DROP if sender.told else Verdict.TELL
        sender.told = True
        return verdict

    def end(self, sender_id: str) -> None:
        """Count an admitted turn as over."""
        sender = self._senders.get(sender_id)
        if sender is not None:
            sender.under_way -= 1

    def _forget(self, now: float) -> None:
        if len(self._senders) >= MOST_SENDERS:
            busy = {name: sender for name, sender in self._senders.items() if sender.under_way or now - sender.at < 60}  # noqa: PLR2004 - a full bucket
            self._senders = busy
