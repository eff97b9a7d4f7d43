"""What the outbox sends: each text or card once, with the people that it names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Executable, ForeignKey, String, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import name_keys
from storage.database import Base, insert_new, person_key, table_of
from storage.outgoing import digest_of, dump
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
    written = {key: None if body is None else dump(body) for key, body in bodies.items()}
    named = {
        key: name_keys.keys(bodies[key]) if data and name_keys.SIGN in data else set() for key, data in written.items()
    }
    here = _here(session, {person_id for ids in named.values() for person_id in ids})
    kept = dict(bodies)
    for key, ids in named.items():
        if ids - here:
            body = name_keys.without(bodies[key], ids - here)
            kept[key], written[key] = body, dump(body)
    hashes = {key: None if data is None else sha256(data).hexdigest() for key, data in written.items()}
    by_hash = {content_hash: key for key, content_hash in hashes.items() if content_hash}
    _store(session, {content_hash: kept[key] for content_hash, key in by_hash.items()}, now)
    for content_hash, key in sorted(by_hash.items()):
        _name(session, content_hash, {person_id: person_id for person_id in named[key] & here})
    return hashes


def replace(session: Session, old: Content, body: dict[str, Any], now: datetime) -> str:
    """Change what a content says, and return its new hash. The caller points its deliveries there."""
    rows = select(ContentPerson.written_id, ContentPerson.person_id).where(ContentPerson.content_hash == old.hash)
    named = {written: person for written, person in session.execute(rows) if written in name_keys.keys(body)}
    fresh = digest_of(body)
    _store(session, {fresh: body}, now)
    _name(session, fresh, named)
    return fresh


def _store(session: Session, bodies: Mapping[str, Any], now: datetime) -> None:
    """Store contents by their hashes, and note that they are used now."""
    # in one order everywhere, or two transactions lock each other out
    rows = [{"hash": content_hash, "body": bodies[content_hash], "used_at": now} for content_hash in sorted(bodies)]
    if rows:
        session.execute(_use(session.get_bind().dialect.name), rows)


@cache
def _use(dialect: str) -> Executable:
    insert = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table_of(Content))
    return insert.on_conflict_do_update(index_elements=["hash"], set_={"used_at": insert.excluded.used_at})


def _name(session: Session, content_hash: str, named: Mapping[int, int]) -> None:
    """``named`` are the people in it: the key as written, and whose it is now."""
    for written_id, person_id in sorted(named.items()):
        insert_new(session, ContentPerson, content_hash=content_hash, written_id=written_id, person_id=person_id)


def _here(session: Session, person_ids: Collection[int]) -> set[int]:
    """Return those of the people who are still there: one may have been erased since a text was written."""
    return set(session.scalars(select(Person.id).where(Person.id.in_(person_ids)))) if person_ids else set()
