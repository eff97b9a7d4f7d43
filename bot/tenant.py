"""What the core needs from the Microsoft 365 tenant apart from Teams messages, as Protocols with their values.

:mod:`bot.graph` implements them with Microsoft Graph, :mod:`bot.papers` with files on a laptop. Every method raises the
exceptions of :class:`bot.ports.Messenger`, so that every kind of delivery has the same outcomes.

People are named by Entra object id or by ``mail``, never by UPN: a guest's UPN is ``…#EXT#…``, which is no address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from bot.ports import TryLater

MOST_ATTENDEES = 500
"""Attendees that Exchange Online takes in one entry (graph/api/user-post-events)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person; :func:`bot.delivery.mail.compose` writes it."""

    key: str
    """Names the mail for good, as a delivery's key does. A mail that is sent twice has the same Message-ID."""
    to: str
    name: str
    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    """An attached ``.ics`` file; its text says its method."""


class Mail(Protocol):
    """Reaches people whom Teams does not reach: a guest sees our chats only while switched into our tenant."""

    async def send(self, letter: Letter) -> str:
        """Send a mail from the bot's mailbox. Return its Message-ID."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person who is invited."""

    mail: str
    name: str
    answer: str = ""
    """Graph's word for the answer in Outlook, such as ``declined``; empty if there is none."""
    answered_at: datetime | None = None
    """When they gave it, if the calendar says so."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A meeting as people's calendars show it."""

    key: str
    """Names it for ever. Creating it twice with one key makes one entry."""
    title: str
    starts: datetime
    ends: datetime
    text: str
    html: str
    """The invitation's text; the meeting's own details come below it."""
    online: bool = True
    """Whether a Teams meeting belongs to it."""
    place: str = ""

    @property
    def shown(self) -> dict[str, str]:
        """Return a short digest of each part that can change. The entry keeps it, so a repeated change is seen."""
        parts = {"title": self.title, "time": f"{self.starts} {self.ends}", "html": self.html, "place": self.place}
        return {name: sha256(part.encode()).hexdigest()[:16] for name, part in parts.items()}


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment that is in the calendar, as the calendar has it now."""

    id: str
    join_url: str | None
    """Where to join; None if there is no meeting, or Microsoft has not made it yet."""
    shown: Mapping[str, str]
    """What was last written to it (:attr:`Appointment.shown`)."""
    attendees: Sequence[Attendee]
    """Everybody who is invited, also by other people's forwarding."""
    version: str = ""
    """Names the state that was read. A change of another state is refused with :class:`StaleEntry`."""


class StaleEntry(TryLater):
    """The entry has changed since it was read, so nothing was written. Read it again."""

    def __init__(self) -> None:
        super().__init__("entry_changed")


class Calendar(Protocol):
    """The bot's own calendar, whose invitations go by mail. Invited people do not see each other.

    Attendees have addresses that mail reaches (:func:`bot.mail_address.reachable`).
    """

    async def find(self, key: str) -> Booked | None:
        """Return the entry of the appointment with this key, or None."""

    async def create(self, appointment: Appointment, attendees: Sequence[Attendee]) -> Booked:
        """Put the appointment in the calendar and invite. Safe to repeat."""

    async def update(self, booked: Booked, appointment: Appointment) -> None:
        """Change what differs from ``booked.shown``; everybody invited is told. The online meeting stays the same."""

    async def invite(self, booked: Booked, attendees: Sequence[Attendee]) -> None:
        """Replace the whole list of attendees. Only people who were added or removed are told.

        Raise :class:`StaleEntry`, as :meth:`update` does too, if the entry is not as in ``booked`` any more.
        """

    async def cancel(self, event_id: str, comment: str) -> None:
        """Call the appointment off and send ``comment`` to everybody invited. An entry that is gone is no error."""


@dataclass(frozen=True, slots=True)
class Ping:
    """A notification in Teams' activity feed."""

    text: str
    """The text of the notification. Teams shows the first 150 characters."""
    topic: str
    """What it is about, in a few words."""
    url: str
    """Where a click leads: an address in Teams, ``https://teams.microsoft.com/l/…``."""
    chain: int | None = None
    """A later notification with the same number replaces the earlier one."""


class Feed(Protocol):
    """Teams' activity feed, which reaches members of the tenant who have no chat with the bot."""

    async def notify(self, entra_id: str, ping: Ping) -> None:
        """Notify one person."""

    async def notify_all(self, entra_ids: Sequence[str], ping: Ping) -> None:
        """Notify up to 100 people. Teams accepts them all at once and does not say whom it reached."""


@dataclass(frozen=True, slots=True)
class DirectoryMember:
    """A person in a team or channel."""

    entra_id: str
    name: str
    mail: str | None
    guest: bool
    owner: bool
    tenant_id: str | None = None
    """The tenant they come from, where Graph says so. The bot can't write to another tenant's people."""


@dataclass(frozen=True, slots=True)
class InvitedGuest:
    """A guest who has not accepted the invitation to the tenant."""

    entra_id: str
    since: datetime | None
    """When they were invited, or invited again; None if the directory does not say."""


class Directory(Protocol):
    """Lists the people in teams and channels, and the guests who have not come in."""

    async def team_members(self, team_id: str) -> Sequence[DirectoryMember]:
        """Return everybody in a team."""

    async def channel_members(self, team_id: str, channel_id: str) -> Sequence[DirectoryMember]:
        """Return the people who were added to a channel. For a standard channel they are the team."""

    async def all_channel_members(self, team_id: str, channel_id: str) -> Sequence[DirectoryMember]:
        """Return everybody who sees a channel, however they got access. Use it for a shared channel."""

    async def invited_guests(self) -> Sequence[InvitedGuest]:
        """Return the tenant's guests who have not accepted the invitation."""


class Installer(Protocol):
    """Gives people the app, so that the bot can write to them first."""

    async def install(self, entra_id: str) -> bool:
        """Install the app for a person. Return False where they had it already."""


@dataclass(frozen=True, slots=True)
class Webinar:
    """A Teams webinar, as its organiser planned it."""

    id: str
    title: str
    status: str
    """Teams' word: draft, published or canceled."""
    starts: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Registrant:
    """A person who registered for a webinar."""

    id: str
    name: str
    mail: str
    status: str
    """Teams' word: registered, canceled, waitlisted, pendingApproval or rejectedByOrganizer."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """A person who attended, with all sessions added up. A phone caller has no address."""

    name: str
    mail: str | None
    seconds: int


class Webinars(Protocol):
    """Reads webinars. An app can't create one: that takes a person."""

    async def organised_by(self, entra_id: str) -> Sequence[Webinar]:
        """Return the webinars of one organiser, whom the tenant's access policy must cover."""

    async def registrations(self, webinar_id: str) -> Sequence[Registrant]:
        """Return the people who registered."""

    async def attendance(self, webinar_id: str) -> Sequence[Attendance]:
        """Return the people who came. Empty until the meeting is over."""


@dataclass(frozen=True, slots=True)
class ChatMember:
    """A person to be in a group chat."""

    entra_id: str
    guest: bool


@dataclass(frozen=True, slots=True)
class GroupChat:
    """A group chat that was opened."""

    id: str
    url: str
    """Where people open it; empty if Graph did not say."""


class Chats(Protocol):
    """Opens group chats. The people see it at once."""

    async def open_chat(self, topic: str, members: Sequence[ChatMember]) -> GroupChat:
        """Open a chat for these people. Twice makes two chats, so raise :class:`Uncertain` if it may have been done."""

    async def enter_chat(self, chat_id: str) -> None:
        """Put the bot in the chat, so that it can write there. Safe to repeat."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """Everything that the core uses of the tenant."""

    mail: Mail
    calendar: Calendar
    feed: Feed
    directory: Directory
    installer: Installer
    webinars: Webinars
    chats: Chats
