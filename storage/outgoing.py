"""What a feature asks to have sent: the values that :func:`storage.outbox.enqueue` takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeAlias

import orjson


class Operation(StrEnum):
    """What a delivery does in Teams."""

    PERSON = "person"
    """Write to somebody, in their own chat with the bot or as :class:`Reach` says."""
    MAIL = "mail"
    """The mail that goes with a reminder in the chat: its own row, so that neither is repeated for the other."""
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


class Reach(StrEnum):
    """How a message to a person finds its way (:mod:`bot.delivery.reach`)."""

    ANSWER = "answer"
    """To something that they did: in Teams only."""
    REMINDER = "reminder"
    """As they have chosen, and not in a pause."""
    ANNOUNCEMENT = "announcement"
    """In their own chat, else by mail."""


@dataclass(frozen=True, slots=True)
class AsMail:
    """What a mail says in a card's place, the same to everybody. In the activity feed the subject is the topic."""

    subject: str
    """Says by itself what it is about; a phone shows the first 40 characters."""
    text: str
    """Teams Markdown, without the greeting. Buttons do not work in a mail: it says what to do in the chat."""
    why: str
    """One sentence: why it comes to this person."""
    quote: str = ""
    """What somebody has written, shown letter by letter below the text."""


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
    reach: Reach = Reach.ANSWER
    mail: AsMail | None = None
    """Goes with every ``reach`` but ``ANSWER``, and with no other."""
    doubts: int = 0
    """How many sends may have arrived before the row was written: a reply that a turn could not send."""

    def __post_init__(self) -> None:
        if not self.key or not self.subject or max(len(self.key), len(self.subject), len(self.lane)) > 200:  # noqa: PLR2004 - the columns' width
            raise ValueError(f"key, subject and lane have 1 to 200 characters: {self.key!r}")
        if self.body is None and not isinstance(self.to, ToMessage | MessageOf):
            raise ValueError(f"there is nothing to send: {self.key!r}")
        if (self.mail is None) != (self.reach is Reach.ANSWER):
            raise ValueError(f"a reminder or announcement says how it reads as a mail, and nothing else: {self.key!r}")
        if self.mail is not None and (not isinstance(self.to, ToPerson) or len(self.key) > 190):  # noqa: PLR2004 - as above
            raise ValueError(f"only a person is reached by mail, and with a shorter key: {self.key!r}")

    @property
    def body(self) -> dict[str, Any] | None:
        """The content as it is stored; None for a message to be taken away."""
        if not self.text and self.card is None:
            return None
        by_mail = {} if self.mail is None else {"mail": asdict(self.mail)}
        return {"text": self.text, "card": self.card, **by_mail}


def number_of(subject: str) -> int | None:
    """What a subject names by number, as 12 of ``question:12``; None where it names nothing so."""
    number = subject.partition(":")[2]
    return int(number) if number.isdecimal() else None


def digest(outgoing: Outgoing) -> str | None:
    """The address of the content: equal contents are stored once."""
    body = outgoing.body
    return None if body is None else digest_of(body)


def digest_of(body: dict[str, Any]) -> str:
    """The address of a content as it is stored."""
    return sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def columns(outgoing: Outgoing) -> dict[str, Any]:
    """The columns of ``deliveries`` that say what to send, where, and how."""
    where: dict[str, Any]
    found = {
        "key": outgoing.key,
        "subject": outgoing.subject,
        "lane": outgoing.lane or outgoing.key,
        "repeat": outgoing.repeat,
        "content_hash": digest(outgoing),
        "reach": outgoing.reach,
        "doubts": outgoing.doubts,
        "dated": outgoing.expires_at is not None,
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
