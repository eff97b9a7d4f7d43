"""Read from Graph which guests have not accepted the invitation.

Nothing here waits for the network inside a transaction. One replica reads in each interval: the one that has the
lease. Reading twice changes nothing, and what Graph refuses or delays is read again at the next interval.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot import tenant
from bot.ports import Failed, TryLater, Uncertain, Unreachable
from bot.turn import App
from storage import guests, leases

EVERY = timedelta(minutes=15)
"""Half the time that a new guest's welcome waits for it (:data:`bot.welcome.newcomer_reminders.GUESTS_SETTLE`)."""
LEASE = "guests"
LEASED = EVERY - timedelta(minutes=1)
"""The lease is not given back, so that the other replicas don't read the same again."""

logger = logging.getLogger(__name__)


class GuestReader:
    """Read the tenant's guests, each time :meth:`run` is called."""

    def __init__(self, app: App, clock: Callable[[], datetime], directory: tenant.Directory | None) -> None:
        """``directory`` is None if Graph is not set up. Then nothing is read."""
        self._app = app
        self._clock = clock
        self._directory = directory
        self._holder = secrets.token_hex(8)
        self._running = asyncio.Lock()

    async def run(self) -> int:
        """Read who has not accepted. Return how many of them the bot knows."""
        if self._directory is None or self._running.locked():
            return 0
        async with self._running:
            if not await self._play(self._hold):
                return 0
            try:
                invited = await self._directory.invited_guests()
            except (Unreachable, TryLater, Uncertain, Failed) as problem:
                logger.warning("the guests could not be read", extra={"reason": str(problem)})
                return 0
            now = self._clock()
            pending = {guest.entra_id.casefold(): guest.since or now for guest in invited}
            return await self._play(partial(self._store, pending=pending))

    def _hold(self, session: Session) -> int:
        return leases.hold(session, LEASE, self._holder, self._clock(), LEASED)

    def _store(self, session: Session, pending: dict[str, datetime]) -> int:
        return guests.mirror(session, pending) if self._hold(session) else 0

    async def _play(self, work: Callable[[Session], int]) -> int:
        return await self._app.database.run(partial(self._app.database.play, work))
