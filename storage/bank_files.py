"""The whole knowledge bank at once, as its files hold it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from storage import faq
from storage.faq import Entry


def everything(session: Session) -> Sequence[Entry]:
    """Return every entry in any state with its phrasings, by theme and age."""
    query = select(Entry).order_by(Entry.theme, Entry.id).options(selectinload(Entry.phrasings))
    return session.scalars(query.execution_options(populate_existing=True)).all()


def lock(session: Session) -> None:
    """Hold the bank until the transaction ends: nobody edits an entry, and no other import adds one."""
    session.execute(select(Entry.id).order_by(Entry.id).with_for_update()).all()
    faq.touch(session)
