"""The calendar, against the dates of domain.md §6."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import swedish
from bot.swedish import STOCKHOLM

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)).map(lambda naive: naive.replace(tzinfo=STOCKHOLM))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize(
    "day",
    [
        "2027-01-01",
        "2026-01-06",
        "2027-03-26",
        "2027-03-29",
        "2026-05-01",
        "2026-05-14",
        "2027-05-06",
        "2026-06-06",
        "2026-06-19",
        "2027-06-25",
        "2026-06-20",
        "2026-10-31",
        "2026-12-24",
        "2026-12-25",
        "2026-12-26",
        "2026-12-31",
    ],
)
def test_red_days_and_the_eves_that_everybody_has_off(day: str) -> None:
    assert swedish.is_free(date.fromisoformat(day))


def test_ordinary_days_are_not_free() -> None:
    assert not any(swedish.is_free(date.fromisoformat(day)) for day in ("2026-11-24", "2026-04-02", "2026-12-23"))


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2026, ["2026-01-02", "2026-01-05", "2026-05-15"]),
        (2027, ["2027-05-07"]),
        (2028, ["2028-01-07", "2028-05-26", "2028-06-05"]),
    ],
)
def test_squeeze_days_are_all_found(year: int, days: list[str]) -> None:
    assert [str(day) for day in days_of(year) if swedish.is_squeeze_day(day)] == days


def test_july_and_christmas_are_no_working_days() -> None:
    working = [day for day in days_of(2026) if swedish.is_working_day(day)]

    assert not [day for day in working if date(2026, 6, 29) <= day <= date(2026, 8, 9)]
    assert date(2026, 6, 26) in working
    assert date(2026, 8, 10) in working
    assert max(working) == date(2026, 12, 18), "2026 has 53 weeks, and 52, 53 and 1 are Christmas"
    assert next(day for day in days_of(2027) if swedish.is_working_day(day)) == date(2027, 1, 11)


@pytest.mark.parametrize(
    ("asked", "days", "then"),
    [
        ("2026-11-24T10:00", 1, "2026-11-25T10:00"),
        ("2026-11-27T15:00", 2, "2026-12-01T15:00"),
        ("2026-11-28T12:00", 2, "2026-12-01T12:00"),
        ("2026-05-13T09:00", 1, "2026-05-18T09:00"),
        ("2026-06-18T09:00", 1, "2026-06-22T09:00"),
        ("2026-06-26T09:00", 2, "2026-08-11T09:00"),
        ("2026-12-17T09:00", 4, "2027-01-13T09:00"),
        ("2026-03-27T09:00", 1, "2026-03-30T09:00"),
    ],
)
def test_working_days_pass_over_what_nobody_works(asked: str, days: int, then: str) -> None:
    assert swedish.working_days_after(at(asked), days) == at(then)


@pytest.mark.parametrize(
    ("moment", "before", "after"),
    [
        ("2026-11-24T10:00", "2026-11-24T10:00", "2026-11-24T10:00"),
        ("2026-11-24T07:59", "2026-11-23T17:00", "2026-11-24T08:00"),
        ("2026-11-24T20:00", "2026-11-24T17:00", "2026-11-25T08:00"),
        ("2026-11-27T12:30", "2026-11-27T12:00", "2026-11-30T08:00"),
        ("2026-11-29T10:00", "2026-11-27T12:00", "2026-11-30T08:00"),
        ("2026-05-15T10:00", "2026-05-13T12:00", "2026-05-18T08:00"),
        ("2026-07-15T10:00", "2026-06-26T12:00", "2026-08-10T08:00"),
        ("2026-12-31T10:00", "2026-12-18T12:00", "2027-01-11T08:00"),
        ("2027-05-07T10:00", "2027-05-05T12:00", "2027-05-10T08:00"),
    ],
)
def test_quiet_times_are_left_earlier_or_later(moment: str, before: str, after: str) -> None:
    assert swedish.previous_open(at(moment)) == at(before)
    assert swedish.next_open(at(moment)) == at(after)


@given(MOMENTS)
def test_both_ways_end_in_the_open_and_pass_nothing_open(moment: datetime) -> None:
    before, after = swedish.previous_open(moment), swedish.next_open(moment)

    assert before <= moment <= after
    assert swedish.is_open(before)
    assert swedish.is_open(after)
    assert swedish.is_open(moment) == (before == moment == after)
    step = (after - before) / 50
    between = [before + step * number for number in range(1, 50)]
    assert swedish.is_open(moment) or not any(swedish.is_open(one) for one in between)


@given(MOMENTS, st.integers(1, 10))
def test_working_days_end_on_working_days_at_the_same_time(moment: datetime, days: int) -> None:
    then = swedish.working_days_after(moment, days).astimezone(STOCKHOLM)
    passed = [moment.date() + timedelta(days=n) for n in range(1, (then.date() - moment.date()).days + 1)]

    assert swedish.is_working_day(then.date())
    assert sum(swedish.is_working_day(day) for day in passed) == days
