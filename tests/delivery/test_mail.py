"""Mails and invitations: what is in them, read by libraries that did not write them."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from bot.delivery.invitation import Method, invitation
from bot.delivery.mail import compose, html_of, text_of, written
from bot.mail_address import address, is_address
from bot.papers import Papers, on_paper
from bot.ports import Reason, Unreachable
from bot.swedish import STOCKHOLM
from bot.tenant import Appointment, Attendee
from tests.support.graph import ANNA, NOW, PEOPLE, PING, appointment, letter
from tests.support.mail import Balanced, read

ORGANISER = "bot@ekokommuner.example"
AWKWARD = 'Öberg; Anna, "kontakt"'
LOST_SPACE = 'a(-, =ä)=é"å.(b ( \\_éaå😀.å--=;öab \\b,\\é b -- ;"abå å'
"""Python 3.11 writes it without one of its spaces."""


def read_event(content: bytes) -> Event:
    [event] = IcsCalendarStream.calendar_from_ics(content.decode()).events
    return event


def test_the_text_says_everything_without_html() -> None:
    assert letter().text == (
        "Hej Anna!\n\nTranemos nyckeltal för 2026 saknas än. Sista dagen är den 31 mars.\n\n"
        "Öppna chatten i Teams:\nhttps://teams.microsoft.com/l/chat/0/0?users=28:6c9e9d3a-0000-4000-8000-000000000001\n\n"
        "-- \nSveriges Ekokommuner\n"
        "Du får mejlet för att du rapporterar nyckeltalen för Tranemo kommun.\n"
        "Vill du inte ha påminnelser med e-post? Skriv ”påminnelser” till boten i Teams, eller svara på mejlet.\n"
    )


def test_the_html_is_whole_and_swedish() -> None:
    page = Balanced(letter().html)

    assert (page.open, page.wrong) == ([], [])
    assert page.links == ["https://teams.microsoft.com/l/chat/0/0?users=28:6c9e9d3a-0000-4000-8000-000000000001"]
    assert '<html lang="sv">' in letter().html
    assert "<title>Nyckeltalen ska in senast den 31 mars</title>" in letter().html


@pytest.mark.parametrize(
    ("said", "html", "text"),
    [
        ("a\nb", "<p>a<br>b</p>", "a\nb"),
        ("**a** <b>", "<p><strong>a</strong> &lt;b&gt;</p>", "a <b>"),
        ("x:\n- a\n- b\n\ny", "<p>x:</p>\n<ul><li>a</li><li>b</li></ul>\n<p>y</p>", "x:\n- a\n- b\n\ny"),
        (
            '[se "här"](https://x.se/?a=1&b="2)',
            '<p><a class="text" href="https://x.se/?a=1&amp;b=&quot;2">se &quot;här&quot;</a></p>',
            'se "här" (https://x.se/?a=1&b="2)',
        ),
        (
            "[se här](https://x.se/?a=1&b=2)",
            '<p><a class="text" href="https://x.se/?a=1&amp;b=2">se här</a></p>',
            "se här (https://x.se/?a=1&b=2)",
        ),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>", "[x](javascript:alert(1))"),
        ("[a@b.se](mailto:a@b.se)", '<p><a class="text" href="mailto:a@b.se">a@b.se</a></p>', "a@b.se"),
    ],
)
def test_markdown(said: str, html: str, text: str) -> None:
    assert re.sub(r' style="[^"]*"', "", html_of(said)) == html
    assert text_of(said) == text


def test_headers_take_no_line_breaks_and_a_long_subject_is_cut() -> None:
    wild = compose(
        key="k",
        to="anna@tranemo.example",
        name="An\x00na\x1b\ud83d\r\nBcc: alla@x.example",
        subject=f"H\x07ej\r\nBcc: alla@x.example {'å' * 300}",
        text="x\x00y",
        quote="a\ud800b",
        why="y",
    )
    content = written(wild, ORGANISER, "kansliet@åmål.example", NOW)
    mail = read(content)
    assert mail["Reply-To"] == "kansliet@xn--ml-xiab.example"
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content)
    assert wild.text.startswith("xy\n\n> ab\n")
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].display_name == "Anna Bcc: alla@x.example"
    assert len(mail["Subject"]) == 120


@pytest.mark.parametrize(
    "name",
    ["", AWKWARD, "Åsa Ö", "a@b.se", "x" * 200, "=?utf-8?q?=C3=85?=", "Å" * 60, "Öberg " * 20 + "(Lund)", LOST_SPACE],
)
def test_any_name_can_be_written_to(name: str) -> None:
    said: dict[str, Any] = {"to": "anna@tranemo.example", "name": name, "subject": name, "text": "x", "why": "y"}
    content = written(compose(key="k", **said), ORGANISER, ORGANISER, NOW)

    mail = email.message_from_bytes(content)  # the library's older reader, which shares no code with the newer writer
    to, spelt = parseaddr(mail["To"])
    read_back = [str(make_header(decode_header(text))) for text in (to, mail["Subject"])]
    subject = name if len(name) <= 120 else f"{name[:119].strip()}…"
    assert [*read_back, spelt] == [name, subject, "anna@tranemo.example"]
    assert max(map(len, content.splitlines())) <= 998


@pytest.mark.parametrize(
    ("mail", "spelt"),
    [
        ("anna@tranemo.se", "anna@tranemo.se"),
        ("a.o'brien+x@åmål.se", "a.o'brien+x@xn--ml-xiab.se"),
        ("anna_x.se#EXT#@y.onmicrosoft.com", None),
        ("åsa@tranemo.se", None),
        ("a@b@c.se", None),
        ("a..b@c.se", None),
        (f"{'x' * 64}@{'b' * 63}.se", f"{'x' * 64}@{'b' * 63}.se"),
        (f"{'x' * 65}@b.se", None),
        (f"a@{'b' * 64}.se", None),
        (f"a@{'.'.join(['b' * 63] * 4)}.example", None),
        ("a@-b.se", None),
        ("a@b-.se", None),
        ("a@å-.se", "a@xn----1fa.se"),
        ("a@b_c.se", None),
        ("a@192.0.2.1", None),
        (".@c.se", None),
        ("anna", None),
        ("anna@localhost", None),
        (f"a@{'x' * 70}å.se", None),
        ("", None),
    ],
)
def test_what_is_an_address(mail: str, spelt: str | None) -> None:
    if spelt is None:
        assert not is_address(mail)
    else:
        assert address(mail) == spelt


def test_an_invitation_read_by_another_library() -> None:
    event = read_event(
        invitation(
            replace(appointment("Vatten,\x00 åar & ”sjöar”;\ud800"), text="**Se** [här](https://x.se)"),
            Attendee("anna@tranemo.example", f"{AWKWARD}\x1b\ud83d"),
            ORGANISER,
            NOW,
        )
    )

    assert (event.summary, event.description) == ("Vatten, åar & ”sjöar”;", "Se här (https://x.se)")
    assert event.dtstart == datetime(2027, 3, 30, 9, 0, tzinfo=STOCKHOLM)
    assert event.dtend - event.dtstart == timedelta(hours=1)  # type: ignore[operator]
    assert event.sequence == 0
    assert event.uid.endswith("@ekokommuner.example")
    assert [str(attendee.uri) for attendee in event.attendees] == ["mailto:anna@tranemo.example"]
    assert event.attendees[0].common_name == AWKWARD
    assert str(event.organizer.uri) == f"mailto:{ORGANISER}"  # type: ignore[union-attr]


def test_the_zone_is_stockholm_on_both_sides_of_summer() -> None:
    for month, hours in ((1, 1), (7, 2)):
        starts = datetime(2027, month, 15, 8, 0, tzinfo=UTC)
        event = read_event(invitation(_at(starts), PEOPLE[0], ORGANISER, NOW))
        assert isinstance(event.dtstart, datetime)
        assert event.dtstart.utcoffset() == timedelta(hours=hours)
        assert event.dtstart == starts


def _at(starts: datetime) -> Appointment:
    return replace(appointment(), starts=starts, ends=starts + timedelta(hours=1))


def test_lines_are_as_short_as_the_standard_wants() -> None:
    content = invitation(appointment("å" * 300), PEOPLE[0], ORGANISER, NOW, join_url="https://t.example/" + "x" * 300)
    lines = content.split(b"\r\n")

    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"END:VCALENDAR\r\n")


def test_a_change_and_the_end_are_the_same_event_and_newer() -> None:
    first = read_event(invitation(appointment(), PEOPLE[0], ORGANISER, NOW))
    moved = read_event(invitation(appointment("Flyttat"), PEOPLE[0], ORGANISER, NOW, sequence=1))
    over = invitation(appointment(), PEOPLE[0], ORGANISER, NOW, method=Method.CANCEL, sequence=2)

    assert (first.uid, first.sequence) == (moved.uid, 0)
    assert moved.sequence == 1
    assert b"METHOD:CANCEL" in over
    assert read_event(over).status == "CANCELLED"


# on a laptop


async def test_a_mail_on_a_laptop_is_a_file_that_a_mail_client_opens(tmp_path: Path) -> None:
    tenant = on_paper(tmp_path, "kansliet@ekokommuner.example", lambda: NOW)
    await tenant.mail.send(letter())
    await tenant.mail.send(letter())

    [file] = _files(tmp_path)
    assert file.name == "mail-deadline-12-2027-03-31-rung--14-person-88.eml"
    assert read(file.read_bytes())["Subject"] == "Nyckeltalen ska in senast den 31 mars"
    with pytest.raises(Unreachable) as refused:
        await tenant.mail.send(letter(to="anna_x.se#EXT#@y.onmicrosoft.com"))
    assert refused.value.reason is Reason.NO_ADDRESS


async def test_a_meeting_on_a_laptop(tmp_path: Path) -> None:
    papers = Papers(tmp_path, "kansliet@ekokommuner.example", lambda: NOW)
    booked = await papers.create(appointment(), PEOPLE)
    assert await papers.create(appointment(), PEOPLE) == booked
    assert _eml(tmp_path) == {
        "event-event-7-0-request-anna@tranemo.example.eml": ("REQUEST", 0),
        "event-event-7-0-request-bo@lund.example.eml": ("REQUEST", 0),
    }

    await papers.update(booked, appointment("Nytt namn"))
    await papers.invite(booked, [PEOPLE[1], Attendee("eva@orust.example", "Eva")])
    await papers.cancel(booked.id, "Föreläsaren är sjuk.")
    await papers.cancel(booked.id, "igen")

    assert {name: what for name, what in _eml(tmp_path).items() if "-0-" not in name} == {
        "event-event-7-1-request-anna@tranemo.example.eml": ("REQUEST", 1),
        "event-event-7-1-request-bo@lund.example.eml": ("REQUEST", 1),
        "event-event-7-1-request-eva@orust.example.eml": ("REQUEST", 1),
        "event-event-7-1-cancel-anna@tranemo.example.eml": ("CANCEL", 1),
        "event-event-7-2-cancel-bo@lund.example.eml": ("CANCEL", 2),
        "event-event-7-2-cancel-eva@orust.example.eml": ("CANCEL", 2),
    }
    with pytest.raises(Unreachable, match="gone"):
        await papers.update(booked, appointment())


async def test_the_rest_on_a_laptop(tmp_path: Path) -> None:
    tenant = on_paper(tmp_path, "kansliet@ekokommuner.example", lambda: NOW)
    await tenant.feed.notify(ANNA, PING)
    await tenant.feed.notify(ANNA, PING)
    assert await tenant.installer.install(ANNA)

    assert [file.name.split("-")[0] for file in _files(tmp_path)] == ["feed", "install"]
    assert await tenant.directory.team_members("x") == ()
    assert await tenant.webinars.organised_by("x") == ()


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def _eml(folder: Path) -> dict[str, tuple[str, int]]:
    """The method and the sequence of each invitation."""
    found = {}
    for file in folder.glob("*.eml"):
        mail = read(file.read_bytes())
        body = mail.get_body(("html",))
        assert body is not None
        assert Balanced(body.get_content()).wrong == []
        assert "Tisdag den 30 mars 2027 kl. 9.00–10.00" in body.get_content()
        [calendar] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        [attached] = mail.iter_attachments()
        event = read_event(calendar.get_content().encode())
        assert attached.get_filename() == "inbjudan.ics"
        assert read_event(attached.get_content()).uid == event.uid
        assert isinstance(event.sequence, int)
        found[file.name] = (str(calendar["Content-Type"].params["method"]), event.sequence)
    return found
