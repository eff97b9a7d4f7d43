"""What members have asked the theme groups, by meaning: the vectors of their questions, in memory only.

The database keeps vectors of the bank's texts (:mod:`storage.text_vectors`). A member's question stays out of it,
because a vector tells something of its text, and a question may be erased at any time. Within :data:`EVERY` seconds of
a question's end or a change of its text, nothing of it is held here either.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.search.encoder import READ_WITHIN, Encoder
from bot.search.semantic import Vector, question_text
from storage import questions
from storage.database import Database

log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two readings of the questions."""


class QuestionMeanings:
    """The vectors of the newest questions in theme groups, for any thread. One thread refreshes them."""

    def __init__(
        self, database: Database, encoder: Encoder | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``clock`` gives seconds. Without ``encoder``, no meaning is known."""
        self._database = database
        self._encoder = encoder
        self._clock = clock
        self._due = clock()
        self._vectors: dict[str, Vector] = {}

    def cosines(self, question: str, others: Sequence[str]) -> list[float | None]:
        """See :meth:`bot.ports.Bank.alike`. It asks the encoder once, and not at all if it knows none of ``others``."""
        known = [self._vectors.get(other) for other in others]
        own = None
        if self._encoder is not None and any(vector is not None for vector in known):
            own = self._encoder.encode(question_text(question))
        return [None if own is None or vector is None else float(vector @ own) for vector in known]

    def refresh(self, stopped: Callable[[], bool]) -> None:
        """Forget the questions that are gone and encode the new ones, if it is time. End early if ``stopped``.

        Takes up to .1 s of another process for each new question. Questions left after a failure come the next time.
        """
        if self._encoder is None or self._clock() < self._due:
            return
        try:
            texts = self._database.look(_texts)
        except SQLAlchemyError as error:
            log.warning("the questions can't be read; trying again", extra={"error": type(error).__name__})
            return
        self._vectors = {text: vector for text, vector in self._vectors.items() if text in texts}
        for text in texts:
            if text not in self._vectors:
                vector = None if stopped() else self._encoder.encode(question_text(text), READ_WITHIN)
                if vector is None:
                    return
                self._vectors[text] = vector
        self._due = self._clock() + EVERY


def _texts(session: Session) -> dict[str, None]:
    return {row.text: None for row in questions.earlier(session) if row.theme}
