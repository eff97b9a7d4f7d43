"""What a feature asks to have sent: the values that :func:`storage.outbox.enqueue` takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeAlias

import orjson


class Operation(StrEnum):
    """What a delivery does in Teams."""

    PERSON = "person"
    """Write in somebody's own chat with the bot."""
    THREAD = "thread"
    """Start a thread in a channel."""
    REPLY = "reply"
    """Write in a conversation or a thread that is there."""
    UPDATE = "update"
    DELETE = "delete"


class Repeat(StrEnum):
    """What becomes of a message that may have arrived, or not."""

    AGAIN = "again"
    """Send it again, and mark the row: an answer or a reminder is better twice than never."""
    ASK = "ask"
    """Let the kansli decide: an announcement to everybody is better late than twice."""


@dataclass(frozen=True, slots=True)
class ToThread:
    """A thread of a channel; or with no ``thread_id`` a chat of several people."""

    conversation_id: str
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToPerson:
    """Somebody's own chat with the bot, opened if need be. Failing that a mention ``else_in`` a thread, if given.

    Give ``else_in`` only for what everybody in that thread may read.
    """

    person_id: int
    else_in: ToThread | None = None


@dataclass(frozen=True, slots=True)
class ToChannel:
    """A channel, in a new thread."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class ThreadOf:
    """The thread that the delivery with this key started, or the chat that it went to."""

    key: str


@dataclass(frozen=True, slots=True)
class ToMessage:
    """A message of ours, such as the card that carries a pressed button: replaced, or with no content taken away."""

    conversation_id: str
    activity_id: str
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessageOf:
    """The message that the delivery with this key sent: replaced, or with no content taken away."""

    key: str


Recipient: TypeAlias = ToPerson | ToChannel | ToThread | ThreadOf | ToMessage | MessageOf


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to send. Raises :class:`ValueError` for content that its recipient can't have."""

    key: str
    """Unique for ever, at most 200 characters. Names the date it refers to, so that a moved date tells again."""
    subject: str
    """The cause, as ``question:12``. Ending the cause cancels what waits for it."""
    to: Recipient
    text: str = ""
    """Plain text or Teams Markdown. With a card: what notifications and screen readers say."""
    card: dict[str, Any] | None = None
    lane: str = ""
    """What goes one at a time, in order, the newest version of a card winning. By default the message itself."""
    not_before: datetime | None = None
    """None is now."""
    expires_at: datetime | None = None
    """When it is no longer worth sending; None is seven days after it was to go."""
    repeat: Repeat = Repeat.AGAIN

    def __post_init__(self) -> None:
        if not self.key or not self.subject or max(len(self.key), len(self.subject), len(self.lane)) > 200:  # noqa: PLR2004 - the columns' width
            raise ValueError(f"key, subject and lane have 1 to 200 characters: {self.key!r}")
        if self.body is None and not isinstance(self.to, ToMessage | MessageOf):
            raise ValueError(f"there is nothing to send: {self.key!r}")

    @property
    def body(self) -> dict[str, Any] | None:
        """The content as it is stored; None for a message to be taken away."""
        return {"text": self.text, "card": self.card} if self.text or self.card is not None else None


def digest(outgoing: Outgoing) -> str | None:
    """The address of the content: equal contents are stored once."""
    body = outgoing.body
    return None if body is None else sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def columns(outgoing: Outgoing) -> dict[str, Any]:
    """The columns of ``deliveries`` that say what to send, where, and how."""
    where: dict[str, Any]
    found = {
        "key": outgoing.key,
        "subject": outgoing.subject,
        "lane": outgoing.lane or outgoing.key,
        "repeat": outgoing.repeat,
        "content_hash": digest(outgoing),
    }
    change = Operation.DELETE if outgoing.body is None else Operation.UPDATE
    match outgoing.to:
        case ToPerson(person_id, near):
            place = _place(near) if near else {}
            where = {"operation": Operation.PERSON, "person_id": person_id, **place}
        case ToChannel(conversation_id):
            where = {"operation": Operation.THREAD, "conversation_id": conversation_id}
        case ToThread() as thread:
            where = {"operation": Operation.REPLY, **_place(thread)}
        case ThreadOf(key):
            where = {"operation": Operation.REPLY, "target": key}
        case ToMessage(conversation_id, activity_id, thread_id):
            where = {"operation": change, **_place(ToThread(conversation_id, thread_id)), "activity_id": activity_id}
            found["lane"] = outgoing.lane or f"{conversation_id} {activity_id}"[-200:]
        case MessageOf(key):
            where = {"operation": change, "target": key}
            found["lane"] = outgoing.lane or key
    return {**found, **where}


def _place(thread: ToThread) -> dict[str, str | None]:
    return {"conversation_id": thread.conversation_id, "thread_id": thread.thread_id}
