"""Decides when the bank is learned from, and keeps what was learned for every replica and the next start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.search import trainer
from bot.search.calibration import Learned
from bot.search.index import Index, SearchEntry
from bot.search.scorer import fingerprint
from bot.search.semantic import Vector
from bot.search.trainer import FittingError
from storage import faq_calibration
from storage.database import Database

T = TypeVar("T")
ReadVectors: TypeAlias = Callable[[Sequence[SearchEntry]], Mapping[str, Vector] | None]
"""Gives the vectors of the entries' texts; None if they are not to be had. Runs on a thread."""

log = logging.getLogger(__name__)

CHANGED = 0.05
"""Share of the bank's texts that must change before the bank is learned from again."""


class Learner:
    """What was last learned, and from which bank. One task uses it at a time."""

    def __init__(self, database: Database, read_vectors: ReadVectors) -> None:
        self._database = database
        self._read_vectors = read_vectors
        self.learned = Learned()
        self._taught: frozenset[str] | None = None
        """The texts that the calibration was learned from; None if they are not known."""
        self._taught_meaning = ""
        """The fingerprint of the bank that was last learned from with its meaning."""

    def take_over(self, learned: Learned, entries: Sequence[SearchEntry]) -> None:
        """Use what was learned before this start, from these entries or others."""
        self.learned = learned
        if learned.lexical.fingerprint == fingerprint(entries):
            self._taught = _texts(entries)

    def is_worth(self, index: Index) -> bool:
        """Return whether the bank has changed enough since it was learned from, or means something since."""
        if index.semantic is not None and self.learned.fused is None:
            return self._taught_meaning != index.fingerprint
        texts = _texts(index.entries)
        return self._taught is None or len(texts ^ self._taught) > CHANGED * len(self._taught)

    async def learn(self, index: Index, version: int) -> bool:
        """Use what any replica has learned from this bank, or else learn and store it. Return whether it worked."""
        self._taught = _texts(index.entries)  # even after a failure, don't try the same bank twice
        if index.semantic is not None:
            self._taught_meaning = index.fingerprint
        try:
            learned = await self._known(index) or await self._fitted(index, version)
        except (SQLAlchemyError, FittingError) as error:
            log.warning("the bank could not be learned from", extra={"error": type(error).__name__})
            return False
        if learned is None:
            return False
        self.learned = learned
        log.info("bank learned from", extra={"entries": len(index.entries), "examples": learned.lexical.examples})
        return True

    async def _known(self, index: Index) -> Learned | None:
        """Return what any replica has learned from this bank, if it holds all that can be learned here."""
        stored = await self._play(partial(faq_calibration.of_bank, fingerprint=index.fingerprint))
        learned = Learned.from_dict(stored) if stored else None
        return None if learned and learned.fused is None and index.semantic is not None else learned

    async def _fitted(self, index: Index, version: int) -> Learned | None:
        vectors = None
        if index.semantic is not None:
            vectors = await asyncio.to_thread(self._read_vectors, index.entries)
        learned = await trainer.fit(index.entries, vectors)
        if learned is not None:
            keep = partial(faq_calibration.keep, fingerprint=index.fingerprint, learned=learned.as_dict())
            await self._play(partial(keep, version=version))
        return learned

    async def _play(self, work: Callable[[Session], T]) -> T:
        return await self._database.run(lambda: self._database.play(work))


def _texts(entries: Sequence[SearchEntry]) -> frozenset[str]:
    """Return the texts that a calibration is learned from."""
    return frozenset(text for entry in entries for text in (entry.question, *entry.alternatives))
