"""What the core needs from outside, as Protocols with their values.

Exception, raised by a :class:`Messenger`
├── Unreachable   the recipient can't be written to; not tried again
├── TryLater      the far side asked us to wait, or was not reached; tried again
├── Uncertain     no answer came: it may have arrived
└── Failed        refused for good, and not because of the recipient
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.message import Message


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry found for a question."""

    entry_id: int
    probability: float
    """How likely it is that this entry answers the question, 0–1. Falls from hit to hit."""


class Bank(Protocol):
    """The searchable knowledge bank."""

    @property
    def empty(self) -> bool:
        """Whether it holds nothing at all."""

    def search(self, question: str, limit: int = 10) -> Sequence[Hit]:
        """The entries nearest to ``question``, best first; empty when nothing is like it."""

    def shown(self, version: int) -> Mapping[int, Any] | None:
        """Rows of ``faq_entries`` by id, all that are published; None where what is searched is not of ``version``."""

    def vote(self, question: str) -> Sequence[tuple[str, float]]:
        """The themes of the entries nearest to ``question``, likeliest first, each with its share of their votes."""

    async def settled(self) -> None:
        """Wait until what is committed by now can be found."""


class Way(StrEnum):
    """How a delivery goes; kept with it as the route taken."""

    CHAT = "chat"
    """The person's own chat with the bot."""
    NEW_CHAT = "new_chat"
    """The same, opened first."""
    MENTION = "mention"
    """A thread, with a mention of the person."""
    CHANNEL = "channel"
    """A new thread in a channel."""
    THREAD = "thread"
    """A thread or conversation that is there."""
    MESSAGE = "message"
    """A message of ours that is changed or taken away."""
    MAIL = "mail"
    """A mail, through Graph."""
    FEED = "feed"
    """A notification in Teams' activity feed, through Graph."""
    CALENDAR = "calendar"
    """An entry in the bot's calendar, through Graph."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody, as Teams addresses people: never by UPN, which is no address of a guest."""

    id: str
    """The Teams id (``29:…``), or the Entra object id of who has not been met; the latter needs a personal install.
    For a mail the address."""
    name: str


@dataclass(frozen=True, slots=True)
class Route:
    """Where one delivery goes, as far as Teams must know it; a mail or a notification has only a ``member``."""

    way: Way
    service_url: str = ""
    tenant_id: str | None = None
    conversation_id: str = ""
    """Empty for a chat that is still to be opened."""
    thread_id: str | None = None
    activity_id: str | None = None
    """The message to change."""
    member: Member | None = None
    """Whom to open a chat with, to mention, or to write to."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What was sent; enough to change it or to write below it."""

    conversation_id: str
    thread_id: str | None = None
    activity_id: str | None = None
    """None if Teams gave none; a mail's Message-ID, or the calendar entry's id."""
    join_url: str | None = None
    """The address of a calendar entry's online meeting."""


class Messenger(Protocol):
    """Writes in Teams without having been asked anything. Nothing is tried again here.

    Every method raises :class:`Unreachable`, :class:`TryLater`, :class:`Uncertain` or :class:`Failed`.
    """

    async def open_chat(self, route: Route) -> str:
        """Open (or find) the chat with ``route.member``; the id of the conversation."""

    async def send(self, route: Route, message: Message) -> Posted:
        """Write to a chat or thread, in a channel without a ``thread_id`` a new thread; mention ``route.member``."""

    async def update(self, route: Route, message: Message) -> Posted:
        """Replace the message ``route.activity_id`` for everyone who sees it."""

    async def delete(self, route: Route) -> Posted:
        """Take the message ``route.activity_id`` away; one that is gone already is no error."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on a team's roster. Teams leaves out whatever it likes."""

    teams_id: str | None = None
    entra_id: str | None = None
    name: str | None = None
    mail: str | None = None
    """As the roster gives it; may be a guest's sign-in name (``…#EXT#…``), which is no address."""
    guest: bool | None = None
    tenant_id: str | None = None
    """Their home, where it is told."""


class Directory(Protocol):
    """Who is in a team. Every method waits when Teams asks it to; raises :class:`Unreachable` or :class:`TryLater`."""

    async def members(self, service_url: str, conversation_id: str) -> Sequence[Listed]:
        """Everybody in a team or channel; all of them, or an error."""

    async def group(self, service_url: str, team_id: str) -> str:
        """The team's id in Entra, by which Graph knows it."""


class Reason(StrEnum):
    """Why somebody can't be written to (platform.md §3); kept with the delivery."""

    BLOCKED = "blocked"
    """The person blocked or removed the bot."""
    NOT_INSTALLED = "not_installed"
    """The person has never had the bot, and Teams opens no chat by Entra id then."""
    NOT_IN_ROSTER = "not_in_roster"
    """The bot was taken out of the chat or team."""
    GONE = "gone"
    """There is no such conversation, or message, any more."""
    DISABLED = "disabled"
    """An administrator turned the bot off."""
    NO_ROUTE = "no_route"
    """We know of no way at all."""
    NO_ADDRESS = "no_address"
    """What we have is no address that mail reaches, such as a guest's UPN."""
    NOT_SET_UP = "not_set_up"
    """A permission or the mailbox is missing: for everybody, until an operator mends it. The log says which."""


OWN_LIMIT = "own_limit"
"""The code of a :class:`TryLater` that is our own pace only: nothing was tried."""


class Unreachable(Exception):  # noqa: N818 - an outcome, named as a delivery's state is
    """The recipient can't be written to this way. Not tried again."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(Exception):  # noqa: N818 - an outcome, named as a delivery's state is
    """Asked to wait, or not reached. Tried again.

    ``code`` is for the log; ``after`` the seconds that the far side asked for, if it did; ``doubtful`` says that the
    message may have arrived nevertheless; ``everyone`` that nobody else can be written to now either.
    """

    def __init__(
        self, code: str, *, after: float | None = None, doubtful: bool = False, everyone: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        self.after = after
        self.doubtful = doubtful
        self.everyone = everyone


class Uncertain(Exception):  # noqa: N818 - an outcome, named as a delivery's state is
    """The request was written and no answer came: the message may have arrived. ``code`` is for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Failed(Exception):  # noqa: N818 - an outcome, named as a delivery's state is
    """Refused for good, and not because of the recipient: a fault of ours. ``code`` is for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
