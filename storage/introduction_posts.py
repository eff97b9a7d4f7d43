"""The texts of introductions and requests for a contact person: a person's own words about themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, delete, exists, select, update
from sqlalchemy.orm import Session

from storage import contents
from storage.contents import Content
from storage.outbox import Delivery, State


def forget(session: Session, subject: str, instead: str, now: datetime) -> None:
    """Forget what was sent about ``subject``. The rows stay, so that nothing is sent again.

    A message that is on its way right now must have some words: it gets ``instead``.
    """
    theirs = Delivery.subject == subject
    old = set(session.scalars(select(Delivery.content_hash).where(theirs, Delivery.content_hash.is_not(None))))
    fresh = contents.keep(session, {"": {"text": instead}}, now)[""] if old else None
    words = case((Delivery.state == State.SENDING, fresh), else_=None)
    session.execute(update(Delivery).where(theirs, Delivery.content_hash.in_(old)).values(content_hash=words))
    unused = ~exists().where(Delivery.content_hash == Content.hash)
    session.execute(delete(Content).where(Content.hash.in_(old | {fresh}), unused))
