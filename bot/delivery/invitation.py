"""An invitation as an ``.ics`` file (RFC 5545, sent as in RFC 5546), for mail clients other than Exchange.

Through Graph, Exchange writes the invitations itself; this is for local mode and for dates that go along with a mail.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from icalendar import Alarm, Event, Timezone, vCalAddress, vText
from icalendar import Calendar as File

from bot.delivery.mail import SENDER, html_of, text_of
from bot.plain_text import printable, printable_line
from bot.swedish import STOCKHOLM
from bot.tenant import Appointment, Attendee
from storage.outgoing import AsAppointment

MAILBOX = "bot@ekokommuner.example"
"""The organiser and sender where the bot has no mailbox."""
REMIND_BEFORE = timedelta(minutes=15)
ZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Stockholm
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
"""Today's rule, as Outlook writes it. The library's own zone lists every change since 1970 and ends in 2037."""


class Method(StrEnum):
    """What the receiver does with the file."""

    REQUEST = "REQUEST"
    """Invite, or change an appointment: the same UID with a higher SEQUENCE."""
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"
    """Put it in one's calendar without an answer. It has no attendee (RFC 5546, 3.2.1)."""


def published(
    event_key: str,
    appointment: AsAppointment,
    mailbox: str | None,
    now: datetime,
    *,
    sequence: int = 0,
    join_url: str | None = None,
) -> bytes:
    """Return the file behind *Lägg i kalendern*, for a person who has no invitation by mail. It names no attendee.

    ``sequence`` and ``join_url`` are as :mod:`storage.appointments` has them, so that a file fetched after a change
    replaces the entry of the earlier file. ``mailbox`` is the bot's, ``settings.graph_mailbox``.
    """
    shown = shown_of(event_key, appointment)
    who, method, link = mailbox or MAILBOX, Method.PUBLISH, join_url or ""
    return invitation(shown, None, who, now, method=method, sequence=sequence, join_url=link)


def shown_of(event_key: str, stored: AsAppointment) -> Appointment:
    """Return the appointment as calendars show it."""
    return Appointment(
        key=event_key,
        title=stored.title,
        starts=stored.starts,
        ends=stored.ends,
        text=stored.text,
        html=html_of(stored.text),
        online=stored.online,
        place=stored.place,
    )


def invitation(
    appointment: Appointment,
    attendee: Attendee | None,
    organiser: str,
    now: datetime,
    *,
    method: Method = Method.REQUEST,
    sequence: int = 0,
    join_url: str = "",
    answers: bool = True,
) -> bytes:
    """Return one person's invitation. It names nobody else. ``sequence`` rises with every change of the appointment.

    Only a published appointment has no ``attendee``. ``answers`` says whether the organiser wants to hear a yes or no.
    """
    event = Event()
    event.add("uid", f"{uuid5(NAMESPACE_URL, f'sekom:{appointment.key}')}@{organiser.partition('@')[2]}")
    event.add("sequence", sequence)
    event.add("dtstamp", now)
    event.add("dtstart", appointment.starts.astimezone(STOCKHOLM))
    event.add("dtend", appointment.ends.astimezone(STOCKHOLM))
    title, text = printable_line(appointment.title), text_of(printable(appointment.text))
    event.add("summary", title)
    event.add("description", "\n\n".join(filter(None, (text, f"Anslut: {join_url}" if join_url else ""))))
    if appointment.place or join_url:
        event.add("location", printable_line(appointment.place) or "Teams")
    if join_url:
        event.add("url", join_url)
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _who(organiser, SENDER))
    if attendee is not None:
        event.add("attendee", _invited(attendee, answers=answers), encode=False)
    if method is not Method.CANCEL:
        event.add_component(_alarm(title))
    return _file(event, method)


def _file(event: Event, method: Method) -> bytes:
    file = File()
    file.add("prodid", "-//Sveriges Ekokommuner//SEKOM-boten//SV")
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("method", method)
    file.add_component(Timezone.from_ical(ZONE))
    file.add_component(event)
    return bytes(file.to_ical())


def _alarm(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -REMIND_BEFORE)
    return alarm


def _who(mail: str, name: str) -> vCalAddress:
    who = vCalAddress(f"mailto:{mail}")
    if name:
        who.params["CN"] = vText(printable_line(name))
    return who


def _invited(attendee: Attendee, *, answers: bool) -> vCalAddress:
    who = _who(attendee.mail, attendee.name)
    who.params["ROLE"] = vText("REQ-PARTICIPANT")
    who.params["PARTSTAT"] = vText("NEEDS-ACTION")
    who.params["RSVP"] = vText("TRUE" if answers else "FALSE")
    return who
