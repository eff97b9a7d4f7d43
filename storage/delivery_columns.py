"""How a feature's :class:`storage.outgoing.Outgoing` is kept: the columns of its row in the outbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from storage.outgoing import (
    MessageOf,
    Operation,
    Outgoing,
    ThreadOf,
    ToCalendar,
    ToChannel,
    ToMail,
    ToMessage,
    ToNewChat,
    ToPerson,
    ToThread,
)


def columns(outgoing: Outgoing) -> dict[str, Any]:
    """Return the columns of ``deliveries`` that say where to send it and how; what is sent is a content."""
    where: dict[str, Any]
    common = {
        "key": outgoing.key,
        "subject": outgoing.subject,
        "lane": outgoing.lane or outgoing.key,
        "repeat": outgoing.repeat,
        "reach": outgoing.reach,
        "doubts": outgoing.doubts,
        "dated": outgoing.expires_at is not None,
        "mail_after": None if outgoing.mail_after is None else outgoing.mail_after // timedelta(minutes=1),
    }
    change = Operation.UPDATE if outgoing.text or outgoing.card is not None else Operation.DELETE
    match outgoing.to:
        case ToPerson(person_id, near):
            place = _place(near) if near else {}
            where = {"operation": Operation.PERSON, "person_id": person_id, **place}
        case ToMail(person_id):
            where = {"operation": Operation.MAIL, "person_id": person_id}
        case ToChannel(conversation_id):
            where = {"operation": Operation.THREAD, "conversation_id": conversation_id}
        case ToThread() as thread:
            where = {"operation": Operation.REPLY, **_place(thread)}
        case ThreadOf(key):
            where = {"operation": Operation.REPLY, "target": key}
        case ToMessage(conversation_id, activity_id, thread_id):
            where = {"operation": change, **_place(ToThread(conversation_id, thread_id)), "activity_id": activity_id}
            common["lane"] = outgoing.lane or f"{conversation_id} {activity_id}"[-200:]
        case MessageOf(key):
            where, common["lane"] = {"operation": change, "target": key}, outgoing.lane or key
        case ToCalendar() as entry:
            where = {"operation": Operation.INVITE if outgoing.appointment else Operation.CALL_OFF}
            common["lane"] = entry.lane
        case ToNewChat():
            where = {"operation": Operation.OPEN_CHAT}
    return {**common, **where}


def _place(thread: ToThread) -> dict[str, str | None]:
    return {"conversation_id": thread.conversation_id, "thread_id": thread.thread_id}
