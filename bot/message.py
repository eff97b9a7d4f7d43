"""The values of one turn: the incoming event, the reply, and a refusal.

Exception
├── UserError     a refusal that the person reads; the transaction rolls back
├── Unreachable   (ports) the recipient cannot be written to; not tried again
└── TryLater      (ports) the far side asked us to wait; tried again
Everything else is a fault: logged with a reference code, and the person is told the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from storage import name_keys

Json = dict[str, Any]
"""A JSON object, as it is sent and stored."""


class Scope(StrEnum):
    """Kind of conversation; the values are Teams' own ``conversationType``."""

    PERSONAL = "personal"
    GROUP = "groupChat"
    CHANNEL = "channel"


class Kind(StrEnum):
    """What happened."""

    MESSAGE = "message"
    """A person wrote to the bot. In a group or channel they have to mention it."""
    OVERHEARD = "overheard"
    """A person wrote in a channel's thread without mentioning the bot. Arrives only with SEKOM_READ_THREADS."""
    ACTION = "action"
    """A person pressed a button (``Action.Execute``); ``verb`` and ``data`` are set."""
    INSTALLED = "installed"
    """The bot was added to a chat or team, or a person was added where the bot is."""
    EDITED = "edited"
    """A person changed a message that they had written; ``message_id`` says which. ``text`` is what it is now."""
    DELETED = "deleted"
    """The same for a message that was taken away."""
    CHANNEL_GONE = "channel_gone"
    """A channel was deleted: the conversation of the place. The sender is the person who did it."""
    TEAM_GONE = "team_gone"
    """A team was deleted with all its channels: the team of the place. The sender is the person who did it."""
    LEFT = "left"
    """People were removed from a team where the bot is. The sender is the person who removed them."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The person who caused the event, as the activity says. No activity carries a mail address or guest state."""

    teams_id: str
    """The Teams id, ``29:…``; unique within the bot."""
    entra_id: str | None = None
    """Entra object id; the key that directory data is matched on."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happened; enough to write there again later."""

    conversation_id: str
    """Without the thread's ``;messageid=…``."""
    scope: Scope
    service_url: str
    tenant_id: str | None = None
    team_id: str | None = None
    thread_id: str | None = None
    """In a channel: the id of the thread's first message."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that a person sent in their own chat."""

    name: str
    data: bytes = field(repr=False)
    problem: str = ""
    """Why it could not be fetched, in Swedish; then ``data`` is empty."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a person did, without Teams' wire format."""

    activity_id: str
    """Teams' id of the activity. A repeated delivery usually carries the same id."""
    kind: Kind
    sender: Sender
    place: Place
    text: str = ""
    """The written text, stripped, without the mention of the bot. At most as long as Teams allows."""
    verb: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """A button's data and its form's inputs. Comes from the client: never trust it."""
    card_id: str | None = None
    """For a button: the id of the message that carries the card."""
    attachments: tuple[str, ...] = ()
    """Content types of what was attached, e.g. ``image/png``; the text's own HTML copy is not one."""
    file: ReceivedFile | None = None
    """The file that came with the message, in the sender's own chat."""
    message_id: str | None = None
    """For a change: the id that the message came with."""
    quotes: str | None = None
    """In a 1:1 chat: the id of the message that the text quotes or replies to. Comes from the client."""
    private: bool = False
    """Whether only the sender and the bot see it, though it is in a channel. It must never be answered in public."""

    @property
    def came_as(self) -> str:
        """The id of the message in Teams that it is about."""
        return self.message_id or self.activity_id

    @property
    def key(self) -> tuple[str, str]:
        """Conversation and activity: the same for a repeated delivery of the event."""
        return self.place.conversation_id, self.activity_id


@dataclass(frozen=True, slots=True)
class Message:
    """One message to send: a text, or a card with ``text`` as its summary."""

    text: str = ""
    """Plain text or Teams Markdown. With a card: the words for notifications and screen readers."""
    card: Json | None = None
    aside: bool = False
    """Whether only the person who caused the turn needs it. Where Teams allows that, nobody else in a channel sees it.
    Elsewhere everybody does, so it must hold nothing personal."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A handler's answer. The edge sends it after the commit.

    ``view`` and ``state`` answer a button: ``view`` replaces the card for the person who pressed, ``state`` for
    everyone who sees it. At most one of them is set. ``messages`` go to the same conversation, in its thread.
    """

    messages: tuple[Message, ...] = ()
    view: Json | None = None
    state: Json | None = None
    notice: str = ""
    """A short text for the person who pressed. The card stays as it is."""
    kept: Reply | None = None
    """The reply to store for a repeated delivery, where this one has a secret that must be in no table."""
    done: bool = False
    """``state`` confirms what was done, so everyone must see it even though the card has a form."""
    later: Callable[[], Reply] | None = None
    """Work that takes long, done after the commit and on no database thread; it returns the reply to send instead. A
    repeat gets this one, and so does the person if the work fails."""

    def shown(self) -> Reply:
        """The reply as people read it: names without their keys."""
        plain = name_keys.plain
        messages = tuple(replace(one, text=plain(one.text), card=plain(one.card)) for one in self.messages)
        view, state, notice = name_keys.plain(self.view), name_keys.plain(self.state), name_keys.plain(self.notice)
        kept = self.kept.shown() if self.kept is not None else None
        return replace(self, messages=messages, view=view, state=state, notice=notice, kept=kept)

    def after(self, gone: int) -> Reply:
        """Return the reply without its first ``gone`` messages, which have been sent."""
        stored = self.kept.after(gone) if self.kept is not None else None
        return replace(self, messages=self.messages[gone:], kept=stored)

    def to_json(self) -> Json:
        """Return the reply as JSON. It is stored until it is known to have been sent."""
        if self.kept is not None:
            return self.kept.to_json()
        messages = [{"text": one.text, "card": one.card, "aside": one.aside} for one in self.messages]
        return {"messages": messages, "view": self.view, "state": self.state, "notice": self.notice}

    @classmethod
    def from_json(cls, stored: Json) -> Reply:
        """Return the reply that :meth:`to_json` stored."""
        messages = tuple(Message(**message) for message in stored["messages"])
        return cls(messages, stored["view"], stored["state"], stored["notice"])


@dataclass(frozen=True, slots=True)
class Sent:
    """A reply that has gone."""

    incoming: Incoming
    """What it answered."""
    messages: tuple[str, ...] = ()
    """Teams' ids of its messages. Needed only where others read too: in 1:1 people replace only their own cards."""


NOTHING = Reply()
"""The reply to an event that needs no answer."""


def say(text: str = "", card: Json | None = None, *, aside: bool = False) -> Reply:
    """Return a reply of one message; see :class:`Message`."""
    return Reply(messages=(Message(text, card, aside),))


def view(card: Json, *messages: Message) -> Reply:
    """Replace the pressed card for the person who pressed."""
    return Reply(view=card, messages=messages)


def state(card: Json, *messages: Message, done: bool = False) -> Reply:
    """Replace the pressed card for everyone."""
    return Reply(state=card, messages=messages, done=done)


def in_place(reply: Reply, *, personal: bool) -> Reply:
    """Replace the pressed card by the reply's first card: for everyone in a 1:1 chat, else only for the presser."""
    if reply.state or reply.view or not reply.messages or reply.messages[0].card is None:
        return reply
    card, rest = reply.messages[0].card, reply.messages[1:]
    stored = in_place(reply.kept, personal=personal) if reply.kept is not None else None
    shown = replace(reply, messages=rest, kept=stored)
    return replace(shown, state=card) if personal else replace(shown, view=card)


def for_presser(reply: Reply) -> Reply:
    """Show the presser alone what would have replaced the card for everyone."""
    if reply.state is None:
        return reply
    return replace(reply, state=None, view=reply.state, kept=reply.kept and for_presser(reply.kept), later=None)


class UserError(Exception):
    """A refusal in Swedish that the person reads. It rolls the turn back and is no fault.

    Raised where the reason is noticed. The person sees ``str(error)`` as it is.
    """
