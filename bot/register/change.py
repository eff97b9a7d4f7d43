"""A change to the bot's data: who makes it, when, and in which transaction.

Rules that write take ``change`` first; functions that read take ``session``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.swedish import date_of
from bot.turn import Turn
from storage import audit


@dataclass(frozen=True, slots=True)
class Change:
    """A change under way: its transaction, its author (None: an operator's command) and its time."""

    session: Session
    by: int | None
    now: datetime

    @classmethod
    def of(cls, turn: Turn) -> Change:
        """Return the change that a turn's person makes."""
        return cls(turn.session, turn.person.id, turn.now)

    @property
    def today(self) -> date:
        """Return the date in Sweden."""
        return date_of(self.now)

    def record(self, what: str, about: str, person_id: int | None = None) -> None:
        """Write in the audit log what was done to a row, such as ``municipality:1427``, and to which person."""
        audit.record(self.session, self.by, what, about, self.now, person_id=person_id)


def refuse_stale(turn: Turn, saved_at: datetime | None, refusal: str) -> None:
    """Raise :class:`UserError` if the row was saved after the pressed form had been shown."""
    if turn.data.get("seen") != (saved_at.isoformat() if saved_at else ""):
        raise UserError(refusal)
