"""What the outbox sends: each text or card once, with the people that it names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import name_keys
from storage.database import Base, insert_new, person_key
from storage.outgoing import digest_of
from storage.people import Person


class Content(Base):
    """A message, stored once for all its deliveries (10,000 rows with one card: 80 ms instead of 436)."""

    __tablename__ = "contents"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[dict[str, Any]]
    """``text``, ``card``, ``mail`` (:class:`storage.outgoing.AsMail`) if a mail may go; or ``appointment``.

    Names of people stand in it with their keys (:mod:`storage.name_keys`).
    """
    used_at: Mapped[datetime]
    """When it was last enqueued. Writing it locks the row against the cleaning that would delete it."""


class ContentPerson(Base):
    """A person whom a content names, so that erasing them finds it."""

    __tablename__ = "content_people"

    content_hash: Mapped[str] = mapped_column(ForeignKey("contents.hash", ondelete="CASCADE"), primary_key=True)
    written_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The key that stands in the content. Its row may have become one with that of ``person_id`` since."""
    person_id: Mapped[int] = person_key(on_erase="delete")


def keep(session: Session, bodies: Mapping[str, dict[str, Any] | None], now: datetime) -> dict[str, str | None]:
    """Store contents by the keys of their deliveries. Return their hashes; None where there is nothing to send."""
    named = {key: name_keys.keys(body) for key, body in bodies.items()}
    here = _here(session, {person_id for ids in named.values() for person_id in ids})
    kept = {key: name_keys.without(body, named[key] - here) for key, body in bodies.items()}
    hashes = {key: None if body is None else digest_of(body) for key, body in kept.items()}
    by_hash = {content_hash: key for key, content_hash in hashes.items() if content_hash}
    for content_hash in sorted(by_hash):  # in one order everywhere, or two transactions lock each other out
        key = by_hash[content_hash]
        _store(session, content_hash, kept[key], {person_id: person_id for person_id in named[key] & here}, now)
    return hashes


def replace(session: Session, old: Content, body: dict[str, Any], now: datetime) -> str:
    """Change what a content says, and return its new hash. The caller points its deliveries there."""
    rows = select(ContentPerson.written_id, ContentPerson.person_id).where(ContentPerson.content_hash == old.hash)
    named = {written: person for written, person in session.execute(rows) if written in name_keys.keys(body)}
    fresh = digest_of(body)
    _store(session, fresh, body, named, now)
    return fresh


def _store(session: Session, content_hash: str, body: Any, named: Mapping[int, int], now: datetime) -> None:
    """``named`` are the people in it: the key as written, and whose it is now."""
    if not insert_new(session, Content, hash=content_hash, body=body, used_at=now):
        session.execute(update(Content).where(Content.hash == content_hash).values(used_at=now))
    for written_id, person_id in sorted(named.items()):
        insert_new(session, ContentPerson, content_hash=content_hash, written_id=written_id, person_id=person_id)


def _here(session: Session, person_ids: Collection[int]) -> set[int]:
    """Return those of the people who are still there: one may have been erased since a text was written."""
    return set(session.scalars(select(Person.id).where(Person.id.in_(person_ids)))) if person_ids else set()
