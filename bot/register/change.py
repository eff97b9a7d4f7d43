"""A change to what the network knows: who makes it, when, and in which transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.turn import Turn
from storage import audit
from storage.people import Person


@dataclass(frozen=True, slots=True)
class Change:
    """A change under way: in which transaction, by whom (None: an operator's command) and when."""

    session: Session
    by: int | None
    now: datetime

    @classmethod
    def of(cls, turn: Turn) -> Change:
        """What a turn's person does."""
        return cls(turn.session, turn.person.id, turn.now)

    def record(self, what: str, code: str, person_id: int | None = None) -> None:
        """Write down what was done to a municipality, and whom it concerned."""
        audit.record(self.session, self.by, what, f"municipality:{code}", self.now, person_id=person_id)

    def record_person(self, what: str, person: Person) -> None:
        """Write down what was done to a person."""
        audit.record(self.session, self.by, what, f"person:{person.id}", self.now, person_id=person.id)
