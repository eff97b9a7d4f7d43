"""The outbox's rows when the clock was set back: most wait for intervals, not for dates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from storage.outbox import REPLY, Delivery, State
from storage.reminder_choices import PAUSED


def bring_forward(session: Session, now: datetime) -> None:
    """Let deliveries go now that wait for another try, or were due when they were written. Dates and pauses stay."""
    waits = Delivery.state == State.WAITING, Delivery.error != PAUSED, Delivery.not_before > now
    at_once = Delivery.not_before <= Delivery.created_at, Delivery.subject == REPLY
    undated = or_(Delivery.claimed_at.is_not(None), *at_once)
    session.execute(update(Delivery).where(*waits, undated).values(not_before=now))
