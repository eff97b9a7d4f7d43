"""What came of trying to send a row, as its columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

from bot.ports import DeliveryWay, Failed, Posted, TryLater, Uncertain, Unreachable
from storage.outbox import HARMLESS, KEPT_FOR, MOST_DOUBTS, Delivery, State
from storage.outgoing import Repeat
from storage.reminder_choices import PAUSED

Outcome: TypeAlias = dict[str, Any]


def sent(way: DeliveryWay, posted: Posted) -> Outcome:
    """It went, and this is where to find it."""
    return {
        "state": State.SENT,
        "error": "",
        "route": way,
        "sent_conversation_id": posted.conversation_id or None,
        "sent_thread_id": posted.thread_id,
        "sent_activity_id": posted.activity_id,
    }


def refused(by: Unreachable | Failed) -> Outcome:
    """No way was left."""
    if isinstance(by, Unreachable):
        return {"state": State.UNREACHABLE, "error": by.reason}
    return {"state": State.FAILED, "error": by.code}


def fault(reference: str, until: datetime | None) -> Outcome:
    """A bug, which would come again. With ``until`` a database that was away: it is asked before anything is sent."""
    error = f"fault {reference}"
    if until is None:
        return {"state": State.FAILED, "error": error}
    return {"state": State.WAITING, "error": error, "not_before": until}


def put_back(row: Delivery, until: datetime) -> Outcome:
    """Nothing was tried: it is not its turn yet."""
    return {"state": State.WAITING, "attempts": row.attempts - 1, "not_before": until}


def paused(row: Delivery, until: datetime) -> Outcome:
    """They want no reminders before ``until``. A row whose date passes meanwhile expires then."""
    kept = {} if row.dated else {"expires_at": until + KEPT_FOR}
    return {**put_back(row, until), "error": PAUSED, **kept}


def again(row: Delivery, error: TryLater | Uncertain, until: datetime, last: datetime) -> Outcome:
    """It did not go, or may have: tried again at ``until``, the last time at ``last``, or left as ``uncertain``."""
    doubtful = row.operation not in HARMLESS and (isinstance(error, Uncertain) or error.doubtful)
    asked = isinstance(error, TryLater) or row.repeat == Repeat.AGAIN
    doubts = row.doubts + doubtful
    if doubtful and (not asked or row.doubts >= MOST_DOUBTS):
        return {"state": State.UNCERTAIN, "error": error.code, "doubts": doubts}
    if doubtful and doubts == MOST_DOUBTS:
        until = max(until, last)
    return {"state": State.WAITING, "error": error.code, "doubts": doubts, "not_before": until}
