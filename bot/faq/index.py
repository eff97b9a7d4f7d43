"""The live index: follows the database's bank without holding up turns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy.orm import Session

from bot.faq.search import Entry, Index
from bot.ports import Hit
from storage import faq
from storage.database import Database

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between looks at the bank's version, for edits that another replica or an operator made."""


class LiveBank:
    """The bank as turns search it; :meth:`follow` keeps it true to the database.

    Searching uses whatever index is there. A new one is built on a thread of its own and put in its place whole.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index = Index(())
        self._version = -1
        self._changed = asyncio.Event()
        self._building = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        database.on_commit("bank", self._wake)

    @property
    def built(self) -> bool:
        """Whether there is an index at all."""
        return self._version >= 0

    @property
    def indexed(self) -> tuple[int, int]:
        """The bank's version that is searched here, and how many entries it has."""
        return self._version, len(self._index.entries)

    @property
    def empty(self) -> bool:
        """See :class:`bot.ports.Bank`."""
        return not self._index.entries

    def search(self, question: str, limit: int = 10) -> Sequence[Hit]:
        """See :class:`bot.ports.Bank`."""
        return self._index.search(question, limit)

    async def catch_up(self) -> None:
        """Bring the index up to the database's version; at once when it is there already."""
        async with self._building:
            self._changed.clear()
            loaded = await self._database.run(lambda: self._database.play(self._load))
            if loaded is not None:
                await asyncio.to_thread(self._build, *loaded)

    def rebuild(self) -> None:
        """Do the same as :meth:`catch_up` in a program without an event loop."""
        loaded = self._database.play(self._load)
        if loaded is not None:
            self._build(*loaded)

    async def settled(self) -> None:
        """Wait until an edit that was committed here can be found; at once when there was none."""
        if self._changed.is_set():
            await self.catch_up()

    async def follow(self) -> None:
        """Keep catching up, when woken and every five seconds, until cancelled. A failure is tried again."""
        self._loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), EVERY)
            await self.catch_up()

    def _load(self, session: Session) -> tuple[int, list[Entry]] | None:
        version = faq.version(session)
        if version == self._version:
            return None
        entries = [
            Entry(
                id=entry.id,
                question=entry.question,
                answer=entry.answer,
                alternatives=tuple(phrasing.text for phrasing in entry.phrasings),
                theme=entry.theme,
            )
            for entry in faq.published(session)
        ]
        return version, entries

    def _build(self, version: int, entries: list[Entry]) -> None:
        self._index = Index(entries, previous=self._index)
        self._version = version
        log.info("bank indexed", extra={"entries": len(entries), "version": version})

    def _wake(self) -> None:
        """On a database thread, after a commit that changed the bank."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._changed.set)
