"""Mail, Teams' activity feed, the calendar and new group chats as ways of a delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot.delivery import calendar, group_chats, mail
from bot.delivery.invitation import MAILBOX, Method, invitation, shown_of
from bot.delivery.mail import Link
from bot.ports import OWN_LIMIT, DeliveryWay, Failed, Member, Posted, Route, TryLater
from bot.tenant import Attendee, Ping, Tenant
from storage.calendar_files import AsFile
from storage.outbox import Delivery
from storage.outgoing import AsAppointment, AsMail, Reach

GREETING: Mapping[str, str] = {Reach.REMINDER: "Hej! Det här är en påminnelse från SEKOM-boten."}
STOP: Mapping[str, str] = {
    Reach.ANSWER: "Vill du inte ha sådana mejl? Skriv ”påminnelser” till mig i chatten och välj hur du vill ha dem.",
    Reach.REMINDER: (
        "Vill du ha påminnelser på ett annat sätt, eller ta en paus? Skriv ”påminnelser” till mig i chatten. "
        "Kommer du inte in i chatten? Svara på mejlet, så hjälper kansliet dig."
    ),
    Reach.ANNOUNCEMENT: "Vill du inte ha fler utskick? Svara på mejlet, så hjälper kansliet dig.",
}
"""How to stop such mails, by their reach. Replies go to the kansli (:func:`bot.delivery.mail.written`)."""
BACK = "Öppna chatten i Teams"


@dataclass
class Room:
    """A limited number of places, so that a Graph that does not answer can't stop all chat messages.

    A row that finds no free place gets its own time: ``apart`` seconds, about Microsoft's pace, after the last one's.
    """

    most: int
    apart: float
    _busy: int = 0
    _promised: float = 0.0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while the block runs. Raise :class:`TryLater` if all are taken."""
        now = asyncio.get_running_loop().time()
        if self._busy >= self.most:
            self._promised = max(self._promised, now) + self.apart
            raise TryLater(OWN_LIMIT, after=self._promised - now)
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1


class TenantRoutes:
    """Send by mail, activity feed and calendar, and open group chats. Without a tenant, none of these ways exists."""

    def __init__(
        self, tenant: Tenant | None = None, chat: str = "", *, mailbox: str | None = None, faster: float = 1.0
    ) -> None:
        """``chat`` is the address of the bot's chat in Teams. Every mail and notification leads to it.

        ``mailbox`` is the bot's, which ``.ics`` files name as the organiser.
        ``faster`` divides the waits, for tests with higher limits.
        """
        self._tenant = tenant
        self._chat = chat
        self._mailbox = mailbox or MAILBOX
        self._rooms = {
            DeliveryWay.MAIL: Room(8, 2.0 / faster),
            DeliveryWay.FEED: Room(8, 0.2 / faster),
            DeliveryWay.CALENDAR: Room(4, 2.0 / faster),
            DeliveryWay.GROUP_CHAT: Room(2, 0.2 / faster),
        }
        self.ways = frozenset(self._rooms if tenant is not None else ())

    async def send(self, route: Route, row: Delivery, body: Mapping[str, Any], play: calendar.Play) -> Posted:
        """Send the row's content to ``route.member`` or the calendar, or open a group chat.

        Raise as :class:`bot.ports.Messenger` does. ``play`` runs a function in a transaction.
        """
        if self._tenant is None:
            raise Failed("no_tenant")
        if route.way is DeliveryWay.CALENDAR:
            with self._rooms[route.way].place():
                return await calendar.bring_up_to_date(self._tenant.calendar, row, body, play)
        if route.way is DeliveryWay.GROUP_CHAT:
            with self._rooms[route.way].place():
                return await group_chats.open_for(self._tenant.chats, row, body, play)
        if route.member is None or "mail" not in body:
            raise Failed("nothing_to_mail")
        with self._rooms[route.way].place():
            return await self._send(self._tenant, route.way, route.member, row, body)

    async def _send(
        self, tenant: Tenant, way: DeliveryWay, member: Member, row: Delivery, body: Mapping[str, Any]
    ) -> Posted:
        content = mail_of(body)
        if way is DeliveryWay.FEED:
            shown = body.get("text") or (body.get("card") or {}).get("fallbackText") or content.subject
            ping = Ping(str(shown), content.subject, self._chat)
            await tenant.feed.notify(member.id, ping)
            return Posted("")
        letter = mail.compose(
            key=row.key,
            to=member.id,
            name=member.name,
            subject=content.subject,
            greeting=GREETING.get(row.reach, "Hej!"),
            text=content.text,
            quote=content.quote,
            why=content.why,
            stop=STOP.get(row.reach, ""),
            link=Link(BACK, self._chat),
            calendar=self._file(content.file, member, row),
        )
        return Posted("", activity_id=await tenant.mail.send(letter))

    def _file(self, file: AsFile | None, member: Member, row: Delivery) -> bytes | None:
        """Return the ``.ics`` file that goes along with a mail; None for a mail without one."""
        if file is None:
            return None
        return invitation(
            shown_of(file.event_key, AsAppointment.from_body(file.appointment)),
            Attendee(member.id, member.name),
            self._mailbox,
            row.claimed_at or row.created_at,
            method=Method.CANCEL if file.over else Method.REQUEST,
            sequence=file.sequence,
            join_url=file.join_url,
            answers=False,
        )


def mail_of(body: Mapping[str, Any]) -> AsMail:
    """Return the mail of a stored content."""
    file = body["mail"].get("file")
    return AsMail(**{**body["mail"], "file": AsFile(**file) if file else None})
