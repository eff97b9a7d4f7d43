"""Warnings to the kansli that the bot's own secret or certificate expires: once at each rung."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import swedish
from bot.upkeep import cards
from storage import credentials, kansli
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson

RUNGS = (30, 14, 3)
"""Days before the end. Each moves earlier out of quiet times; after a pause only the last one reached is told."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """What the kansli is to be told by ``now``."""
    expires_at = credentials.expires_at(session)
    if expires_at is None or now >= expires_at:  # an expired secret sends nothing
        return []
    reached = [rung for rung in RUNGS if now >= swedish.previous_open(expires_at - timedelta(days=rung))]
    if not reached:
        return []
    opens = swedish.next_open(now)
    not_before = opens if opens < expires_at else now  # in July too: after the end it can't be sent
    card = cards.secret_expires(expires_at, max(now, not_before))
    subject = _subject(expires_at)
    return [
        Outgoing(
            key=f"{subject}:rung:-{reached[-1]}:person:{person.id}",
            subject=subject,
            to=ToPerson(person.id),
            text=card["fallbackText"],
            card=card,
            not_before=not_before,
            expires_at=expires_at,
            reach=Reach.REMINDER,
            mail=cards.by_mail(expires_at, max(now, not_before)),
        )
        for person in kansli.everyone(session)
        if not person.away(swedish.date_of(now))  # after a pause they get one, which says the days that are left then
    ]


def still_wanted(session: Session, row: Delivery) -> bool:
    """Whether the secret that a warning is about is still the one in use."""
    expires_at = credentials.expires_at(session)
    return expires_at is not None and row.subject == _subject(expires_at)


def _subject(expires_at: datetime) -> str:
    return f"app_credential:{expires_at.astimezone(swedish.STOCKHOLM):%Y-%m-%d}"
