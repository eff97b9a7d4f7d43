"""An encoder for tests: it knows a few meanings, and breaks and waits as it is told."""

from __future__ import annotations

from threading import Event

import numpy as np

from bot.search.encoder import ASKED_WITHIN
from bot.search.semantic import Vector

MEANINGS = {"kosta": 0, "dyrt": 0, "årsmöte": 1, "stämma": 1}
"""Words, and what they mean; words with one number mean the same."""
_OTHERS = 5
_SIZE = len(set(MEANINGS.values())) + _OTHERS + 1


def vector(text: str) -> Vector:
    """Return the direction of what a text means. As with a real encoder, all texts are somewhat alike."""
    made = np.zeros(_SIZE)
    made[-1] = 1.5
    for word, at in MEANINGS.items():
        made[at] += 2 * (word in text.casefold())
    if not made[:-1].any():
        made[len(set(MEANINGS.values())) + sum(map(ord, text)) % _OTHERS] = 2
    return np.asarray(made / np.linalg.norm(made), dtype=np.float32)


class FakeEncoder:
    """See :class:`bot.search.encoder.Encoder`."""

    name = "fake"

    def __init__(self, *, waits: bool = False, breaks_after: int | None = None) -> None:
        self.asked: list[str] = []
        """What was encoded."""
        self.broken = False
        self.breaks_after = breaks_after
        """How many texts it encodes before it breaks; None if it does not."""
        self._started = False
        self._may_go = Event()
        if not waits:
            self.go()

    def go(self) -> None:
        """Let it start."""
        self._may_go.set()

    @property
    def running(self) -> bool:
        """Whether it can be asked."""
        return self._started and not self.broken

    def warm(self) -> bool:
        """Start it, if it may go and is not broken."""
        self._started = self._started or self._may_go.is_set()
        return self.running

    def encode(self, text: str, within: float = ASKED_WITHIN) -> Vector | None:
        """Return the vector, or None if it does not run."""
        del within
        if self.breaks_after is not None and len(self.asked) >= self.breaks_after:
            self.broken = True
        if not self.running:
            return None
        self.asked.append(text)
        return vector(text)
