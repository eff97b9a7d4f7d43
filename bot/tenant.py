"""What the core needs from the Microsoft 365 tenant beside Teams' messages, as Protocols with their values.

:mod:`bot.graph` does it through Microsoft Graph, :mod:`bot.papers` as files on a laptop. Every method raises as
:class:`bot.ports.Messenger` does, so that a delivery's outcome is read the same way whatever it went by.

People are named by Entra object id or by ``mail``, never by UPN: a guest's is ``…#EXT#…``, which is no address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person; :func:`bot.delivery.mail.compose` writes it."""

    key: str
    """Names the mail for ever, as a delivery's key does. A mail sent twice has the same Message-ID."""
    to: str
    name: str
    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    """An ``.ics`` that goes along, its method in its text."""


class Mail(Protocol):
    """The way to who can't be reached in Teams: a guest sees our chats only when switched into our tenant."""

    async def send(self, letter: Letter) -> str:
        """Send a mail from the bot's mailbox; its Message-ID."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person who is invited."""

    mail: str
    name: str
    answer: str = ""
    """Graph's word for the answer in Outlook, such as ``declined``; empty if there is none."""


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

    async def invite(self, event_id: str, attendees: Sequence[Attendee]) -> None:
        """Replace the whole list of attendees. Only people who were added or removed are told."""

    async def cancel(self, event_id: str, comment: str) -> None:
        """Call the appointment off and send ``comment`` to everybody invited. An entry that is gone is no error."""


@dataclass(frozen=True, slots=True)
class Ping:
    """A notification in Teams' activity feed."""

    text: str
    """What is shown; Teams shows the first 150 characters."""
    topic: str
    """What it is about, in a few words."""
    url: str
    """Where a click leads: an address in Teams, ``https://teams.microsoft.com/l/…``."""
    chain: int | None = None
    """A later one with the same number takes an earlier one's place."""


class Feed(Protocol):
    """Teams' activity feed, which reaches members of the tenant who have no chat with the bot."""

    async def notify(self, entra_id: str, ping: Ping) -> None:
        """Notify one person."""

    async def notify_all(self, entra_ids: Sequence[str], ping: Ping) -> None:
        """Notify up to 100. Teams accepts all at once and does not say who was reached."""


@dataclass(frozen=True, slots=True)
class RosterMember:
    """Somebody in a team or channel."""

    entra_id: str
    name: str
    mail: str | None
    guest: bool
    owner: bool
    tenant_id: str | None = None
    """Their home, where it is told. Another tenant's people in a shared channel can't be written to."""


class Directory(Protocol):
    """Who is in the teams and channels."""

    async def team_members(self, team_id: str) -> Sequence[RosterMember]:
        """Everybody in a team."""

    async def channel_members(self, team_id: str, channel_id: str) -> Sequence[RosterMember]:
        """Who was added to a channel; in a standard channel the team."""

    async def all_channel_members(self, team_id: str, channel_id: str) -> Sequence[RosterMember]:
        """Everybody who sees a channel, whatever way they came there; the one to ask for a shared channel."""


class Installer(Protocol):
    """Gives people the app, so that the bot can write to them first."""

    async def install(self, entra_id: str) -> bool:
        """Install the app for a person; False where they had it already."""


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
class Registration:
    """Somebody who registered for a webinar."""

    id: str
    name: str
    mail: str
    status: str
    """Teams' word: registered, canceled, waitlisted, pendingApproval or rejectedByOrganizer."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Somebody who was there, in all sessions together. A phone caller has no address."""

    name: str
    mail: str | None
    seconds: int


class Webinars(Protocol):
    """Webinars can only be read by an app; making one takes a person."""

    async def organised_by(self, entra_id: str) -> Sequence[Webinar]:
        """The webinars of one organiser, whom the tenant's access policy must cover."""

    async def registrations(self, webinar_id: str) -> Sequence[Registration]:
        """Who registered."""

    async def attendance(self, webinar_id: str) -> Sequence[Attendance]:
        """Who came, when the meeting is over; empty before that."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """All of it."""

    mail: Mail
    calendar: Calendar
    feed: Feed
    directory: Directory
    installer: Installer
    webinars: Webinars
