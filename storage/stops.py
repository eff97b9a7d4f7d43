"""Messages that the kansli has stopped before they went.

A stopped message is a cancelled row of the outbox: so whatever plans it finds its key taken. ``error`` names the stop,
and the audit log has the same name and says who stopped it. A row without content was written by the stop itself, and
goes with it when the stop is undone; then the message is planned again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage import outbox
from storage.chunks import in_chunks
from storage.database import insert_all_new, wake
from storage.outbox import Delivery, State

NAME = "stop:"
"""How the name of a stop begins."""
_COPIED = (
    *("key", "subject", "lane", "operation", "person_id", "conversation_id", "thread_id", "activity_id", "target"),
    *("repeat", "reach", "mail_after", "dated", "created_at", "expires_at"),
)


def stop(session: Session, waiting: Collection[int], planned: Sequence[Delivery], name: str, now: datetime) -> int:
    """Cancel waiting rows, and take the keys of planned ones that have no row yet. Return how many were stopped."""
    ended = {"content_hash": None, "state": State.CANCELLED, "error": name, "settled_at": now}
    rows = [{**{column: getattr(row, column) for column in _COPIED}, **ended} for row in planned]
    rows = [{**fields, "not_before": row.not_before} for fields, row in zip(rows, planned, strict=True)]
    parts = in_chunks(sorted(waiting))
    cancelled = sum(outbox.cancel_all(session, Delivery.id.in_(part), now, why=name) for part in parts)
    return cancelled + sum(insert_all_new(session, Delivery, part) for part in in_chunks(rows, 1000))


def coming(session: Session, now: datetime) -> Sequence[Delivery]:
    """Return the stopped messages that have not reached their time, the first ones first."""
    these = Delivery.state == State.CANCELLED, Delivery.error.startswith(NAME), Delivery.not_before > now
    return session.scalars(select(Delivery).where(*these).order_by(Delivery.not_before, Delivery.id)).all()


def undo(session: Session, name: str, now: datetime) -> int:
    """Let the messages of a stop go that have not reached their time. Return how many there were."""
    these = Delivery.state == State.CANCELLED, Delivery.error == name, Delivery.not_before > now
    planned = session.scalars(delete(Delivery).where(*these, Delivery.content_hash.is_(None)).returning(Delivery.id))
    again = {"state": State.WAITING, "error": "", "settled_at": None}
    waiting = session.scalars(update(Delivery).where(*these).values(again).returning(Delivery.id))
    number = len(planned.all()) + len(waiting.all())
    wake(session, outbox.QUEUE)
    return number
