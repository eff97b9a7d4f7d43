"""Times of events: read from a line, taken from a form, moved and written, across both changes of summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.message import UserError
from bot.schedule import life, sentences, times
from bot.schedule.life import SeriesStep
from bot.schedule.times import Span
from tests.conftest import NOON

SENTENCES = (
    # the line, the time that is read back, the rest of the line
    ("om skyfall torsdag 3 dec 9–10", "torsdag den 3 december 2026 kl. 09.00–10.00", "om skyfall"),
    ("om pfas 14 januari kl 9-10.30 på Teams", "torsdag den 14 januari 2027 kl. 09.00–10.30", "om pfas på Teams"),
    ("om pfas, tors 3 dec. 8.30–10", "torsdag den 3 december 2026 kl. 08.30–10.00", "om pfas"),
    ("9-10 torsdag den 3:e december om pfas", "torsdag den 3 december 2026 kl. 09.00–10.00", "om pfas"),
    ("om 2-3 saker 4 dec 9–10", "fredag den 4 december 2026 kl. 09.00–10.00", "om 2-3 saker"),
    ("om mål 6-14 3 dec kl 9", "torsdag den 3 december 2026 kl. 09.00–10.00", "om mål 6-14"),
    ("om klimat 2027-01-14 kl. 13.00 till 14.30", "torsdag den 14 januari 2027 kl. 13.00–14.30", "om klimat"),
    ("om klimat 14/1 9:00-10:30", "torsdag den 14 januari 2027 kl. 09.00–10.30", "om klimat"),
    ("om klimat 14/1 2028 mellan 9 och 10", "fredag den 14 januari 2028 kl. 09.00–10.00", "om klimat"),
    ("3 december, 9.00 i Eslöv", "torsdag den 3 december 2026 kl. 09.00–10.00", "i Eslöv"),
    ("på torsdag kl 9-10 om träd", "torsdag den 26 november 2026 kl. 09.00–10.00", "om träd"),
    ("i morgon 13-14", "onsdag den 25 november 2026 kl. 13.00–14.00", ""),
    ("torsdag vecka 49 kl 9-10", "torsdag den 3 december 2026 kl. 09.00–10.00", ""),
    ("torsdag v. 2 kl 9-10", "torsdag den 14 januari 2027 kl. 09.00–10.00", ""),
    ("i Eslöv 3–4 december 2026", "torsdag den 3 december 2026 till fredag den 4 december 2026", "i Eslöv"),
    ("om skyfall 3 dec", "torsdag den 3 december 2026", "om skyfall"),
    ("om skott den 29 februari kl 9-10", "tisdag den 29 februari 2028 kl. 09.00–10.00", "om skott"),
    ("om natt 31/10 2027 kl 02.30 vintertid", "söndag den 31 oktober 2027 kl. 02.30 vintertid–03.30", "om natt"),
    ("om vatten", "datum inte satt", "om vatten"),
)
TWICE = [f"söndag den 31 oktober 2027 kl. 02.30 {which}–04.00" for which in ("sommartid", "vintertid")]
DOUBTS: tuple[tuple[str, str, list[str]], ...] = (
    # the line, words of the question, the times to choose from
    ("torsdag 4 dec 9-10", "är en fredag, inte en torsdag", ["fredag den 4 december", "torsdag den 3 december"]),
    ("nästa torsdag 9-10", "Vilken torsdag", ["torsdag den 26 november", "torsdag den 3 december"]),
    ("söndag 28 mars 2027 02.30-04", "finns inte den 28 mars 2027", []),
    ("31/10 2027 kl 02.30-04", "kommer två gånger", TWICE),
    ("31 februari kl 9", "Det finns inget datum", []),
    ("måndag vecka 60 kl 9", "ingen vecka 60", []),
    ("3 dec 2025 kl 9-10", "har redan varit", []),
    ("24 nov kl 9-10", "har redan varit", []),
    ("3 dec 2062 kl 9", "mer än tre år bort", []),
    ("3 dec 10-9", "Slutet är före starten", []),
    ("3 dec kl 25", "Jag förstår inte klockslaget", []),
    ("om pfas kl 9-10", "ingen dag", []),
)


def test_a_line_is_read_with_weekday_date_year_and_times() -> None:
    read = [(line, sentences.read(line, NOON)) for line, _, _ in SENTENCES]

    assert [(line, times.written(one.when), one.rest) for line, one in read] == list(SENTENCES)
    assert {one.doubt for _, one in read} == {""}


def test_what_a_line_leaves_open_is_asked_about() -> None:
    for line, asked, choices in DOUBTS:
        reading = sentences.read(line, NOON)
        written = [times.written(choice) for choice in reading.choices]

        assert (reading.when, asked in reading.doubt) == (None, True), (line, reading)
        assert len(written) == len(choices), (line, written)
        assert all(text.startswith(start) for text, start in zip(written, choices, strict=True)), (line, written)


@pytest.mark.parametrize(
    ("line", "dated"),
    [("9" * 1500, False), ("kl " * 500, False), ("torsdag " * 190, True), ("3 dec " * 250, True), ("1/" * 700, False)],
)
def test_a_long_line_is_read_without_a_fault(line: str, dated: bool) -> None:  # noqa: FBT001
    assert (sentences.read(line, NOON).when is not None) is dated


def test_a_clock_time_is_taken_as_it_is_said_or_refused() -> None:
    on = date(2027, 3, 28)

    assert times.moment(on, "kl. 9") == datetime(2027, 3, 28, 7, tzinfo=UTC)
    assert times.moment(on, "0930") == datetime(2027, 3, 28, 7, 30, tzinfo=UTC)
    assert times.moment(date(2027, 10, 31), "02.30 sommartid") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert times.moment(date(2027, 10, 31), "02.30 vintertid") == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    for clock, refusal in (
        ("02.30", "finns inte"),
        ("24.00", "förstår inte"),
        ("9.75", "förstår inte"),
        ("", "förstår"),
    ):
        with pytest.raises(UserError, match=refusal):
            times.moment(on, clock)
    with pytest.raises(UserError, match="två gånger"):
        times.moment(date(2027, 10, 31), "2.30")


def test_an_event_that_moves_keeps_its_clock_time_across_both_changes() -> None:
    before = Span(times.moment(date(2027, 3, 25), "9"), times.moment(date(2027, 3, 25), "10"))

    assert times.written(before.moved(7)) == "torsdag den 1 april 2027 kl. 09.00–10.00"
    assert (before.moved(7).starts - before.starts).total_seconds() == 7 * 86400 - 3600
    assert times.written(before.moved(7 * 32)) == "torsdag den 4 november 2027 kl. 09.00–10.00"
    assert times.whole(date(2027, 3, 28)).whole_days
    assert times.written(times.whole(date(2027, 10, 31)).moved(0)) == "söndag den 31 oktober 2027"
    night = Span(times.moment(date(2027, 3, 21), "2.30"), times.moment(date(2027, 3, 21), "4"))
    with pytest.raises(UserError, match="finns inte den 28 mars 2027"):
        night.moved(7)


@pytest.mark.parametrize(
    ("first", "every", "days"),
    [
        ((2026, 12, 3), SeriesStep.WEEK, ["2026-12-10", "2026-12-17", "2026-12-24"]),
        ((2026, 12, 3), SeriesStep.TWO_WEEKS, ["2026-12-17", "2026-12-31", "2027-01-14"]),
        ((2026, 12, 3), SeriesStep.MONTH, ["2027-01-07", "2027-02-04", "2027-03-04"]),
        ((2026, 12, 31), SeriesStep.MONTH, ["2027-01-28", "2027-02-25", "2027-03-25"]),
    ],
)
def test_a_series_comes_on_these_days(first: tuple[int, int, int], every: SeriesStep, days: list[str]) -> None:
    assert [life._next(date(*first), every, number).isoformat() for number in (1, 2, 3)] == days
