"""The live index. It follows the bank in the database, without holding up turns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import date
from threading import Event
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.memory import give_back
from bot.ports import Hit
from bot.search.addition import Addition
from bot.search.calibration import SHIPPED_FUSED, Calibration, Learned
from bot.search.encoder import Encoder
from bot.search.index import Index, SearchEntry
from bot.search.learner import Learner
from bot.search.question_meanings import QuestionMeanings
from bot.search.semantic import Vector
from bot.search.vectors import VectorStore
from storage import faq, faq_calibration
from storage.database import Database

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between checks of the bank's version, for edits by another replica or an operator."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The bank as it stands in the database."""

    version: int
    entries: list[SearchEntry]
    shown: Mapping[int, Any]
    """The entries' rows by id, with the columns that are shown."""
    learned: Learned | None = None
    """The newest calibration in the database. Read at the first load only."""


class _Background:
    """Work that runs at most once at a time, while the following goes on."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start ``work``, unless some runs."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(work())

    async def end(self) -> None:
        """Cancel what runs, and wait for it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


class LiveBank:
    """The bank as turns search it. :meth:`follow` keeps it up to date with the database.

    A search uses the index of the moment. A new index is read and built on a thread that no turn needs, and then
    replaces the old one in a single step. With an ``encoder``, the new index gets the meaning of its texts as soon as
    they are encoded. Until then, and whenever the encoder fails, the search is lexical.
    """

    def __init__(self, database: Database, every: float = EVERY, encoder: Encoder | None = None) -> None:
        """Prepare an empty bank. :meth:`follow` checks the database every ``every`` seconds, even if not woken."""
        self._database = database
        self._every = every
        self._encoder = encoder
        self._vectors = VectorStore(database, encoder) if encoder is not None else None
        self._encode = encoder.encode if encoder is not None else None
        self._stopped = Event()
        self._index = Index(())
        self._version = -1
        self._shown: tuple[int, Mapping[int, Any]] = -1, {}
        """A version and its rows, replaced together."""
        self._learner = Learner(database, self._read)
        self._questions = QuestionMeanings(database, encoder)
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
    def scorer(self) -> str:
        """What the search uses: ``lexical``, or ``semantic`` where the encoder joins in."""
        joined = self._index.semantic is not None and self._encoder is not None and self._encoder.running
        return "semantic" if joined else "lexical"

    @property
    def empty(self) -> bool:
        """See :class:`bot.ports.Bank`."""
        return not self._index.entries

    @property
    def calibration(self) -> Calibration:
        """The calibration in use."""
        return self._index.calibration

    def with_entry(self, entry: SearchEntry) -> Addition:
        """See :class:`bot.ports.Bank`."""
        return Addition(self._index, entry)

    def search(self, question: str, limit: int = 10, today: date = date.min) -> Sequence[Hit]:
        """See :class:`bot.ports.Bank`."""
        return self._index.search(question, limit, today, self._encode)

    def vote(self, question: str) -> Sequence[tuple[str, float]]:
        """See :class:`bot.ports.Bank`."""
        return self._index.vote(question)

    def alike(self, question: str, others: Sequence[str]) -> Sequence[float | None]:
        """See :class:`bot.ports.Bank`."""
        return self._questions.cosines(question, others)

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
        learning, reading = _Background(), _Background()
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._every):
                        await self._changed.wait()
                quiet = not self._changed.is_set()
                await self._try_to_catch_up()
                if self._encoder is not None:
                    reading.start(self._read_on if self._understands(self._encoder) else self._understand)
                if quiet and self._learner.is_worth(self._index):
                    learning.start(self._learn)
        finally:
            self._stopped.set()
            await learning.end()
            await reading.end()

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
        return Loaded(version, entries, shown, Learned.from_dict(learned) if learned else None)

    def _build(self, loaded: Loaded) -> None:
        if loaded.learned is not None:
            self._learner.take_over(loaded.learned, loaded.entries)
        self._index = Index(loaded.entries, self._learner.learned.lexical, previous=self._index)
        give_back()
        self._shown = loaded.version, loaded.shown
        self._version = loaded.version
        log.info("bank indexed", extra={"entries": len(loaded.entries), "version": loaded.version})

    def _understands(self, encoder: Encoder) -> bool:
        return encoder.running and self._index.semantic is not None

    async def _understand(self) -> None:
        """Give the index the meaning of its texts, and start the encoder if it does not run."""
        index = self._index
        try:
            vectors = await asyncio.to_thread(self._read, index.entries)
        except SQLAlchemyError as error:
            log.warning("the vectors can't be read; trying again", extra={"error": type(error).__name__})
            return
        if vectors is None or index.semantic is not None:
            return
        meant = await asyncio.to_thread(index.with_meaning, vectors, self._learner.learned.fused or SHIPPED_FUSED)
        async with self._building:
            if self._index is not index:
                return  # it was replaced in between; the next round reads the rest
            self._index = meant
        log.info("bank understood", extra={"entries": len(index.entries), "texts": len(vectors)})

    async def _read_on(self) -> None:
        """Give the members' questions their meaning, until the bank needs the encoder."""
        await asyncio.to_thread(self._questions.refresh, lambda: self._stopped.is_set() or self._index.semantic is None)

    def _read(self, entries: Sequence[SearchEntry]) -> Mapping[str, Vector] | None:
        if self._encoder is None or self._vectors is None or not self._encoder.warm():
            return None
        return self._vectors.of(entries, self._stopped.is_set)

    async def _learn(self) -> None:
        if not await self._learner.learn(self._index, self._version):
            return
        learned = self._learner.learned
        async with self._building:
            self._index = copy(self._index)
            self._index.calibration = learned.lexical
            self._index.fused = learned.fused or SHIPPED_FUSED

    def _wake(self) -> None:
        """Wake :meth:`follow`. Called on a database thread, after a commit that changed the bank."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._changed.set)
