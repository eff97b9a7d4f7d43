"""How fast we may send requests to Graph. We keep Microsoft's limits, so that it seldom refuses (platform.md §2)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.graph.failures import Refusal
from bot.ports import OWN_LIMIT, TryLater

MARGIN = 1.1
"""Factor on the length of a window: requests that were sent apart may arrive closer together."""
LONGEST_WAIT = 10.0
"""Longest time in seconds to wait for a turn. A caller who would wait longer gets an error, and holds up nobody."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """The limits. Tests have faster ones."""

    mail: tuple[int, float] = (30, 60.0)
    """Messages a minute from one mailbox (Exchange Online's sending limits)."""
    calendar: tuple[int, float] = (60, 60.0)
    """Changes to the calendar a minute: far below Outlook's 10,000 in ten minutes, since each sends invitations."""
    feed: tuple[int, float] = (5, 1.0)
    """Notifications a second for the app in a tenant (throttling-teams)."""
    bulk: tuple[int, float] = (2, 1.0)
    """Requests for many notifications at once, a second (throttling-teams)."""
    install: tuple[int, float] = (30, 1.0)
    chats: tuple[int, float] = (1, 1.0)
    """New chats a second: far below the limits for the app in a tenant (throttling-teams)."""
    reading: tuple[int, float] = (1, 1.0)
    """Rosters and webinars: one request a second on a given channel (throttling-teams)."""
    outlook: int = 4
    """Requests at a time for one mailbox, calendar included (MailboxConcurrency)."""


class Rate:
    """Lets at most so many requests through in so many seconds, in order of asking. Lives on one event loop."""

    def __init__(self, limit: tuple[int, float]) -> None:
        self._most, self._seconds = limit[0], limit[1] * MARGIN
        self._sent: deque[float] = deque(maxlen=self._most)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._held_until = 0.0
        self._promised = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn (see :meth:`take`) and hold it. If Graph then asks for a pause, everybody pauses."""
        await self.take()
        try:
            yield
        except (TryLater, Refusal) as error:
            if error.after is not None:
                self.hold(error.after)
            raise

    async def take(self) -> None:
        """Wait for a turn. Raises :class:`TryLater` where the turn is far off, with the time to come back."""
        self._refuse(self._wait(self._waiting))
        self._waiting += 1
        try:
            async with self._turn:
                # counted when sent, not when planned: after the machine has slept, all would go at once
                while (wait := self._wait(0)) > 0:
                    self._refuse(wait)
                    await asyncio.sleep(wait)
                self._sent.append(asyncio.get_running_loop().time())
        finally:
            self._waiting -= 1

    def hold(self, seconds: float) -> None:
        """Make everybody wait for ``seconds``, as Graph asked: it counts the requests of the whole app."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    def _wait(self, before: int) -> float:
        """Return the seconds until the turn of a caller who has ``before`` others before them."""
        now = asyncio.get_running_loop().time()
        rounds, place = divmod(before + len(self._sent), self._most)
        first = self._sent[place] if place < len(self._sent) else now
        free = now if rounds == 0 else first + rounds * self._seconds
        return max(free, self._held_until) - now

    def _refuse(self, wait: float) -> None:
        """Refuse callers who would wait long. Each gets a time of their own, or most would come back in vain."""
        if wait > LONGEST_WAIT:
            now = asyncio.get_running_loop().time()
            self._promised = max(self._promised, now + wait) + self._seconds / self._most
            raise TryLater(OWN_LIMIT, after=self._promised - now)


class GraphLimits:
    """All the limits of one app in one tenant."""

    def __init__(self, tempo: Tempo) -> None:
        self.mail = Rate(tempo.mail)
        self.feed = Rate(tempo.feed)
        self.bulk = Rate(tempo.bulk)
        self.install = Rate(tempo.install)
        self.chats = Rate(tempo.chats)
        self.reading = Rate(tempo.reading)
        self.calendar = Rate(tempo.calendar)
        self.outlook = asyncio.Semaphore(tempo.outlook)
