"""What the core needs from outside, as Protocols with their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry found for a question."""

    entry_id: int
    probability: float
    """How likely it is that this entry answers the question, 0–1. Falls from hit to hit."""


class Bank(Protocol):
    """The searchable knowledge bank."""

    @property
    def empty(self) -> bool:
        """Whether it holds nothing at all."""

    def search(self, question: str, limit: int = 10) -> Sequence[Hit]:
        """The entries nearest to ``question``, best first; empty when nothing is like it."""
