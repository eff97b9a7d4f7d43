"""One more entry in the bank, as if it was published. Pure.

Most questions need no search to know that it is not their answer: it lacks a word that decides
(:mod:`bot.search.decisive`). Only the others are searched, in an index with the entry, which is not made before that.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from bot.search import decisive, index
from bot.search.decisive import Held
from bot.search.index import Index, SearchEntry


class Addition:
    """A bank with one entry more. It compares words only. One thread uses it."""

    def __init__(self, bank: Index, entry: SearchEntry) -> None:
        """``entry`` takes the place of the bank's entry with the same id, if there is one."""
        self._bank = bank
        self._entry = entry
        self._held = Held.of(entry)

    @cached_property
    def whole(self) -> Index:
        """The index with the entry. Takes 50 ms or more the first time."""
        others = [other for other in self._bank.entries if other.id != self._entry.id]
        return Index([*others, self._entry], self._bank.calibration, previous=self._bank)

    def answers(self, question: str, sure: float, today: date) -> bool:
        """See :class:`bot.ports.ExtendedBank`."""
        if sure > decisive.MOST and not self._may_answer(question):
            return False
        hits = self.whole.search(question, 1, today)
        return bool(hits) and hits[0].entry_id == self._entry.id and hits[0].probability >= sure

    def _may_answer(self, question: str) -> bool:
        """Return whether the entry holds all that decides in one of the question's askings.

        The words that decide nothing are those of the bank without the entry. With it, only words of the entry join
        them, and those it holds.
        """
        return any(not decisive.missing(text, self._held, self._bank.common) for text in index.askings(question))
