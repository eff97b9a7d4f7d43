"""Months of reminders, compared whole with a naive oracle. ``tests/soak/duties.py`` plays the whole year."""

from __future__ import annotations

from datetime import date

from bot.turn import App
from tests.support.duty_year import KINDS, oracle, play, scenario

CODES = ("1427", "1281", "0305", "0643", "0114", "0115", "0117", "0120", "0123", "0125", "0126", "0127", "0128", "0136")


def test_months_with_the_july_pause_and_an_outage_across_three_rungs(empty_app: App) -> None:
    """The outage lies across the rungs before the first date; the second date's first rungs fall in the July pause."""
    due = {"Enkäten": date(2026, 6, 15), "Gröna nyckeltal": date(2026, 8, 25)}
    year = scenario(CODES, due, date(2026, 5, 4), date(2026, 9, 20), outage=date(2026, 6, 8))

    sent, calls = play(empty_app, year)
    wanted, wanted_calls = oracle(year)

    assert sent == wanted
    assert calls == wanted_calls
    assert len(KINDS) == len(CODES)
    assert len(sent) > 50
    assert any(calls.values())
