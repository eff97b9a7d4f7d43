"""Every kind of ``.ics`` file by the rules of RFC 5545 and RFC 5546, and as the icalendar library reads it back."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest

from bot.delivery.invitation import MAILBOX, Method, invitation, published, shown_of
from bot.swedish import STOCKHOLM
from bot.tenant import Attendee
from storage.outgoing import AsAppointment

NOW = datetime(2026, 11, 24, 11, 0, 30, tzinfo=UTC)
ANNA = Attendee("anna@tranemo.example", 'Öberg; "Anna", Åsa\r\nX-EVIL:1')
PLAN = AsAppointment(
    title="Skyfall; dagvatten, \\n och åar " + "åäö🌧️" * 30 + "\r\nATTENDEE:mailto:x@evil.example",
    starts=datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    ends=datetime(2027, 3, 28, 2, 30, tzinfo=UTC),
    text="**Välkommen!**\n\nRad två; med semikolon, komma och \\ snedstreck.\r\nEND:VEVENT " + "ö" * 200,
    place="Örebro, Stadshuset; sal B",
)
LINK = "https://teams.microsoft.com/l/meetup-join/" + "x" * 200
METHODS = [Method.REQUEST, Method.CANCEL, Method.PUBLISH]


def written(method: Method, plan: AsAppointment = PLAN, sequence: int = 3) -> bytes:
    if method is Method.PUBLISH:
        return published("event:7", plan, None, NOW, sequence=sequence, join_url=LINK)
    shown = shown_of("event:7", plan)
    return invitation(shown, ANNA, MAILBOX, NOW, method=method, sequence=sequence, join_url=LINK)


def read(content: bytes) -> Any:
    """Return the file's only event, after the library found no fault in any part."""
    file = icalendar.Calendar.from_ical(content)
    assert [part.errors for part in file.walk()] == [[]] * len(file.walk())
    [event] = file.walk("VEVENT")
    return event


@pytest.mark.parametrize("method", METHODS)
def test_the_file_keeps_the_rules_of_the_standard(method: Method) -> None:
    content = written(method)
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content)
    assert max(map(len, lines)) <= 75
    assert all(line.decode() for line in lines)  # no fold within a character
    unfolded = re.sub(r"\r\n[ \t]", "", content.decode()).split("\r\n")[:-1]
    assert all(re.match(r"[A-Z-]+(;[A-Z-]+=(\"[^\"]*\"|[^\";:,]*))*:", line) for line in unfolded)

    opened: list[str] = []
    seen = Counter[tuple[str, str]]()
    for line in unfolded:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            opened.append(value)
        elif name == "END":
            assert opened.pop() == value
        else:
            seen[opened[-1], name.partition(";")[0]] += 1
    assert opened == []
    once = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "SEQUENCE", "STATUS", "DESCRIPTION")
    assert [seen["VEVENT", name] for name in once] == [1] * len(once)
    assert [seen["VCALENDAR", name] for name in ("PRODID", "VERSION", "METHOD")] == [1, 1, 1]
    assert seen["VEVENT", "ATTENDEE"] == (method is not Method.PUBLISH)
    assert (seen["VALARM", "TRIGGER"], seen["VTIMEZONE", "TZID"]) == (method is not Method.CANCEL, 1)
    assert f"METHOD:{method}" in unfolded
    assert "DTSTAMP:20261124T110030Z" in unfolded


@pytest.mark.parametrize("method", METHODS)
def test_the_icalendar_library_reads_back_what_was_planned(method: Method) -> None:
    event = read(written(method))

    assert str(event["SUMMARY"]) == PLAN.title.replace("\r\n", " ")
    assert str(event["LOCATION"]) == PLAN.place
    assert str(event["DESCRIPTION"]).startswith("Välkommen!\n\nRad två; med semikolon, komma och \\ snedstreck.\nEND:")
    assert str(event["DESCRIPTION"]).endswith(f"Anslut: {LINK}")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (PLAN.starts, PLAN.ends)  # the night of summer time
    assert event["DTSTART"].params["TZID"] == "Europe/Stockholm"
    assert (event["SEQUENCE"], str(event["STATUS"])) == (3, "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    if method is not Method.PUBLISH:
        assert str(event["ATTENDEE"]) == "mailto:anna@tranemo.example"
        assert event["ATTENDEE"].params["CN"] == 'Öberg; "Anna", Åsa X-EVIL:1'


def test_a_file_fetched_after_a_change_replaces_the_first() -> None:
    later = replace(PLAN, starts=PLAN.starts + timedelta(hours=4), ends=PLAN.ends + timedelta(hours=4))
    first, moved = (read(written(Method.PUBLISH, plan, sequence)) for sequence, plan in enumerate((PLAN, later)))
    asked = read(written(Method.REQUEST))

    assert str(first["UID"]) == str(moved["UID"]) == str(asked["UID"])
    assert (first["SEQUENCE"], moved["SEQUENCE"]) == (0, 1)
    assert moved["DTSTART"].dt.astimezone(STOCKHOLM).hour == 6
