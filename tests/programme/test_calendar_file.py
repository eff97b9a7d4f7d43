from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.message import UserError
from bot.programme import calendar_file
from bot.programme.entries import Entry, PlannedEvent, RefusedEntry
from bot.schedule import times
from bot.schedule.times import Span
from storage.events import EventKind
from tests.programme.files import APPLE, GOOGLE, OUTLOOK

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]


def read(text: str) -> list[Entry]:
    return calendar_file.read(text.replace("\n", "\r\n").encode(), NOW)


def event(*lines: str) -> str:
    times = ["DTSTART:20270301T090000Z", "DTEND:20270301T100000Z"]
    given = {line.partition(":")[0].partition(";")[0] for line in lines}
    kept = [line for line in times if line.partition(":")[0] not in given]
    summary = [] if "SUMMARY" in given else ["SUMMARY:Möte"]
    body = "\n".join(["UID:1", *summary, *kept, *lines])
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n{body}\nEND:VEVENT\nEND:VCALENDAR\n"


def test_outlooks_file_is_read_in_swedish_winter_time_without_the_meetings_small_print() -> None:
    [planned] = read(OUTLOOK)
    assert isinstance(planned, PlannedEvent)
    assert (planned.plan.title, planned.plan.kind) == ("Webbinarium om skyfall, del 1", EventKind.WEBINAR)
    assert planned.plan.when == Span(at(2027, 1, 14, 8), at(2027, 1, 14, 9, 30))
    assert planned.plan.join_url.startswith("https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc")
    assert (planned.plan.text, planned.plan.place, planned.note) == ("Vi går igenom årets skyfall.", "", "")


def test_googles_file_is_read_and_its_weekly_meeting_is_refused() -> None:
    course, weekly = read(GOOGLE)
    assert isinstance(course, PlannedEvent)
    assert course.plan.when == Span(at(2027, 7, 15, 12), at(2027, 7, 15, 13))
    assert course.plan.kind == EventKind.COURSE
    assert course.plan.join_url == "https://meet.google.com/abc-defg-hij"
    assert "återkommande" in weekly.reason if isinstance(weekly, RefusedEntry) else False


def test_apples_foreign_zone_is_the_same_moment_and_what_is_unsure_is_refused() -> None:
    talk, conference, night = read(APPLE)
    assert isinstance(talk, PlannedEvent)
    assert talk.plan.when == Span(at(2027, 3, 20, 14), at(2027, 3, 20, 15))
    assert talk.note == ("Det är svensk tid. I filen stod zonen America/New_York.")
    assert isinstance(conference, PlannedEvent)
    assert times.written(conference.plan.when) == "torsdag den 27 maj 2027 till fredag den 28 maj 2027"
    assert conference.plan.kind == EventKind.ANNUAL_MEETING
    assert isinstance(night, RefusedEntry)
    assert "Klockan 02.30 finns inte" in night.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (event("DTSTART;TZID=Mars/Olympus:20270301T090000"), "tidszonen ”Mars/Olympus”"),
        (event("DTEND:20270301T080000Z"), "slutar innan"),
        (event("DTSTART:20270201T080000Z"), "längre än en vecka"),
        (event("DTSTART:20200301T090000Z", "DTEND:20200301T100000Z"), "har redan varit"),
        (event("SUMMARY:"), "saknar rubrik"),
        (event(f"SUMMARY:{'a' * 300}"), "längre än 200"),
        (event("STATUS:CANCELLED"), "inställd"),
        (event("RECURRENCE-ID:20270301T090000Z"), "återkommande"),
        (event("DTSTART:i morgon"), "går inte att läsa"),
        (event("DTSTART;VALUE=DATE:20270301"), "går inte att läsa"),
        (event("DURATION:PT1H", "DTEND:nonsens"), "går inte att läsa"),
    ],
)
def test_an_event_that_is_unsure_is_refused_with_the_reason(text: str, reason: str) -> None:
    [refused] = read(text)
    assert isinstance(refused, RefusedEntry)
    assert reason in refused.reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ingen kalenderfil"),
        (b"PK\x03\x04", "ingen kalenderfil"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "inga händelser"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "inga händelser"),
        (b"BEGIN:VCALENDAR\r\n" + b"x" * 1_100_000, "för stor"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 301 + b"END:VCALENDAR\r\n", "fler än 300"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        calendar_file.read(data, NOW)


def test_the_same_entry_is_named_the_same_in_the_next_export() -> None:
    [first], [later] = read(OUTLOOK), read(OUTLOOK.replace("T090000", "T093000"))
    assert isinstance(first, PlannedEvent)
    assert isinstance(later, PlannedEvent)
    assert first.source == later.source
