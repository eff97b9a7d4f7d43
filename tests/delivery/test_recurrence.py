"""Weeks and months at the same time of day in Stockholm, across short months, summer time and a bot that was down."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

from bot.delivery.recurrence import Every, Recurrence
from bot.swedish import STOCKHOLM


def stockholm(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM).astimezone(UTC)


def shown(rule: Recurrence, times: int) -> list[str]:
    return [f"{rule.at(number).astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" for number in range(times)]


def test_the_31st_is_the_last_day_of_a_short_month_and_comes_back() -> None:
    rule = Recurrence(Every.MONTH, stockholm(2027, 12, 31, 8, 30))
    assert shown(rule, 6) == [
        "2027-12-31 08:30",
        "2028-01-31 08:30",
        "2028-02-29 08:30",
        "2028-03-31 08:30",
        "2028-04-30 08:30",
        "2028-05-31 08:30",
    ]


def test_the_clock_on_the_wall_stays_at_both_changes() -> None:
    spring = Recurrence(Every.WEEK, stockholm(2027, 3, 21, 2, 30))
    assert shown(spring, 3) == ["2027-03-21 02:30", "2027-03-28 03:30", "2027-04-04 02:30"]  # 02.30 lacks on the 28th
    autumn = Recurrence(Every.WEEK, stockholm(2027, 10, 24, 2, 30))
    assert shown(autumn, 3) == ["2027-10-24 02:30", "2027-10-31 02:30", "2027-11-07 02:30"]
    assert autumn.at(1) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # the first of the two
    both = Recurrence(Every.MONTH, stockholm(2027, 1, 15, 8, 0))
    assert {line[-5:] for line in shown(both, 12)} == {"08:00"}


def test_the_next_one_is_the_first_after_any_moment() -> None:
    for every in Every:
        rule = Recurrence(every, stockholm(2026, 12, 31, 8, 30))
        for before, following in pairwise(rule.at(number) for number in range(40)):
            assert before < following
            assert rule.after(before) == following
            assert rule.after(before + (following - before) / 2) == following
        assert rule.after(rule.first.replace(year=2026, month=1)) == rule.first


def test_it_ends_on_its_last_day() -> None:
    rule = Recurrence(Every.WEEK, stockholm(2026, 12, 1, 8, 30), date(2026, 12, 15))
    assert rule.after(rule.at(1)) == rule.at(2)
    assert rule.after(rule.at(2)) is None
    assert rule.after(rule.at(30)) is None
