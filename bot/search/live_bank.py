"""The live index: follows the database's bank, and learns from it how sure it may be, without holding up turns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.memory import give_back
from bot.ports import Hit
from bot.search import trainer
from bot.search.calibration import SHIPPED, Calibration
from bot.search.index import Entry, Index
from bot.search.scorer import fingerprint
from bot.search.trainer import FittingError
from storage import faq, faq_calibration
from storage.database import Database

T = TypeVar("T")

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between looks at the bank's version, for edits that another replica or an operator made."""
CHANGED = 0.05
"""Share of the bank's texts that must have changed before it is learned from anew."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The bank as it stands in the database."""

    version: int
    entries: list[Entry]
    shown: Mapping[int, Any]
    """The entries' rows by id, as they are shown."""
    learned: Calibration | None = None
    """The newest calibration in the database; looked for at the first load only."""


class LiveBank:
    """The bank as turns search it; :meth:`follow` keeps it true to the database.

    Searching uses whatever index is there. A new one is read and built on a thread that no turn needs, and put in its
    place whole.
    """

    def __init__(self, database: Database, every: float = EVERY) -> None:
        """``every`` so many seconds :meth:`follow` looks, also when nobody has woken it."""
        self._database = database
        self._every = every
        self._index = Index(())
        self._version = -1
        self._shown: tuple[int, Mapping[int, Any]] = -1, {}
        """A version and its rows, put in place together."""
        self._calibration = SHIPPED
        self._taught: frozenset[str] | None = None
        """The texts that the calibration was learned from; None where they are not known."""
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

    @property
    def calibration(self) -> Calibration:
        """What turns a hit's features into its probability now."""
        return self._index.calibration

    def search(self, question: str, limit: int = 10) -> Sequence[Hit]:
        """See :class:`bot.ports.Bank`."""
        return self._index.search(question, limit)

    def vote(self, question: str) -> Sequence[tuple[str, float]]:
        """See :class:`bot.ports.Bank`."""
        return self._index.vote(question)

    def shown(self, version: int) -> Mapping[int, Any] | None:
        """See :class:`bot.ports.Bank`."""
        of, rows = self._shown
        return rows if of == version else None

    async def catch_up(self) -> None:
        """Bring the index up to the database's version; at once when it is there already.

        Raises :class:`sqlalchemy.exc.SQLAlchemyError` where the database can't be reached.
        """
        async with self._building:
            self._changed.clear()
            await asyncio.to_thread(self.rebuild)

    def rebuild(self) -> None:
        """Do the same as :meth:`catch_up` in a program without an event loop."""
        loaded = self._database.look(self._load)
        if loaded is not None:
            self._build(loaded)

    async def settled(self) -> None:
        """See :class:`bot.ports.Bank`. Where the database has just gone, :meth:`follow` goes on when it is back."""
        await self._try_to_catch_up()

    async def follow(self) -> None:
        """Keep catching up, when woken and every five seconds, until cancelled. A failure is tried again.

        When nothing has happened for that long, the bank is learned from, if it has changed enough.
        """
        self._loop = asyncio.get_running_loop()
        learning: asyncio.Task[None] | None = None
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._every):
                        await self._changed.wait()
                quiet = not self._changed.is_set()
                await self._try_to_catch_up()
                if quiet and self._worth_learning() and (learning is None or learning.done()):
                    learning = asyncio.create_task(self._learn())
        finally:
            if learning is not None:
                learning.cancel()
                await asyncio.gather(learning, return_exceptions=True)

    async def _try_to_catch_up(self) -> None:
        try:
            await self.catch_up()
        except SQLAlchemyError as error:
            log.warning("the bank can't be read; trying again", extra={"error": type(error).__name__})

    def _load(self, session: Session) -> Loaded | None:
        version = faq.version(session)
        if version == self._version:
            return None
        found = list(faq.searchable(session))
        entries = [Entry(row.id, row.question, row.answer, alternatives, row.theme) for row, alternatives in found]
        shown = {row.id: row for row, _ in found}
        learned = None if self.built else faq_calibration.newest(session)
        return Loaded(version, entries, shown, Calibration.from_dict(learned) if learned else None)

    def _build(self, loaded: Loaded) -> None:
        if loaded.learned is not None:
            self._calibration = loaded.learned
            if loaded.learned.fingerprint == fingerprint(loaded.entries):
                self._taught = _texts(loaded.entries)
        self._index = Index(loaded.entries, self._calibration, previous=self._index)
        give_back()
        self._shown = loaded.version, loaded.shown
        self._version = loaded.version
        log.info("bank indexed", extra={"entries": len(loaded.entries), "version": loaded.version})

    def _worth_learning(self) -> bool:
        """Whether the bank is another than the one that was learned from; at first, whether it differs at all."""
        texts = _texts(self._index.entries)
        return self._taught is None or len(texts ^ self._taught) > CHANGED * len(self._taught)

    async def _learn(self) -> None:
        """Take over what was learned from this bank, here or in another replica, or else learn it and keep it."""
        entries, bank, version = self._index.entries, self._index.fingerprint, self._version
        self._taught = _texts(entries)  # whatever comes of it, the same bank need not be tried twice
        try:
            stored = await self._play(partial(faq_calibration.of_bank, fingerprint=bank))
            learned = Calibration.from_dict(stored) if stored else None
            if learned is None:
                learned = await trainer.fit(entries)
                if learned is None:
                    return
                await self._play(
                    partial(faq_calibration.keep, fingerprint=bank, learned=learned.as_dict(), version=version)
                )
        except (SQLAlchemyError, FittingError) as error:
            log.warning("the bank could not be learned from", extra={"error": type(error).__name__})
            return
        async with self._building:
            self._calibration = learned
            self._index = copy(self._index)
            self._index.calibration = learned
        log.info("bank learned from", extra={"entries": len(entries), "examples": learned.examples})

    async def _play(self, work: Callable[[Session], T]) -> T:
        return await self._database.run(lambda: self._database.play(work))

    def _wake(self) -> None:
        """On a database thread, after a commit that changed the bank."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._changed.set)


def _texts(entries: Sequence[Entry]) -> frozenset[str]:
    """What a calibration is learned from."""
    return frozenset(text for entry in entries for text in (entry.question, *entry.alternatives))
