"""What members say so that they can be matched with a contact person: what they wrestle with, and what they want."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, false
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, person_key


class MatchProfile(Base):
    """A person's wishes about contact persons. What they can help with is :attr:`storage.people.Person.helps_with`."""

    __tablename__ = "match_profiles"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    wrestles_with: Mapped[str] = mapped_column(Text, default="")
    """In their own words."""
    wanted_at: Mapped[datetime | None]
    """Since when they want a contact person; null if they don't."""
    most: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many newcomers they are willing to be the contact person of at a time; 0 if they have not offered."""
    unanswered: Mapped[int] = mapped_column(default=0, server_default="0")
    """Rounds in a row in which they did not answer."""
    paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether they take part in no rounds until they say so."""
    changed_at: Mapped[datetime]


def of_person(session: Session, person_id: int) -> MatchProfile | None:
    """Return a person's wishes; None if they have said nothing."""
    return session.get(MatchProfile, person_id)


def ensure(session: Session, person_id: int, now: datetime) -> MatchProfile:
    """Return a person's row, made if new. Set its fields to change the wishes."""
    insert_new(session, MatchProfile, person_id=person_id, wanted_at=None, changed_at=now)
    profile = session.get_one(MatchProfile, person_id, with_for_update=True, populate_existing=True)
    profile.changed_at = now
    return profile
