"""The values that a feature hands to :func:`storage.outbox.enqueue`: what to send, to whom and how."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeAlias

import orjson

from storage.calendar_files import AsFile


class Operation(StrEnum):
    """What a delivery does in Teams or Graph."""

    PERSON = "person"
    """Write to a person, in their own chat with the bot or as :class:`Reach` says."""
    MAIL = "mail"
    """Send the mail that goes with a chat message. Its own row, so that a retry sends only one of the two again."""
    THREAD = "thread"
    """Start a thread in a channel."""
    REPLY = "reply"
    """Write in an existing conversation or thread."""
    UPDATE = "update"
    DELETE = "delete"
    INVITE = "invite"
    """Make an appointment's calendar entry, or bring it up to date."""
    CALL_OFF = "call_off"
    """Cancel an appointment's calendar entry, for good."""
    OPEN_CHAT = "open_chat"
    """Open a group chat for people, with the bot in it."""


class Repeat(StrEnum):
    """What to do with a message when we cannot know whether it arrived."""

    AGAIN = "again"
    """Send it again and mark the row: an answer or a reminder is better twice than never."""
    ASK = "ask"
    """Let the kansli decide: an announcement to everybody is better late than twice."""


class Reach(StrEnum):
    """How a message reaches a person (:mod:`bot.delivery.reach`)."""

    ANSWER = "answer"
    """An answer to something the person did: in Teams, and by mail too if ``mail_after`` says so."""
    REMINDER = "reminder"
    """As the person has chosen, and not during a pause."""
    ANNOUNCEMENT = "announcement"
    """In their own chat, else by mail."""


@dataclass(frozen=True, slots=True)
class AsMail:
    """The mail that replaces a card, the same for every recipient. In the activity feed the subject is the topic."""

    subject: str
    """Must be clear on its own; a phone shows the first 40 characters."""
    text: str
    """Teams Markdown, without the greeting. Buttons do not work in a mail, so it says what to do in the chat."""
    why: str
    """One sentence: why this person gets the mail."""
    quote: str = ""
    """Text that a person has written, shown unchanged below the text."""
    file: AsFile | None = None


@dataclass(frozen=True, slots=True)
class AsAppointment:
    """The full current state of an appointment. The calendar entry is changed only where it differs."""

    title: str
    starts: datetime
    ends: datetime
    text: str
    """The invitation's text, in Teams Markdown."""
    online: bool = True
    """Whether it has a Teams meeting. Decided when the entry is created; a later change has no effect."""
    place: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """Return the appointment as JSON."""
        times = {name: getattr(self, name).astimezone(UTC).isoformat() for name in ("starts", "ends")}
        return {**asdict(self), **times}

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> AsAppointment:
        """Return the appointment that :attr:`body` wrote."""
        times = {name: datetime.fromisoformat(body[name]) for name in ("starts", "ends")}
        return cls(**{**body, **times})


@dataclass(frozen=True, slots=True)
class ToThread:
    """A thread of a channel; or with no ``thread_id`` a chat of several people."""

    conversation_id: str
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A person's own chat with the bot, opened if needed. If that fails, a mention in the thread ``else_in``.

    Give ``else_in`` only when everybody in that thread may read the message.
    """

    person_id: int
    else_in: ToThread | None = None


@dataclass(frozen=True, slots=True)
class ToMail:
    """A person by mail only, such as to correct a mail."""

    person_id: int


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
    """A message of ours, such as the card with a pressed button. It is replaced, or deleted if there is no content."""

    conversation_id: str
    activity_id: str
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessageOf:
    """The message that the delivery with this key sent. It is replaced, or deleted if there is no content.

    If Teams gave that message no id (:data:`storage.outbox.WITHOUT_ID`), this delivery ends as unreachable.
    """

    key: str


@dataclass(frozen=True, slots=True)
class ToCalendar:
    """The calendar entry of an event, in the bot's own calendar; one entry per ``event_key`` for ever.

    With an ``appointment`` the entry is created or brought up to date. Without one it is called off, and ``text`` is
    what the attendees read. Of several waiting rows only the newest is sent.
    """

    event_key: str
    """Names the appointment, as ``event:7``; at most 120 characters."""

    @property
    def lane(self) -> str:
        """Return the lane that all rows of this appointment share."""
        return f"{_CALENDAR}{self.event_key}"

    @classmethod
    def of_lane(cls, lane: str) -> ToCalendar:
        """Return the recipient whose lane this is."""
        return cls(lane.removeprefix(_CALENDAR))


@dataclass(frozen=True, slots=True)
class ToNewChat:
    """A new group chat of people, with the bot in it, if the tenant allows that. ``text`` is its name.

    Nothing is written there; :class:`ThreadOf` does that. Opening one twice makes two chats, so take ``Repeat.ASK``.
    """

    person_ids: tuple[int, ...]


_CALENDAR = "calendar:"
Recipient: TypeAlias = (
    ToPerson | ToMail | ToChannel | ToThread | ThreadOf | ToMessage | MessageOf | ToCalendar | ToNewChat
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to send. Raises :class:`ValueError` for content that its recipient cannot have."""

    key: str
    """Unique for ever, at most 200 characters. Names the date it refers to, so that a moved date is told again."""
    subject: str
    """The cause, as ``question:12``. Ending the cause cancels its waiting rows."""
    to: Recipient
    text: str = ""
    """Plain text or Teams Markdown. With a card: what notifications and screen readers say."""
    card: dict[str, Any] | None = None
    lane: str = ""
    """Rows of one lane go one at a time, in order, and the newest version of a card wins. By default the message."""
    not_before: datetime | None = None
    """None means now."""
    expires_at: datetime | None = None
    """When it is no longer worth sending; None means seven days after ``not_before``."""
    repeat: Repeat = Repeat.AGAIN
    reach: Reach = Reach.ANSWER
    mail: AsMail | None = None
    """Required for every ``reach`` but ``ANSWER``, which has one only with ``mail_after``."""
    mail_after: timedelta | None = None
    """Send the mail so many minutes after the chat message, if that was not opened (:mod:`bot.delivery.reach`); 0: both
    at once. None: no second route. A reminder has none, because the person has chosen."""
    doubts: int = 0
    """How many sends may have arrived before the row was written: a reply that a turn could not send."""
    appointment: AsAppointment | None = None
    """For :class:`ToCalendar` only."""

    def __post_init__(self) -> None:
        if not self.key or not self.subject or max(len(self.key), len(self.subject), len(self.lane)) > 200:  # noqa: PLR2004 - the columns' width
            raise ValueError(f"key, subject and lane have 1 to 200 characters: {self.key!r}")
        if not (self.text or self.card or self.appointment or isinstance(self.to, ToMessage | MessageOf | ToCalendar)):
            raise ValueError(f"there is nothing to send: {self.key!r}")
        if not isinstance(self.to, ToCalendar) and self.appointment:
            raise ValueError(f"only a calendar takes an appointment: {self.key!r}")
        self._check_calendar()
        if (self.mail is None) != (self.reach is Reach.ANSWER and self.mail_after is None):
            raise ValueError(f"what may go by mail says how it reads as a mail, and nothing else: {self.key!r}")
        if self.mail_after is not None and (self.reach is Reach.REMINDER or self.mail_after < timedelta()):
            raise ValueError(f"an answer or announcement may have a mail after it, and not before: {self.key!r}")
        if self.mail is not None and (not isinstance(self.to, ToPerson | ToMail) or len(self.key) > 190):  # noqa: PLR2004 - as above
            raise ValueError(f"only a person is reached by mail, and with a shorter key: {self.key!r}")

    def _check_calendar(self) -> None:
        if not isinstance(to := self.to, ToCalendar):
            return
        if not 0 < len(to.event_key) <= 120 or self.lane or self.card:  # noqa: PLR2004 - room for a longer key
            raise ValueError(f"an appointment has a short key, a lane of its own and no card: {self.key!r}")
        planned = self.appointment
        if planned and not (planned.starts.tzinfo and planned.ends.tzinfo and planned.starts < planned.ends):
            raise ValueError(f"an appointment has aware times and ends after it starts: {self.key!r}")

    @property
    def body(self) -> dict[str, Any] | None:
        """Return the content as it is stored; None for a message that is deleted."""
        if self.appointment is not None:
            return {"appointment": self.appointment.body}
        if not self.text and self.card is None:
            return None
        by_mail = {} if self.mail is None else {"mail": asdict(self.mail)}
        members = {"members": sorted(self.to.person_ids)} if isinstance(self.to, ToNewChat) else {}
        return {"text": self.text, "card": self.card, **by_mail, **members}


def number_of(subject: str) -> int | None:
    """Return the number in a subject, as 12 of ``question:12``; None if it has no number."""
    number = subject.partition(":")[2]
    return int(number) if number.isdecimal() else None


def digest_of(body: dict[str, Any]) -> str:
    """Return the address of a content: equal contents are stored once."""
    return sha256(dump(body)).hexdigest()


def dump(body: dict[str, Any]) -> bytes:
    """Return a content as its address is made of it: the same bytes for equal contents."""
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
