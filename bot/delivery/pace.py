"""How fast the outbox may send: Teams' rate limits, and how long to wait before trying again."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

PER_CONVERSATION = ((7, 1.0), (60, 30.0), (1800, 3600.0))
"""Messages in seconds, for a bot in one conversation (platform.md §3, peers.md 0.6)."""
LONGEST = 3600.0
"""Seconds of the longest window; older messages count nowhere."""
LONGEST_ASKED = 24 * 3600.0
"""Seconds that a far side may ask for; more is a mistake of its own, and no date could be reckoned from it."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer's ``Retry-After`` asks for, as a number or as a date; None where it asks for nothing.

    A date is held against the answer's own ``Date``, so that neither side's clock has to be right.
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
    """Return a clock that starts at ``clock``'s time and counts as the event loop does: no change of date moves it."""
    loop = asyncio.get_running_loop()
    started, origin = clock(), loop.time()
    return lambda: started + timedelta(seconds=loop.time() - origin)


class StepBack:
    """Notices that the wall clock was set back, by comparing it with the steady one."""

    def __init__(self) -> None:
        self._behind: timedelta | None = None

    def seen(self, now: datetime, moment: datetime) -> bool:
        """Return whether the wall clock fell more than a second behind since the last call."""
        before, self._behind = self._behind, moment - now
        return before is not None and self._behind - before > timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """The outbox's times, in seconds. Tests have shorter ones."""

    lease: float = 15.0
    """How long a replica that says nothing more still counts as the one that sends."""
    tick: float = 1.0
    """How often to look for what has become due, and to renew the lease."""
    first_wait: float = 2.0
    """Before the second try; doubles with every further one."""
    longest_wait: float = 900.0
    last_wait: float = 600.0
    """Before the last try of what may have arrived: three tries within seconds would all fall into one disturbance."""
    drain: float = 15.0
    """How long stopping waits for what is under way."""

    def backoff(self, attempts: int, after: float | None) -> timedelta:
        """How long to wait after ``attempts`` tries: what the far side asked for, or doubling; with jitter.

        Jitter makes rows that failed together come back apart. What was asked for is never undercut.
        """
        jitter = random.random()  # noqa: S311 - spreads load, keeps no secret
        if after is not None:
            return timedelta(seconds=after + jitter * self.first_wait / 2)
        wait = min(self.longest_wait, self.first_wait * 2.0 ** min(attempts - 1, 30))
        return timedelta(seconds=wait * (0.5 + jitter / 2))


class Limits:
    """Sliding windows over what was sent, for each conversation and in all. One sender has them all, by the lease."""

    def __init__(self, rate: int) -> None:
        """``rate`` is how many messages a second may go to Teams in all."""
        self.rate = rate
        self._all: deque[float] = deque(maxlen=rate)
        self._sent: dict[str, deque[float]] = {}
        self._blocked: dict[str, float] = {}

    def free(self, now: datetime) -> int:
        """How many messages may be sent at this moment, whatever the conversation."""
        return sum(1 for sent in self._all if now.timestamp() - sent >= 1.0) + self.rate - len(self._all)

    def pause(self, now: datetime) -> float:
        """Seconds until :meth:`free` is above 0."""
        if self.free(now):
            return 0.0
        return min(1.0, max(0.0, self._all[0] + 1.0 - now.timestamp()))

    def wait(self, conversation: str, now: datetime) -> float:
        """Seconds until a message may be sent to this conversation; 0 for now."""
        moment = now.timestamp()
        sent = self._sent.get(conversation, deque())
        waits = [seconds - (moment - sent[-most]) for most, seconds in PER_CONVERSATION if len(sent) >= most]
        return max(0.0, self._blocked.get(conversation, 0.0) - moment, *waits)

    def take(self, messages: int, now: datetime) -> None:
        """Count so many messages as sent, wherever they go."""
        self._all.extend([now.timestamp()] * messages)

    def note(self, conversation: str, now: datetime) -> None:
        """Count a message to this conversation."""
        if conversation not in self._sent:
            self._forget(now)
        self._sent.setdefault(conversation, deque(maxlen=PER_CONVERSATION[-1][0])).append(now.timestamp())

    def block(self, conversation: str, until: datetime) -> None:
        """Teams asked to leave this conversation alone until then."""
        self._blocked[conversation] = max(self._blocked.get(conversation, 0.0), until.timestamp())

    def _forget(self, now: datetime) -> None:
        """Drop conversations that no window sees any more, at most every thousandth new one."""
        if len(self._sent) % 1000 != 999:  # noqa: PLR2004 - keeps the sweep rare
            return
        moment = now.timestamp()
        self._sent = {name: sent for name, sent in self._sent.items() if moment - sent[-1] < LONGEST}
        self._blocked = {name: until for name, until in self._blocked.items() if until > moment}
