"""The live index. It follows the bank in the database and calibrates itself on it, without holding up turns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.memory import give_back
from bot.ports import Hit
from bot.search import trainer
from bot.search.calibration import SHIPPED, Calibration
from bot.search.index import Index, SearchEntry
from bot.search.scorer import fingerprint
from bot.search.trainer import FittingError
from storage import faq, faq_calibration
from storage.database import Database

T = TypeVar("T")

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between checks of the bank's version, for edits by another replica or an operator."""
CHANGED = 0.05
"""Share of the bank's texts that must change before the bank is learned from again."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The bank as it stands in the database."""

    version: int
    entries: list[SearchEntry]
    shown: Mapping[int, Any]
    """The entries' rows by id, with the columns that are shown."""
    learned: Calibration | None = None
    """The newest calibration in the database. Read at the first load only."""


class LiveBank:
    """The bank as turns search it. :meth:`follow` keeps it up to date with the database.

    A search uses the index of the moment. A new index is read and built on a thread that no turn needs, and then
    replaces the old one in a single step.
    """

    def __init__(self, database: Database, every: float = EVERY) -> None:
        """Prepare an empty bank. :meth:`follow` checks the database every ``every`` seconds, even if not woken."""
        self._database = database
        self._every = every
        self._index = Index(())
        self._version = -1
        self._shown: tuple[int, Mapping[int, Any]] = -1, {}
        """A version and its rows, replaced together."""
        self._calibration = SHIPPED
        self._taught: frozenset[str] | None = None
        """The texts that the calibration was learned from; None if they are not known."""
        self._changed = asyncio.Event()
        self._building = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        database.on_commit("bank", self._wake)

    @property
    def built(self) -> bool:
        """Whether an index has been built."""
        return self._version >= 0

    @property
    def indexed(self) -> tuple[int, int]:
        """The bank's version that is searched here, and its number of entries."""
        return self._version, len(self._index.entries)

    @property
    def empty(self) -> bool:
        """See :class:`bot.ports.Bank`."""
        return not self._index.entries

    @property
    def calibration(self) -> Calibration:
        """The calibration in use."""
        return self._index.calibration

    def with_entry(self, entry: SearchEntry) -> Index:
        """See :class:`bot.ports.Bank`. It compares words only."""
        index = self._index
        others = [other for other in index.entries if other.id != entry.id]
        return Index([*others, entry], index.calibration, previous=index)

    def search(self, question: str, limit: int = 10, today: date = date.min) -> Sequence[Hit]:
        """See :class:`bot.ports.Bank`."""
        return self._index.search(question, limit, today)

    def vote(self, question: str) -> Sequence[tuple[str, float]]:
        """See :class:`bot.ports.Bank`."""
        return self._index.vote(question)

    def shown(self, version: int) -> Mapping[int, Any] | None:
        """See :class:`bot.ports.Bank`."""
        version_shown, rows = self._shown
        return rows if version_shown == version else None

    async def catch_up(self) -> None:
        """Bring the index up to the database's version. Do nothing if it is there already.

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
        """See :class:`bot.ports.Bank`. If the database can't be reached, :meth:`follow` catches up later."""
        await self._try_to_catch_up()

    async def follow(self) -> None:
        """Keep catching up, when woken and every few seconds, until cancelled. Try again after a failure.

        When nothing has woken it for that long, learn from the bank, if it has changed enough.
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
        rows = list(faq.searchable(session))
        entries = [
            SearchEntry(row.id, row.question, row.answer, alternatives, row.theme, row.valid_until)
            for row, alternatives in rows
        ]
        shown = {row.id: row for row, _ in rows}
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
        """Return whether the bank has changed enough since it was learned from, or was never learned from."""
        texts = _texts(self._index.entries)
        return self._taught is None or len(texts ^ self._taught) > CHANGED * len(self._taught)

    async def _learn(self) -> None:
        """Use the calibration that any replica has learned from this bank, or else learn one and store it."""
        entries, bank, version = self._index.entries, self._index.fingerprint, self._version
        self._taught = _texts(entries)  # even after a failure, don't try the same bank twice
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
        """Wake :meth:`follow`. Called on a database thread, after a commit that changed the bank."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._changed.set)


def _texts(entries: Sequence[SearchEntry]) -> frozenset[str]:
    """Return the texts that a calibration is learned from."""
    return frozenset(text for entry in entries for text in (entry.question, *entry.alternatives))
