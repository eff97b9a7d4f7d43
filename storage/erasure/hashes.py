"""The people whom the bot has forgotten: salted hashes, so that a mirroring job does not add them again.

Several hashes (Entra id, Teams id, mail) share a random reference, which is all that the audit log says of the person.
Writing to the bot again lifts them. The salt keeps somebody who only has this table from trying out addresses.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import String, delete, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new


class ErasedSalt(Base):
    """One row: the salt of this installation's hashes, made when somebody is erased first."""

    __tablename__ = "erased_salt"

    id: Mapped[int] = mapped_column(primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))


class ErasedIdentity(Base):
    """One of the ids of somebody erased."""

    __tablename__ = "erased_identities"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), index=True)
    at: Mapped[datetime]


def remember(session: Session, identities: Iterable[str], now: datetime) -> str:
    """Keep the hashes of these ids and addresses; their reference."""
    insert_new(session, ErasedSalt, id=1, salt=secrets.token_hex(32))
    salt, reference = _salt(session), secrets.token_hex(4)
    for hashed in sorted(digest(salt, one) for one in identities):
        session.execute(delete(ErasedIdentity).where(ErasedIdentity.hash == hashed))  # erased, came back, again erased
        insert_new(session, ErasedIdentity, hash=hashed, reference=reference, at=now)
    return reference


def is_erased(session: Session, *identities: str | None) -> bool:
    """Whether somebody with one of these ids or addresses was erased and has not written since."""
    found = _found(session, identities)
    return bool(found) and bool(session.scalar(select(exists().where(ErasedIdentity.hash.in_(found)))))


def lift(session: Session, *identities: str | None) -> None:
    """They write again: forget that they were erased, under every id."""
    found = _found(session, identities)
    if found:
        again = select(ErasedIdentity.reference).where(ErasedIdentity.hash.in_(found))
        session.execute(delete(ErasedIdentity).where(ErasedIdentity.reference.in_(again)))


def _found(session: Session, identities: Iterable[str | None]) -> list[str]:
    salt = _salt(session)
    return [digest(salt, one) for one in identities if one] if salt else []


def _salt(session: Session) -> str:
    """Empty where nobody was ever erased."""
    return session.scalar(select(ErasedSalt.salt)) or ""


def digest(salt: str, identity: str) -> str:
    """Return the hash that is kept of an erased person's id or address."""
    return blake2b(identity.strip().casefold().encode(), key=salt.encode(), digest_size=32).hexdigest()


def kept(session: Session) -> dict[str, Any]:
    """Return salt and hashes, by which the erased are known after a restore. They name nobody, but can be tried on."""
    return {"salt": _salt(session), "hashes": sorted(session.scalars(select(ErasedIdentity.hash)))}
