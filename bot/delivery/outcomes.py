"""The outcome of trying to send a row, as its columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

from bot.delivery.reach import OUTSIDE
from bot.ports import DeliveryWay, Failed, Posted, TryLater, Uncertain, Unreachable
from storage.outbox import HARMLESS, KEPT_FOR, MOST_DOUBTS, WITHOUT_ID, Delivery, State
from storage.outgoing import Repeat
from storage.reminder_choices import PAUSED

Outcome: TypeAlias = dict[str, Any]


def sent(way: DeliveryWay, posted: Posted) -> Outcome:
    """Return that it was sent, and where it is. A message in Teams without an id is marked."""
    return {
        "state": State.SENT,
        "error": "" if posted.activity_id or way in OUTSIDE else WITHOUT_ID,
        "route": way,
        "sent_conversation_id": posted.conversation_id or None,
        "sent_thread_id": posted.thread_id,
        "sent_activity_id": posted.activity_id,
        "join_url": posted.join_url,
    }


def refused(by: Unreachable | Failed) -> Outcome:
    """Return that no way was left."""
    if isinstance(by, Unreachable):
        return {"state": State.UNREACHABLE, "error": by.reason}
    return {"state": State.FAILED, "error": by.code}


def fault(reference: str, until: datetime | None) -> Outcome:
    """Return that we have a bug, which would come again; or with ``until`` that the database was away."""
    error = f"fault {reference}"
    if until is None:
        return {"state": State.FAILED, "error": error}
    return {"state": State.WAITING, "error": error, "not_before": until}


def put_back(row: Delivery, until: datetime) -> Outcome:
    """Return that nothing was tried, because it is not its turn yet."""
    return {"state": State.WAITING, "attempts": row.attempts - 1, "not_before": until}


def paused(row: Delivery, until: datetime) -> Outcome:
    """Return that the person wants no reminders before ``until``. A row with a date of its own may expire by then."""
    kept = {} if row.dated else {"expires_at": until + KEPT_FOR}
    return {**put_back(row, until), "error": PAUSED, **kept}


def again(row: Delivery, error: TryLater | Uncertain, until: datetime, last: datetime) -> Outcome:
    """Return that it is tried again at ``until``, the last time at ``last``; or that it is ``uncertain``."""
    doubtful = row.operation not in HARMLESS and (isinstance(error, Uncertain) or error.doubtful)
    asked = isinstance(error, TryLater) or row.repeat == Repeat.AGAIN
    doubts = row.doubts + doubtful
    if doubtful and (not asked or row.doubts >= MOST_DOUBTS):
        return {"state": State.UNCERTAIN, "error": error.code, "doubts": doubts}
    if doubtful and doubts == MOST_DOUBTS:
        until = max(until, last)
    return {"state": State.WAITING, "error": error.code, "doubts": doubts, "not_before": until}
