"""An event's ``.ics`` files: the one behind *Lägg i kalendern*, and those that go by mail. And people outside."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import update

from bot import downloads
from bot.delivery.tenant_routes import TenantRoutes
from bot.events import notices
from bot.papers import on_paper
from bot.register.change import Change
from bot.schedule import seats
from storage import events, invitations
from storage.events import EventState
from storage.invitations import Invitation
from tests.support import mail
from tests.support.chat import Chat, actions
from tests.support.events import HOUR, STARTS, change, put_up, rows, tick
from tests.support.people import know, person

REGISTER = ("event.register", {"event": 1})
BY_MAIL = ("event.register", {"event": 1, "by_mail": "true"})
LINK = "https://moten.example/skyfall"


@pytest.fixture
def anna(chat: Chat, tmp_path: Path) -> Chat:
    """Anna, with mail and calendar on paper as on a laptop."""
    routes = TenantRoutes(on_paper(tmp_path, "kansliet@sekom.se", chat.clock))
    chat = Chat(chat.app, chat.clock, history=chat.history, elsewhere=routes)
    know(chat, mail="anna@sotenas.se", guest=True)
    return chat


def fetched(chat: Chat) -> tuple[str, Any]:
    """Press *Lägg i kalendern* and fetch the file. Return its method and its event."""
    chat.say("anmäl mig till skyfall")
    chat.click("Lägg i kalendern")
    address = next(action["url"] for action in actions(chat.card) if action["type"] == "Action.OpenUrl")
    token, now = address.rpartition("/")[2], chat.clock.now
    file = chat.app.database.play(lambda session: downloads.fetch(chat.app, session, token, now))
    assert file is not None
    assert (file.name, file.content_type) == ("mote.ics", "text/calendar")
    return read(file.content())


def read(content: bytes) -> tuple[str, Any]:
    whole = Calendar.from_ical(content)
    [event] = whole.walk("VEVENT")
    assert [str(zone["TZID"]) for zone in whole.walk("VTIMEZONE")] == ["Europe/Stockholm"]
    return str(whole["METHOD"]), event


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Stockholm"))  # type: ignore[arg-type, misc]


def mailed(folder: Path, to: str) -> list[tuple[str, str, int]]:
    """Return each mail with a file to this address, oldest first: its subject, and the file's method and SEQUENCE."""
    letters = []
    for path in sorted(folder.glob("mail-*.eml"), key=lambda path: path.stat().st_mtime_ns):
        letter = mail.read(path.read_bytes())
        files = [part for part in letter.iter_attachments() if part.get_filename() == "inbjudan.ics"]
        if files and to in str(letter["To"]):
            content = path.with_suffix(".ics").read_bytes()
            assert files[0].get_payload(decode=True) == content
            method, event = read(content)
            assert str(event["ATTENDEE"]) == f"mailto:{to}"
            letters.append((str(letter["Subject"]), method, event["SEQUENCE"]))
    return letters


def subjects(folder: Path, to: str) -> list[str]:
    """Return the subjects of all mails to this address, also of invitations."""
    letters = [mail.read(path.read_bytes()) for path in folder.glob("*.eml")]
    return sorted(str(letter["Subject"]) for letter in letters if to in str(letter["To"]))


def move(chat: Chat, hours: int) -> None:
    later = STARTS + hours * HOUR
    change(chat, starts_at=later, ends_at=later + HOUR)
    tick(chat, minutes=1)


def place(chat: Chat, outside: str) -> None:
    """Note why the invited people are not in the calendar's entry."""
    chat.app.database.play(lambda session: session.execute(update(Invitation).values(outside=outside)))


def test_the_fetched_file_replaces_itself_after_a_move_and_names_nobody(anna: Chat) -> None:
    put_up(anna, join_url=LINK)
    bo = anna.as_("Bo Ek")
    know(bo, mail="bo@lund.se")
    bo.press(*REGISTER)
    tick(anna)
    method, first = fetched(anna)
    assert (method, first["SEQUENCE"]) == ("PUBLISH", 0)
    assert first["DTSTART"].dt == local(2026, 12, 3, 9)
    assert first["DTSTART"].params["TZID"] == "Europe/Stockholm"
    assert first["DTEND"].dt == local(2026, 12, 3, 10)
    assert LINK not in first.to_ical().decode().replace("\r\n ", "")  # only registered people read where to join

    anna.press(*REGISTER)
    move(anna, 24)
    method, second = fetched(anna)
    assert (method, second["SEQUENCE"], second["UID"]) == ("PUBLISH", 1, first["UID"])
    assert second["DTSTART"].dt == local(2026, 12, 4, 9)
    text = second.to_ical().decode().replace("\r\n ", "")
    assert text.count(f"Anslut: {LINK}") == 1
    assert "ATTENDEE" not in second
    assert text.count("mailto:") == 1  # the organiser
    assert "lund" not in text
    change(anna, starts_at=None, ends_at=None)
    assert "inget datum än" in anna.press("event.calendar", {"event": 1})


def test_the_file_goes_by_mail_once_for_each_change(anna: Chat, tmp_path: Path) -> None:
    put_up(anna, teams_meeting=True)
    bo, cia = anna.as_("Bo Ek"), anna.as_("Cia Ceder")
    know(bo, mail="bo@lund.se", guest=True)
    know(cia, mail="cia@lund.se", guest=True)
    tick(anna)
    anna.press(*BY_MAIL)
    tick(anna, minutes=1)
    assert mailed(tmp_path, "anna@sotenas.se") == [("I kalendern: Skyfall i praktiken", "REQUEST", 0)]
    [path] = tmp_path.glob("mail-event-file-1*.ics")
    content = path.read_bytes().replace(b"\r\n ", b"")
    assert b"DTSTART;TZID=Europe/Stockholm:20261203T090000" in content
    assert b"https://teams.example/l/" in content
    assert b"RSVP=FALSE" in content
    bo.press(*REGISTER)
    cia.press(*BY_MAIL)
    for _ in range(3):
        tick(anna, minutes=1)
    move(anna, 24)
    for _ in range(70):
        tick(anna, minutes=1)
    news = ("Ändrat: Skyfall i praktiken", "REQUEST", 1)
    assert mailed(tmp_path, "anna@sotenas.se")[1:] == [news]
    assert mailed(tmp_path, "cia@lund.se")[1:] == [news]
    assert mailed(tmp_path, "bo@lund.se") == []
    anna.press("event.leave", {"event": 1})
    change(anna, state=EventState.CANCELLED, reason="Talaren är sjuk.", cancelled_at=anna.clock.now)
    for _ in range(70):
        tick(anna, minutes=1)
    assert mailed(tmp_path, "anna@sotenas.se")[2:] == [("Ur kalendern: Skyfall i praktiken", "CANCEL", 1)]
    assert mailed(tmp_path, "cia@lund.se")[2:] == [("Inställt: Skyfall i praktiken", "CANCEL", 2)]
    # each by one way: bo's calendar by invitations and the mail after the chat, cia's by three mails
    assert len(subjects(tmp_path, "cia@lund.se")) == 3
    assert len(subjects(tmp_path, "anna@sotenas.se")) == 3
    assert len(rows(anna, "event_move:1")) == 3 + sum(key.endswith(":mail") for key in rows(anna, "event_move:1"))


def test_a_file_that_still_waits_is_replaced_or_taken_back_unsent(anna: Chat, tmp_path: Path) -> None:
    put_up(anna)
    tick(anna)

    def press(verb: str, **choices: Any) -> None:
        """Do what the button does. A pressed button would also deliver what waits."""

        def work(session: Any) -> None:
            event = events.lock(session, 1)
            assert event is not None
            getattr(seats, verb)(Change(session, None, anna.clock.now), event, number, **choices)
            notices.attend(session, event, anna.clock.now)

        anna.app.database.play(work)

    number = person(anna).id

    press("register", by_mail=True)
    press("leave")
    tick(anna)
    assert mailed(tmp_path, "anna@sotenas.se") == []
    press("register", by_mail=True)
    press("register", by_mail=False)
    press("register", by_mail=True)
    tick(anna)
    assert mailed(tmp_path, "anna@sotenas.se") == [("I kalendern: Skyfall i praktiken", "REQUEST", 0)]
    press("register", by_mail=False)  # an invitation now
    tick(anna, minutes=2)
    assert mailed(tmp_path, "anna@sotenas.se")[1:] == [("Ur kalendern: Skyfall i praktiken", "CANCEL", 0)]
    assert "Skyfall i praktiken" in subjects(tmp_path, "anna@sotenas.se")


def test_people_outside_the_entry_are_told_and_offered_the_file(anna: Chat) -> None:
    put_up(anna)
    tick(anna)
    anna.press(*REGISTER)
    tick(anna, minutes=1)
    assert "Inbjudan kommer i din kalender." in anna.press("event.open", {"event": 1})
    for reason, told in (
        (invitations.FULL, "Kalenderbokningen rymmer inga fler"),
        (invitations.NO_ADDRESS, "Jag har ingen mejladress som en kalenderinbjudan kan gå till."),
    ):
        place(anna, reason)
        seen = anna.press("event.open", {"event": 1})
        assert told in seen
        assert "Inbjudan kommer" not in seen
        assert "Lägg i kalendern" in seen


def test_only_people_whom_the_event_is_for_are_asked_to_say_no(anna: Chat) -> None:
    put_up(anna, audience={"parts": [{"people": [person(anna).id]}]})
    bo, cia = anna.as_("Bo Ek"), anna.as_("Cia Ceder")
    put_up(anna, "För alla")
    for who, asked in ((anna, True), (bo, False), (cia, False)):
        assert ("Kan inte komma" in who.press("event.open", {"event": 1})) is asked
    assert "Kan inte komma" not in anna.press("event.open", {"event": 2})
