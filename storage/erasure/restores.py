"""Whom a database that was restored from a backup must forget again: those erased after the backup was taken."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.erasure.hashes import ErasedIdentity, ErasedSalt, digest
from storage.people import Person


def kept(session: Session) -> dict[str, Any]:
    """Salt and hashes, by which the erased are known again. They name nobody, but an address can be tried on them."""
    salt = session.scalar(select(ErasedSalt.salt)) or ""
    return {"salt": salt, "hashes": sorted(session.scalars(select(ErasedIdentity.hash)))}


def back(session: Session, salt: str, hashes: Collection[str]) -> list[int]:
    """The ids of people who are here although :func:`kept` of a later time has them among the erased."""
    rows = session.execute(select(Person.id, Person.teams_id, Person.entra_id, Person.mail).order_by(Person.id))
    known = set(hashes)
    return [who for who, *ids in rows if any(digest(salt, one) in known for one in ids if one)] if salt else []
