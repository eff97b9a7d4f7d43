"""The outcomes of trying to send a row, as values of its columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

from bot.delivery.reach import THROUGH_GRAPH
from bot.ports import DeliveryWay, Failed, Posted, TryLater, Uncertain, Unreachable
from storage.outbox import HARMLESS, KEPT_FOR, MOST_DOUBTS, WITHOUT_ID, Delivery, State
from storage.outgoing import Repeat
from storage.reminder_choices import PAUSED

Outcome: TypeAlias = dict[str, Any]


def sent(way: DeliveryWay, posted: Posted) -> Outcome:
    """Return that the row was sent, and where the message is. Mark a message in Teams that got no id."""
    return {
        "state": State.SENT,
        "error": "" if posted.activity_id or way in THROUGH_GRAPH else WITHOUT_ID,
        "route": way,
        "sent_conversation_id": posted.conversation_id or None,
        "sent_thread_id": posted.thread_id,
        "sent_activity_id": posted.activity_id,
        "join_url": posted.join_url,
    }


def refused(by: Unreachable | Failed) -> Outcome:
    """Return that no route is left."""
    if isinstance(by, Unreachable):
        return {"state": State.UNREACHABLE, "error": by.reason}
    return {"state": State.FAILED, "error": by.code}


def fault(reference: str, until: datetime | None) -> Outcome:
    """Return that we have a bug, which would come again. With ``until``: the database was away, so try again then."""
    error = f"fault {reference}"
    if until is None:
        return {"state": State.FAILED, "error": error}
    return {"state": State.WAITING, "error": error, "not_before": until}


def put_back(row: Delivery, until: datetime) -> Outcome:
    """Return that nothing was tried, because it is not the row's turn yet."""
    return {"state": State.WAITING, "attempts": row.attempts - 1, "not_before": until}


def paused(row: Delivery, until: datetime) -> Outcome:
    """Return that the person wants no reminders before ``until``. A row with its own date may expire by then."""
    expiry = {} if row.dated else {"expires_at": until + KEPT_FOR}
    return {**put_back(row, until), "error": PAUSED, **expiry}


def again(row: Delivery, error: TryLater | Uncertain, until: datetime, last: datetime) -> Outcome:
    """Return that the row is tried again at ``until``, the last time at ``last``; or that it is ``uncertain``."""
    doubtful = row.operation not in HARMLESS and (isinstance(error, Uncertain) or error.doubtful)
    asked = isinstance(error, TryLater) or row.repeat == Repeat.AGAIN
    doubts = row.doubts + doubtful
    if doubtful and (not asked or row.doubts >= MOST_DOUBTS):
        return {"state": State.UNCERTAIN, "error": error.code, "doubts": doubts}
    if doubtful and doubts == MOST_DOUBTS:
        until = max(until, last)
    return {"state": State.WAITING, "error": error.code, "doubts": doubts, "not_before": until}
