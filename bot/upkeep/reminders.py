"""Warn the kansli, once at each rung, that the bot's own secret or certificate expires."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot import swedish
from bot.delivery.ladder import Ladder, Rung
from bot.upkeep import cards
from storage import credentials, kansli
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson

LADDER = Ladder((Rung(-30), Rung(-14), Rung(-3)), stamp="")


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return what the kansli is to be told by ``now``. An expired secret sends nothing."""
    expires_at = credentials.expires_at(session)
    step = LADDER.due(expires_at, now) if expires_at else None
    if expires_at is None or step is None:
        return []
    card = cards.secret_expires(expires_at, step.not_before)
    return [
        Outgoing(
            step.key(_subject(expires_at), person.id),
            _subject(expires_at),
            ToPerson(person.id),
            card=card,
            not_before=step.not_before,
            expires_at=step.until,
            reach=Reach.REMINDER,
            mail=cards.by_mail(expires_at, step.not_before),
        )
        for person in kansli.everyone(session)
        if not person.away(swedish.date_of(now))  # after a pause they get one, with the days that are left then
    ]


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether the secret that a warning is about is still the one in use."""
    expires_at = credentials.expires_at(session)
    return expires_at is not None and row.subject == _subject(expires_at)


def _subject(expires_at: datetime) -> str:
    return f"app_credential:{expires_at.astimezone(swedish.STOCKHOLM):%Y-%m-%d}"
