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
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from bot.message import Message


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry found for a question."""

    entry_id: int
    probability: float
    """How likely it is that this entry answers the question, 0–1. Falls from hit to hit."""
    missing: str = ""
    """What the question turns on and this entry does not hold: a word, or the kind of fact that is asked for. With one,
    the entry must not be given as the answer."""
    matters: bool = True
    """Whether that changes what is asked. False where the question means the same to the encoder without it."""


class ExtendedBank(Protocol):
    """The bank as it would be with one entry more."""

    def answers(self, question: str, sure: float, today: date) -> bool:
        """Return whether the entry is the one nearest to ``question``, with at least the probability ``sure``.

        It compares words only. Where an encoder joins in, the entry may answer more questions, and none less.
        """


class Bank(Protocol):
    """The searchable knowledge bank."""

    @property
    def empty(self) -> bool:
        """Whether it holds nothing at all."""

    def search(self, question: str, limit: int = 10, today: date = ...) -> Sequence[Hit]:
        """Return the entries nearest to ``question`` that are valid ``today``, best first; empty if none is like it."""

    def shown(self, version: int) -> Mapping[int, Any] | None:
        """Return all published rows of ``faq_entries`` by id; None unless the index is of ``version``."""

    def vote(self, question: str) -> Sequence[tuple[str, float]]:
        """Return themes, likeliest first, each with its share of the votes of the entries nearest to ``question``."""

    def alike(self, question: str, others: Sequence[str]) -> Sequence[float | None]:
        """Return how near ``question`` is by meaning to each of ``others``, which theme groups have been asked.

        Cosines, at most 1; None where that is not known. Asks the encoder at most once.
        """

    @property
    def scorer(self) -> str:
        """What the search uses: ``lexical``, or ``semantic`` where the encoder joins in."""

    def with_entry(self, entry: Any) -> ExtendedBank:
        """Return the bank as it would be with ``entry`` (a ``SearchEntry``). Asking it takes long: not in a turn."""

    async def settled(self) -> None:
        """Wait until the search finds everything that is committed by now."""


class DeliveryWay(StrEnum):
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
    """A thread or conversation that exists already."""
    MESSAGE = "message"
    """A message of ours that is changed or deleted."""
    MAIL = "mail"
    """A mail, through Graph."""
    FEED = "feed"
    """A notification in Teams' activity feed, through Graph."""
    CALENDAR = "calendar"
    """An entry in the bot's calendar, through Graph."""
    GROUP_CHAT = "group_chat"
    """A new group chat of people with the bot, through Graph."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person as Teams addresses them. Never by UPN: a guest's UPN is no address."""

    id: str
    """The Teams id (``29:…``). For a person we have not met it is the Entra object id, which works only if the app is
    installed for them. For a mail it is the address."""
    name: str


@dataclass(frozen=True, slots=True)
class Route:
    """Where one delivery goes, with everything Teams needs to know. A mail or a notification has only a ``member``."""

    way: DeliveryWay
    service_url: str = ""
    tenant_id: str | None = None
    conversation_id: str = ""
    """Empty for a chat that is still to be opened."""
    thread_id: str | None = None
    activity_id: str | None = None
    """The message to change."""
    member: Member | None = None
    """The person to open a chat with, to mention, or to write to."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that was sent: enough to change it or to write below it."""

    conversation_id: str
    thread_id: str | None = None
    activity_id: str | None = None
    """None if Teams gave none; a mail's Message-ID, or the calendar entry's id."""
    join_url: str | None = None
    """The address of a calendar entry's online meeting, or of a group chat."""


class Messenger(Protocol):
    """Writes in Teams on the bot's own initiative. Does not try again after a failure.

    Every method raises :class:`Unreachable`, :class:`TryLater`, :class:`Uncertain` or :class:`Failed`.
    """

    async def open_chat(self, route: Route) -> str:
        """Open (or find) the chat with ``route.member``. Return the conversation's id."""

    async def send(self, route: Route, message: Message) -> Posted:
        """Write to a chat or thread and mention ``route.member``. A channel without ``thread_id`` gets a new thread."""

    async def update(self, route: Route, message: Message) -> Posted:
        """Replace the message ``route.activity_id`` for everyone who sees it."""

    async def delete(self, route: Route) -> Posted:
        """Delete the message ``route.activity_id``. A message that is already gone is no error."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A person on a team's roster. Teams may leave out any of the fields."""

    teams_id: str | None = None
    entra_id: str | None = None
    name: str | None = None
    mail: str | None = None
    """As the roster gives it. May be a guest's sign-in name (``…#EXT#…``), which is no mail address."""
    guest: bool | None = None
    tenant_id: str | None = None
    """The tenant they come from, where Teams says so."""


class TeamDirectory(Protocol):
    """Lists the people in a team. Every method waits when Teams asks it to.

    Raises :class:`Unreachable` or :class:`TryLater`.
    """

    async def members(self, service_url: str, conversation_id: str) -> Sequence[Listed]:
        """Return everybody in a team or channel: the whole list, or an error."""

    async def group(self, service_url: str, team_id: str) -> str:
        """Return the team's id in Entra, by which Graph knows it."""


class Reason(StrEnum):
    """Why a person can't be written to (platform.md §3). Stored with the delivery."""

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
    """We know no way to reach the person."""
    NO_ADDRESS = "no_address"
    """The address we have can't receive mail, such as a guest's UPN."""
    NOT_SET_UP = "not_set_up"
    """A permission or the mailbox is missing. It concerns everybody until an operator mends it. The log says which."""


OWN_LIMIT = "own_limit"
"""The code of a :class:`TryLater` that comes from our own pace: nothing was sent."""


class Unreachable(Exception):  # noqa: N818 - an outcome, named as a delivery's state is
    """The recipient can't be written to this way. Not tried again."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(Exception):  # noqa: N818 - an outcome, named as a delivery's state is
    """Asked to wait, or not reached. Tried again.

    ``code`` is for the log. ``after`` is the number of seconds that the far side asked us to wait, if it did.
    ``doubtful`` says that the message may have arrived anyway. ``everyone`` says that nobody else can be written to now
    either.
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
