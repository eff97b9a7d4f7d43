"""Retries of the outbox when the clock was set back: they wait for intervals, not for dates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.outbox import Delivery, State
from storage.reminder_choices import PAUSED


def bring_forward(session: Session, now: datetime) -> None:
    """Let deliveries that were claimed before and wait for another try go now. Dates and pauses stay."""
    tried = Delivery.state == State.WAITING, Delivery.claimed_at.is_not(None), Delivery.error != PAUSED
    session.execute(update(Delivery).where(*tried, Delivery.not_before > now).values(not_before=now))
