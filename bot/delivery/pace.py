"""The outbox's pace: Teams' rate limits, and the waits before a new try."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

PER_CONVERSATION = ((7, 1.0), (60, 30.0), (1800, 3600.0))
"""Pairs (messages, seconds): Teams' limits for a bot in one conversation (platform.md §3, peers.md 0.6)."""
LONGEST = 3600.0
"""Seconds of the longest window. Older messages do not count."""
BITE = 4
"""Rows claimed at a time, and more after a round that came late. On SQLite turns wait while they are claimed."""

AHEAD = timedelta(seconds=0.1)
"""How long before its time a row is claimed. Longer, and a process that is killed leaves more rows in doubt."""
CATCH_UP = 0.2
"""The most seconds of lateness that a round makes up for. The limit on messages in any second holds all the same."""
QUIET, FEW = 30.0, 15
"""A conversation with at most ``FEW`` messages is forgotten after ``QUIET`` seconds without one: that pace, kept up for
an hour, stays within the longest window. Otherwise each recipient of an announcement is kept for an hour."""
LONGEST_ASKED = 24 * 3600.0
"""The most seconds to wait when the far side asks. A longer wait is its mistake, and could overflow a date."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer's ``Retry-After`` asks for, as a number or as a date; None without one.

    Compare a date with the answer's own ``Date``, so that neither side's clock has to be right.
    """
    wanted = headers.get("Retry-After", "")
    try:
        seconds = float(wanted)
    except ValueError:
        try:
            until = parsedate_to_datetime(wanted) - parsedate_to_datetime(headers.get("Date", ""))
        except (TypeError, ValueError):  # no date, or one without a zone
            return None
        seconds = until.total_seconds()
    return min(max(0.0, seconds), LONGEST_ASKED)


def steady(clock: Callable[[], datetime]) -> Callable[[], datetime]:
    """Return a clock that starts at ``clock``'s time and runs with the event loop, so no change of date moves it."""
    loop = asyncio.get_running_loop()
    started, origin = clock(), loop.time()
    return lambda: started + timedelta(seconds=loop.time() - origin)


class StepBack:
    """Detect that the wall clock was set back, by comparing it with the steady clock."""

    def __init__(self) -> None:
        self._behind: timedelta | None = None

    def seen(self, now: datetime, moment: datetime) -> bool:
        """Return whether the wall clock fell more than a second behind since the last call."""
        before, self._behind = self._behind, moment - now
        return before is not None and self._behind - before > timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """The outbox's intervals, in seconds. Tests use shorter ones."""

    lease: float = 15.0
    """How long a silent replica keeps the lease."""
    tick: float = 1.0
    """How often to look for rows that are due, and to renew the lease."""
    first_wait: float = 2.0
    """The wait before the second try. It doubles with every further try."""
    longest_wait: float = 900.0
    last_wait: float = 600.0
    """The wait before the last try if a message may have arrived. Tries within seconds could all meet one outage."""
    drain: float = 15.0
    """How long to wait, when stopping, for messages under way."""

    def backoff(self, attempts: int, after: float | None) -> timedelta:
        """Return the wait after ``attempts`` tries: the far side's ``after``, or a wait that doubles. Add jitter.

        Jitter spreads the retries of rows that failed together. The wait is never shorter than ``after``.
        """
        jitter = random.random()  # noqa: S311 - spreads load, keeps no secret
        if after is not None:
            return timedelta(seconds=after + jitter * self.first_wait / 2)
        wait = min(self.longest_wait, self.first_wait * 2.0 ** min(attempts - 1, 30))
        return timedelta(seconds=wait * (0.5 + jitter / 2))


class Limits:
    """Sliding windows over sent messages, for each conversation and in all. Only the lease's holder keeps them."""

    def __init__(self, rate: int) -> None:
        """``rate`` is the most messages a second to Teams in all."""
        self.rate = rate
        self._all: deque[float] = deque(maxlen=rate)
        self._sent: dict[str, deque[float]] = {}
        self._blocked: dict[str, float] = {}

    def free(self, now: datetime) -> int:
        """Return how many messages may be sent at this moment, in any conversations."""
        return sum(1 for sent in self._all if now.timestamp() - sent >= 1.0) + self.rate - len(self._all)

    def pause(self, now: datetime) -> float:
        """Return the seconds until :meth:`free` is above 0."""
        if self.free(now):
            return 0.0
        return min(1.0, max(0.0, self._all[0] + 1.0 - now.timestamp()))

    def wait(self, conversation: str, now: datetime) -> float:
        """Return the seconds until a message may be sent to this conversation; 0 for now."""
        moment = now.timestamp()
        sent = self._sent.get(conversation, deque())
        waits = [seconds - (moment - sent[-most]) for most, seconds in PER_CONVERSATION if len(sent) >= most]
        return max(0.0, self._blocked.get(conversation, 0.0) - moment, *waits)

    def take(self, messages: int, now: datetime) -> None:
        """Count this many messages as sent, in any conversations."""
        self._all.extend([now.timestamp()] * messages)

    def note(self, conversation: str, now: datetime) -> None:
        """Count a message to this conversation."""
        if conversation not in self._sent:
            self._forget(now)
        self._sent.setdefault(conversation, deque(maxlen=PER_CONVERSATION[-1][0])).append(now.timestamp())

    def block(self, conversation: str, until: datetime) -> None:
        """Send nothing to this conversation until then, because Teams asked for that."""
        self._blocked[conversation] = max(self._blocked.get(conversation, 0.0), until.timestamp())

    def _forget(self, now: datetime) -> None:
        """Drop conversations that no window covers any more. Do it at most at every thousandth new one."""
        if len(self._sent) % 1000 != 999:  # noqa: PLR2004 - keeps the sweep rare
            return
        moment = now.timestamp()
        self._sent = {
            name: sent
            for name, sent in self._sent.items()
            if moment - sent[-1] < (QUIET if len(sent) <= FEW else LONGEST)
        }
        self._blocked = {name: until for name, until in self._blocked.items() if until > moment}
