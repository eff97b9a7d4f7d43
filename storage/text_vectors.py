"""Vectors of the bank's texts, kept so that a restart or another replica does not encode them again.

A text is known by its hash. A vector tells something of its text, so it goes when the text does: each time the bank's
texts have changed, :func:`forget_others` deletes all vectors but theirs. Members' questions are never kept here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_all_new

_AT_A_TIME = 500
"""Hashes in one statement; SQLite takes 32,766 parameters, older versions 999."""


class TextVector(Base):
    """What one encoder made of one text."""

    __tablename__ = "text_vectors"

    encoder: Mapped[str] = mapped_column(String(60), primary_key=True)
    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    """Numbers of two bytes each."""


def digest(text: str) -> str:
    """Return the hash by which a text is known."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def known(session: Session, encoder: str, hashes: Collection[str]) -> dict[str, bytes]:
    """Return the vectors of these texts, by hash. One that is not kept is not there."""
    found: dict[str, bytes] = {}
    for part in _parts(sorted(hashes)):
        query = select(TextVector.text_hash, TextVector.vector)
        query = query.where(TextVector.encoder == encoder, TextVector.text_hash.in_(part))
        found.update((key, vector) for key, vector in session.execute(query))
    return found


def keep(session: Session, encoder: str, vectors: Mapping[str, bytes]) -> None:
    """Keep these vectors. Those that another replica has kept meanwhile stay as they are."""
    rows = [{"encoder": encoder, "text_hash": key, "vector": vectors[key]} for key in sorted(vectors)]
    insert_all_new(session, TextVector, rows)


def forget_others(session: Session, encoder: str, hashes: Collection[str]) -> int:
    """Delete the vectors of texts that are not among ``hashes``, and those of other encoders. Return how many."""
    kept, wanted = session.execute(select(TextVector.encoder, TextVector.text_hash)), set(hashes)
    gone = [(name, key) for name, key in kept if name != encoder or key not in wanted]
    for name in {name for name, _ in gone}:
        for part in _parts([key for other, key in gone if other == name]):
            session.execute(delete(TextVector).where(TextVector.encoder == name, TextVector.text_hash.in_(part)))
    return len(gone)


def _parts(hashes: list[str]) -> Iterator[list[str]]:
    return (hashes[start : start + _AT_A_TIME] for start in range(0, len(hashes), _AT_A_TIME))
