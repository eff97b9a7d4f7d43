"""Two rows of one person that become one: somebody from a list, whom the bot has met under another id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.database import Base, insert_new
from storage.name_keys import FormerName

if TYPE_CHECKING:
    from storage.people import Person


_KEPT = (
    *("mail", "phone", "municipality_code", "role", "helps_with", "entra_id", "remind_by", "paused_until"),
    *("greeted_at", "last_active_at"),  # so that a person who was welcomed by mail is not greeted again
)
"""What the row that stays takes over, where it has nothing itself."""


def absorb(session: Session, kept: Person, other: Person) -> None:
    """Make two rows of one person one: everything that points at ``other`` points at ``kept``, and ``other`` goes.

    What both have (a role in the same table's key) is kept once.
    """
    session.flush()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if "on_erase" in column.info:
                _repoint(session, column, kept.id, other.id)
    for former in filter(None, (other.name, other.mail)):
        insert_new(session, FormerName, person_id=kept.id, text=former)
    for name in _KEPT:
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
    # a wish to be shown to fewer people stays
    kept.visible_to = max(kept.visible_to, other.visible_to, key=("network", "municipality", "kansli").index)
    session.expire(other)
    session.delete(other)
    session.flush()
    session.expire_all()


def _repoint(session: Session, column: Any, kept: int, other: int) -> None:
    keys = list(column.table.primary_key.columns)
    for row in session.execute(select(*keys).where(column == other)).all():
        this = [key == value for key, value in zip(keys, row, strict=True)]
        try:
            with session.begin_nested():
                session.execute(update(column.table).where(*this).values({column: kept}))
        except IntegrityError:
            session.execute(column.table.delete().where(*this))
