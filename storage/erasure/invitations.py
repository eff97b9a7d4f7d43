"""Takes an erased person out of calendar entries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage import appointments
from storage.invitations import Invitation


def withdraw(session: Session, person_ids: Collection[int], now: datetime) -> None:
    """Bring the entries that invite these people up to date without them.

    Call it before the people are deleted. Their rows then lose the person, and the address's mark is enough to remove
    the address from the entry.
    """
    theirs = Invitation.person_id.in_(list(person_ids))
    session.execute(delete(Invitation).where(theirs, Invitation.mark == ""))
    keys = session.scalars(select(Invitation.event_key).where(theirs).distinct().order_by(Invitation.event_key)).all()
    for event_key in keys:
        appointments.refresh(session, event_key, now)
