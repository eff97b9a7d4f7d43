"""Which rung is due, when its message may go, and how its key is spelled. Pure: a date and a time in, a value out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import swedish
from bot.delivery.ladder import Ladder, Rung, Unit

DUTY = Ladder((Rung(-30), Rung(-14), Rung(-3), Rung(1), Rung(7), Rung(14)))
EVENT = Ladder((Rung(-14), Rung(-3), Rung(-1), Rung(-1, Unit.HOURS)))
QUESTION = Ladder((Rung(2, Unit.WORKING_DAYS), Rung(4, Unit.WORKING_DAYS)))
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=4 * 365)).map(lambda passed: START + passed)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=swedish.STOCKHOLM)


def shown(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(swedish.STOCKHOLM):%Y-%m-%dT%H:%M}"


def due(ladder: Ladder, date: str, now: str) -> tuple[str, str, str]:
    """The name of the rung, when it may go, and until when; empty texts for nothing."""
    step = ladder.due(at(date), at(now))
    return ("", "", "") if step is None else (step.rung.name, shown(step.not_before), shown(step.until))


@pytest.mark.parametrize(
    ("rung", "date", "reached"),
    [
        (Rung(-30), "2027-03-31T09:00", "2027-03-01T09:00"),
        (Rung(-3), "2027-03-31T09:00", "2027-03-25T11:00"),  # Easter: earlier, an hour before the closing at noon
        (Rung(1), "2027-03-25T09:00", "2027-03-30T08:00"),  # Easter: later
        (Rung(7), "2027-03-31T20:00", "2027-04-08T08:00"),  # the evening: later
        (Rung(-1), "2027-04-07T07:00", "2027-04-05T16:00"),  # the early morning: earlier
        (Rung(-14), "2027-04-07T10:00", "2027-03-24T10:00"),  # the clock on the wall, over the start of summer time
        (Rung(7), "2027-03-24T10:00", "2027-03-31T10:00"),
        (Rung(-14), "2026-11-04T10:00", "2026-10-21T10:00"),  # and over its end
        (Rung(7), "2026-10-21T10:00", "2026-10-28T10:00"),
        (Rung(-3), "2027-08-02T10:00", "2027-07-02T11:00"),  # July: all before it
        (Rung(1), "2027-08-02T10:00", "2027-08-16T08:00"),  # and all after it
        (Rung(2, Unit.WORKING_DAYS), "2027-03-24T15:00", "2027-03-30T15:00"),
        (Rung(4, Unit.WORKING_DAYS), "2027-07-02T10:00", "2027-08-19T10:00"),
        (Rung(-1, Unit.HOURS), "2027-04-10T07:00", "2027-04-10T06:00"),  # a Saturday: does not move
    ],
)
def test_when_a_rung_is_reached(rung: Rung, date: str, reached: str) -> None:
    assert shown(rung.moment(at(date))) == reached


@pytest.mark.parametrize(
    ("ladder", "date", "now", "expected"),
    [
        (DUTY, "2027-03-31T09:00", "2027-03-01T08:59", ("", "", "")),
        (DUTY, "2027-03-31T09:00", "2027-03-01T09:00", ("-30", "2027-03-01T09:00", "2027-03-17T09:00")),
        (DUTY, "2027-03-31T09:00", "2027-03-30T10:00", ("-3", "2027-03-30T10:00", "2027-03-31T09:00")),
        (DUTY, "2027-03-31T09:00", "2027-03-31T09:00", ("", "", "")),  # the date has come: no "in 3 days" any more
        (DUTY, "2027-03-31T09:00", "2027-04-01T09:00", ("1", "2027-04-01T09:00", "2027-04-07T09:00")),
        (DUTY, "2027-03-31T09:00", "2027-05-03T03:00", ("14", "2027-05-03T08:00", "")),  # never given up, not at night
        # down across three rungs: the highest alone
        (DUTY, "2027-03-31T09:00", "2027-03-28T03:00", ("-3", "2027-03-30T08:00", "2027-03-31T09:00")),
        (DUTY, "2027-03-31T09:00", "2027-04-17T12:00", ("14", "2027-04-19T08:00", "")),
        # July: nothing between its start and its end but the highest
        (DUTY, "2027-08-02T09:00", "2027-07-02T12:00", ("-3", "2027-07-02T12:00", "2027-08-02T09:00")),
        (DUTY, "2027-08-02T09:00", "2027-07-20T09:00", ("-3", "2027-07-20T09:00", "2027-08-02T09:00")),
        (DUTY, "2027-08-02T09:00", "2027-08-15T09:00", ("", "", "")),
        (DUTY, "2027-08-02T09:00", "2027-08-16T08:00", ("7", "2027-08-16T08:00", "2027-08-16T09:00")),
        # an event on a Monday morning: Friday, and one hour before whatever the day
        (EVENT, "2027-04-12T09:00", "2027-04-09T12:00", ("-1", "2027-04-09T12:00", "2027-04-12T08:00")),
        (EVENT, "2027-04-12T09:00", "2027-04-12T08:00", ("-1h", "2027-04-12T08:00", "2027-04-12T09:00")),
        (EVENT, "2027-04-10T07:00", "2027-04-10T06:30", ("-1h", "2027-04-10T06:30", "2027-04-10T07:00")),
        (EVENT, "2027-04-10T07:00", "2027-04-10T07:00", ("", "", "")),
        (QUESTION, "2027-03-24T15:00", "2027-03-30T15:00", ("2", "2027-03-30T15:00", "2027-04-01T15:00")),
        (QUESTION, "2027-03-24T15:00", "2027-04-02T03:00", ("4", "2027-04-02T08:00", "")),
    ],
)
def test_which_rung_is_due(ladder: Ladder, date: str, now: str, expected: tuple[str, str, str]) -> None:
    assert due(ladder, date, now) == expected


def test_a_key_names_the_date_so_that_a_moved_date_reminds_again() -> None:
    now = at("2027-03-30T10:00")
    steps = [DUTY.due(at(date), now) for date in ("2027-03-31T09:00", "2027-04-01T09:00")]
    assert [step and step.key("duty:4", 7) for step in steps] == [
        "duty:4:rung:-3:2027-03-31T07:00:00:person:7",
        "duty:4:rung:-3:2027-04-01T07:00:00:person:7",
    ]


def test_keys_that_stand_in_databases_are_spelled_as_before() -> None:
    question = QUESTION.due(at("2026-11-24T10:00"), at("2026-12-03T03:00"))
    secret = Ladder((Rung(-30),), stamp="").due(at("2027-04-01T00:00"), at("2027-03-15T10:00"))
    assert question is not None
    assert secret is not None
    assert question.key("question:12", 3) == "question:12:rung:4:2026-11-24T09:00:00:person:3"
    assert secret.key("app_credential:2027-04-01", 3) == "app_credential:2027-04-01:rung:-30:person:3"


@given(MOMENTS, st.timedeltas(timedelta(days=-80), timedelta(days=80)), st.sampled_from([DUTY, EVENT, QUESTION]))
def test_no_message_goes_on_the_wrong_side_of_its_date_nor_in_quiet_times(
    date: datetime, away: timedelta, ladder: Ladder
) -> None:
    now = date + away
    moments = [rung.moment(date) for rung in ladder.rungs]
    assert moments == sorted(moments)
    step = ladder.due(date, now)
    if step is None:
        return
    assert step.not_before >= now
    assert step.until is None or step.until > now
    if step.rung.amount < 0:
        assert step.not_before < date
        assert step.until is not None
        assert step.until <= date
    opens = swedish.next_open(now)
    moved = step.rung.unit is not Unit.HOURS and (step.rung.amount > 0 or opens < date)
    assert step.not_before == (opens if moved else now)
