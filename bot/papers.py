"""The tenant on paper: on a laptop, files under ``var/outbox/`` show what Graph would have done.

A mail is an ``.eml`` with the bytes that Graph would have got. An invitation is an ``.eml`` with its ``.ics`` inside,
and the same ``.ics`` as a file of its own, for calendar programs. File names follow from keys, so doing the same thing
twice gives the same file. Events are kept in ``events/``, because a change has to tell the people who were invited.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import orjson

from bot.delivery import mail
from bot.delivery.invitation import MAILBOX, Method, invitation
from bot.ports import Reason, Unreachable
from bot.swedish import STOCKHOLM, WEEKDAYS, day
from bot.tenant import (
    Appointment,
    Attendance,
    Attendee,
    Booked,
    ChatMember,
    DirectoryMember,
    GroupChat,
    InvitedGuest,
    Letter,
    Ping,
    Registrant,
    Tenant,
    Webinar,
)

OUTBOX = Path("var/outbox")

_UNSAFE = re.compile(r"[^a-z0-9åäö@.+-]+")


@dataclass
class _Event:
    """An appointment as the calendar keeps it."""

    appointment: Appointment
    attendees: list[Attendee] = field(default_factory=list)
    sequence: int = 0

    @property
    def join_url(self) -> str:
        """An address in a domain that leads nowhere."""
        return f"https://teams.example/l/{_id(self.appointment.key)}" if self.appointment.online else ""

    @property
    def booked(self) -> Booked:
        """Return the entry as a calendar tells it."""
        return Booked(_id(self.appointment.key), self.join_url or None, self.appointment.shown, self.attendees)


class Papers:
    """A mail service, calendar, feed and installer that write files, and a directory that lists nobody."""

    def __init__(self, folder: Path, answer_to: str, clock: Callable[[], datetime]) -> None:
        """Set the folder, which is made with its first file, and the address that mails ask people to answer to."""
        self._folder = folder
        self._answer_to = answer_to
        self._clock = clock

    async def send(self, letter: Letter) -> str:
        """See :class:`bot.tenant.Mail`."""
        written = mail.written(letter, MAILBOX, self._answer_to, self._clock())
        await self._write(f"mail-{_name(letter.key)}.eml", written)
        if letter.calendar is not None:
            await self._write(f"mail-{_name(letter.key)}.ics", letter.calendar)
        return mail.message_id(letter, MAILBOX)

    async def create(self, appointment: Appointment, attendees: Sequence[Attendee]) -> Booked:
        """See :class:`bot.tenant.Calendar`."""
        event_id = _id(appointment.key)
        event = await self._event(event_id)
        if event is None:
            event = _Event(appointment, list(attendees))
            await self._tell(event, event.attendees)
        return event.booked

    async def find(self, key: str) -> Booked | None:
        """See :class:`bot.tenant.Calendar`."""
        event = await self._event(_id(key))
        return None if event is None else event.booked

    async def update(self, booked: Booked, appointment: Appointment) -> None:
        """See :class:`bot.tenant.Calendar`."""
        event = await self._known(booked.id)
        event.appointment = appointment
        event.sequence += 1
        await self._tell(event, event.attendees)

    async def invite(self, booked: Booked, attendees: Sequence[Attendee]) -> None:
        """See :class:`bot.tenant.Calendar`. Nobody else changes a file, so its version does not matter."""
        event = await self._known(booked.id)
        came = [attendee for attendee in attendees if attendee not in event.attendees]
        went = [attendee for attendee in event.attendees if attendee not in attendees]
        event.attendees = list(attendees)
        await self._tell(event, came)
        await self._tell(event, went, Method.CANCEL)

    async def cancel(self, event_id: str, comment: str) -> None:
        """See :class:`bot.tenant.Calendar`."""
        event = await self._event(event_id)
        if event is None:
            return
        event.sequence += 1
        await self._tell(event, event.attendees, Method.CANCEL, comment)
        await asyncio.to_thread((self._folder / "events" / f"{event_id}.json").unlink)

    async def notify(self, entra_id: str, ping: Ping) -> None:
        """See :class:`bot.tenant.Feed`."""
        await self.notify_all([entra_id], ping)

    async def notify_all(self, entra_ids: Sequence[str], ping: Ping) -> None:
        """See :class:`bot.tenant.Feed`."""
        notification = orjson.dumps({"to": list(entra_ids), **asdict(ping)}, option=orjson.OPT_INDENT_2)
        await self._write(f"feed-{uuid5(NAMESPACE_URL, notification.decode())}.json", notification)

    async def install(self, entra_id: str) -> bool:
        """See :class:`bot.tenant.Installer`."""
        await self._write(f"install-{_name(entra_id)}.json", orjson.dumps({"installed_for": entra_id}))
        return True

    async def team_members(self, team_id: str) -> Sequence[DirectoryMember]:
        """Nobody: a laptop has no directory."""
        del team_id
        return ()

    async def channel_members(self, team_id: str, channel_id: str) -> Sequence[DirectoryMember]:
        """Nobody."""
        del team_id, channel_id
        return ()

    async def all_channel_members(self, team_id: str, channel_id: str) -> Sequence[DirectoryMember]:
        """Nobody."""
        del team_id, channel_id
        return ()

    async def invited_guests(self) -> Sequence[InvitedGuest]:
        """Nobody."""
        return ()

    async def organised_by(self, entra_id: str) -> Sequence[Webinar]:
        """None."""
        del entra_id
        return ()

    async def registrations(self, webinar_id: str) -> Sequence[Registrant]:
        """Nobody."""
        del webinar_id
        return ()

    async def attendance(self, webinar_id: str) -> Sequence[Attendance]:
        """Nobody."""
        del webinar_id
        return ()

    async def open_chat(self, topic: str, members: Sequence[ChatMember]) -> GroupChat:
        """Write down who would be in it. There is no chat to write in, so people get a link, as in a strict tenant."""
        wanted = orjson.dumps({"topic": topic, "members": [asdict(member) for member in members]})
        await self._write(f"chat-{uuid5(NAMESPACE_URL, wanted.decode())}.json", wanted)
        raise Unreachable(Reason.NO_ROUTE)

    async def enter_chat(self, chat_id: str) -> None:
        """Never asked: no chat was opened."""
        del chat_id
        raise Unreachable(Reason.GONE)

    async def _tell(
        self, event: _Event, attendees: Sequence[Attendee], method: Method = Method.REQUEST, comment: str = ""
    ) -> None:
        """Write each attendee an invitation of their own, as Exchange does, and store the event."""
        for attendee in attendees:
            letter = self._invitation(event, attendee, method, comment)
            await self._write(f"{_name(letter.key)}.eml", mail.written(letter, MAILBOX, self._answer_to, self._clock()))
            await self._write(f"{_name(letter.key)}.ics", letter.calendar or b"")
        kept = {"appointment": event.appointment, "attendees": event.attendees, "sequence": event.sequence}
        await self._write(f"events/{_id(event.appointment.key)}.json", orjson.dumps(kept, option=orjson.OPT_INDENT_2))

    def _invitation(self, event: _Event, attendee: Attendee, method: Method, comment: str) -> Letter:
        """Return the invitation that Exchange would send. Exchange's own words are in the organiser's language."""
        appointment = event.appointment
        file = invitation(
            *(appointment, attendee, MAILBOX, self._clock()),
            method=method,
            sequence=event.sequence,
            join_url=event.join_url,
        )
        over = method is Method.CANCEL
        body = comment or ("Du är inte längre inbjuden." if over else appointment.text)
        return mail.compose(
            key=f"event-{appointment.key}-{event.sequence}-{method.lower()}-{attendee.mail}",
            to=attendee.mail,
            name=attendee.name,
            subject=f"Inställt: {appointment.title}" if over else appointment.title,
            text=f"**{_when(appointment)}**\n\n{body}",
            why="Du var inbjuden till mötet." if over else "Du är inbjuden till mötet.",
            link=None if over or not event.join_url else mail.Link("Anslut till mötet", event.join_url),
            calendar=file,
        )

    async def _event(self, event_id: str) -> _Event | None:
        file = self._folder / "events" / f"{_name(event_id)}.json"
        if not await asyncio.to_thread(file.exists):
            return None
        stored = orjson.loads(await asyncio.to_thread(file.read_bytes))
        times = {name: datetime.fromisoformat(stored["appointment"][name]) for name in ("starts", "ends")}
        appointment = Appointment(**{**stored["appointment"], **times})
        return _Event(appointment, [Attendee(**attendee) for attendee in stored["attendees"]], stored["sequence"])

    async def _known(self, event_id: str) -> _Event:
        event = await self._event(event_id)
        if event is None:
            raise Unreachable(Reason.GONE)
        return event

    async def _write(self, name: str, content: bytes) -> None:
        await asyncio.to_thread(partial(_write, self._folder / name, content))


def on_paper(folder: Path, answer_to: str, clock: Callable[[], datetime]) -> Tenant:
    """Return a tenant that writes files in ``folder``."""
    papers = Papers(folder, answer_to, clock)
    return Tenant(papers, papers, papers, papers, papers, papers, papers)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _id(key: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"sekom:{key}"))


def _when(appointment: Appointment) -> str:
    starts, ends = appointment.starts.astimezone(STOCKHOLM), appointment.ends.astimezone(STOCKHOLM)
    return (
        f"{WEEKDAYS[starts.weekday()].capitalize()} {day(starts)} kl. {starts.hour}.{starts:%M}–{ends.hour}.{ends:%M}"
    )


def _name(key: str) -> str:
    """Return a file name that every system takes and that shows the key."""
    return _UNSAFE.sub("-", key.lower()).strip("-.")[:150] or "x"
