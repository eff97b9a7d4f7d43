"""The ledger: it writes down the outcomes of sends, several in one transaction where several have come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from sqlalchemy.orm import Session

from bot.delivery.faults import Fault, safely
from bot.delivery.outcomes import Outcome
from storage import claims
from storage.database import Database
from storage.outbox import Delivery, State

Entry: TypeAlias = tuple[Delivery, Outcome]


class Ledger:
    """Write outcomes until the database has taken them: only this process knows them."""

    def __init__(self, database: Database, tick: float) -> None:
        """``tick``: seconds until an outcome that could not be written is tried again."""
        self._database = database
        self._tick = tick
        self._open: list[Entry] = []
        self._writing = asyncio.Lock()

    async def settle(self, row: Delivery, outcome: Outcome) -> None:
        """Settle the row, together with the outcomes that came while the last ones were written."""
        entry = row, outcome
        self._open.append(entry)
        while entry in self._open:
            async with self._writing:
                await self._write()
            if entry in self._open:
                await asyncio.sleep(self._tick)

    async def _write(self) -> None:
        """Write all at once; after a fault each alone, so that one that can't be written holds up no other."""
        entries, self._open = self._open, []
        if not entries or not isinstance(await self._play(entries), Fault):
            return
        for entry in entries:
            if len(entries) == 1 or isinstance(await self._play([entry]), Fault):
                self._open.append(entry)

    async def _play(self, entries: Sequence[Entry]) -> Fault | None:
        work = partial(self._database.play, partial(_settle, entries=entries))
        return await safely(self._database.run(work), entries[0][0] if len(entries) == 1 else None)


def _settle(session: Session, entries: Sequence[Entry]) -> None:
    for row, outcome in entries:
        claims.settle(session, row, late=outcome["state"] == State.SENT, **outcome)
