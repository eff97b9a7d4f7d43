"""The texts of introductions in channels: a person's own words about themselves."""

from __future__ import annotations

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from storage.contents import Content
from storage.outbox import Delivery


def forget(session: Session, subject: str) -> None:
    """Forget what was posted about ``subject``. The rows stay, so that nothing is posted again."""
    theirs = Delivery.subject == subject
    hashes = set(session.scalars(select(Delivery.content_hash).where(theirs, Delivery.content_hash.is_not(None))))
    session.execute(update(Delivery).where(theirs).values(content_hash=None))
    unused = ~exists().where(Delivery.content_hash == Content.hash)
    session.execute(delete(Content).where(Content.hash.in_(hashes), unused))
