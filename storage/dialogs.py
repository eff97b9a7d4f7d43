"""Open dialogs: the answers given so far. The position in the dialog follows from the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, person_key

PRIVATE = "_private"
"""Among the answers: nobody else in the channel saw all of them."""


class OpenDialog(Base):
    """A dialog that a person has open in a conversation: at most one in each."""

    __tablename__ = "open_dialogs"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    conversation_id: Mapped[str] = mapped_column(String(300), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    answers: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]

    def may_be_seen(self, *, private: bool) -> bool:
        """Return whether a reply may show the answers: private ones only in one that is private, too."""
        return private or PRIVATE not in self.answers


_FIND = select(OpenDialog).where(
    OpenDialog.person_id == bindparam("person"), OpenDialog.conversation_id == bindparam("conversation")
)


def find(session: Session, person_id: int, conversation_id: str) -> OpenDialog | None:
    """Return the dialog this person has open here."""
    return session.scalars(_FIND, {"person": person_id, "conversation": conversation_id}).one_or_none()


def save(
    session: Session, person_id: int, conversation_id: str, *, name: str, answers: dict[str, Any], now: datetime
) -> OpenDialog:
    """Open a dialog, or store new answers of the open one. Replace a dialog of another name."""
    row = find(session, person_id, conversation_id)
    if row is None:
        row = OpenDialog(person_id=person_id, conversation_id=conversation_id)
        session.add(row)
    row.name, row.answers, row.changed_at = name, answers, now
    return row


def close(session: Session, row: OpenDialog) -> bool:
    """End the dialog. Return False if another transaction ended it first; PostgreSQL waits for that transaction."""
    session.flush()
    session.expunge(row)
    this = OpenDialog.person_id == row.person_id, OpenDialog.conversation_id == row.conversation_id
    return bool(session.execute(delete(OpenDialog).where(*this)).rowcount)  # type: ignore[attr-defined]
