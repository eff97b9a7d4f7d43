"""Fetches the vectors of the bank's texts: from the database where it has them, else from the encoder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Lock

import numpy as np
from sqlalchemy.orm import Session

from bot.search import semantic
from bot.search.encoder import READ_WITHIN, Encoder
from bot.search.scorer import SearchEntry
from bot.search.semantic import Vector
from storage import text_vectors
from storage.database import Database

CHUNK = 20
"""Texts that are encoded between two writes: at most about a second, so that a stop loses little."""


class VectorStore:
    """The vectors of the bank's texts as this process knows them, for any thread."""

    def __init__(self, database: Database, encoder: Encoder) -> None:
        self._database = database
        self._encoder = encoder
        self._lock = Lock()
        self._known: dict[str, Vector] = {}

    def of(self, entries: Sequence[SearchEntry], stopped: Callable[[], bool]) -> Mapping[str, Vector] | None:
        """Return the vectors of all texts of ``entries``. None if the encoder failed, or ``stopped`` before the end.

        Takes up to .1 s of another process for each text that the database does not have. Raise
        :class:`sqlalchemy.exc.SQLAlchemyError` if the database can't be reached.
        """
        with self._lock:
            return self._of(semantic.texts(entries), stopped)

    def _of(self, texts: Sequence[str], stopped: Callable[[], bool]) -> Mapping[str, Vector] | None:
        wanted = set(texts)
        changed = self._known.keys() != wanted
        self._known = {text: vector for text, vector in self._known.items() if text in wanted}
        missing = [text for text in texts if text not in self._known]
        if missing:
            self._read(missing)
        missing = [text for text in missing if text not in self._known]
        for start in range(0, len(missing), CHUNK):
            if stopped() or not self._encode(missing[start : start + CHUNK]):
                return None
        if changed:  # a text that is gone must not leave its vector behind
            hashes = [text_vectors.digest(text) for text in texts]
            self._database.play(partial(text_vectors.forget_others, encoder=self._encoder.name, hashes=hashes))
        return dict(self._known)

    def _read(self, texts: Sequence[str]) -> None:
        by_hash = {text_vectors.digest(text): text for text in texts}

        def stored(session: Session) -> dict[str, bytes]:
            return text_vectors.known(session, self._encoder.name, by_hash)

        for key, packed in self._database.look(stored).items():
            self._known[by_hash[key]] = _unpacked(packed)

    def _encode(self, texts: Sequence[str]) -> bool:
        """Encode and keep these texts. Return False if the encoder failed; the vectors before that are kept."""
        packed: dict[str, bytes] = {}
        for text in texts:
            vector = self._encoder.encode(text, READ_WITHIN)
            if vector is None:
                break
            packed[text] = vector.astype("<f2").tobytes()
        by_hash = {text_vectors.digest(text): vector for text, vector in packed.items()}
        self._database.play(partial(text_vectors.keep, encoder=self._encoder.name, vectors=by_hash))
        self._known |= {text: _unpacked(vector) for text, vector in packed.items()}
        return len(packed) == len(texts)


def _unpacked(vector: bytes) -> Vector:
    return np.frombuffer(vector, dtype="<f2").astype(np.float32)
