"""Read back what people answered in Outlook, so that the bot can ask a person who declined whether to unregister them.

Each coming appointment is read every :data:`EVERY`, and after each delivery to it. Twenty-five coming events are then
less than two requests a minute, of the sixty that the bot allows itself (:mod:`bot.graph.limits`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.delivery.calendar import read_back
from bot.ports import Failed, TryLater, Unreachable
from bot.tenant import Tenant
from storage import calendar_entries
from storage.database import Database

EVERY = timedelta(minutes=15)
"""A person who declines expects no answer at once. Exchange itself takes a few minutes to note the decline."""
LOOK_EVERY = timedelta(minutes=1)
"""How often to look for entries to read, so that they spread over time."""
MOST = 20
"""Entries read in one look. They are a third of a minute's requests."""

logger = logging.getLogger(__name__)


class AnswerReader:
    """Read the entries that are due, each time :meth:`run` is called. Several replicas share the work."""

    def __init__(self, database: Database, tenant: Tenant | None, clock: Callable[[], datetime]) -> None:
        """Without a tenant there is nothing to read."""
        self._database = database
        self._calendar = tenant.calendar if tenant else None
        self._clock = clock

    async def run(self) -> int:
        """Return how many entries were read. Skip an unreadable entry; stop when the calendar asks us to wait."""
        if self._calendar is None:
            return 0
        for count in range(MOST):
            now = self._clock()
            claim = partial(calendar_entries.claim_reading, now=now, every=EVERY)
            key = await self._database.run(partial(self._database.play, claim))
            if key is None:
                return count
            try:
                booked = await self._calendar.find(key)
            except TryLater:
                return count
            except (Unreachable, Failed) as error:
                told = {"appointment": key, "error": str(error)}
                logger.warning("the answers to an appointment could not be read", extra=told)
                continue
            if booked is not None:
                store = partial(read_back, key=key, booked=booked, now=now)
                await self._database.run(partial(self._database.play, store))
        return MOST
