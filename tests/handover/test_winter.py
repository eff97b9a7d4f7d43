"""A small winter, compared whole with rules written by hand. ``tests/soak/winter.py`` plays 80 municipalities."""

from __future__ import annotations

from bot.turn import App
from storage import municipalities
from tests.support.chat import Clock
from tests.support.winter import CHANGING, KINDS
from tests.support.winter_rules import Winter, difference, listed
from tests.support.winter_run import Run


def test_a_winter_in_which_politicians_change_and_some_people_are_silent(app: App, clock: Clock) -> None:
    codes = sorted(place.code for place in app.database.play(municipalities.everyone))[: len(KINDS)]
    plan = Winter(codes, CHANGING, every_day=False)
    run = Run(plan, app, clock)
    seen = run.play()

    assert difference(plan.expected, seen) == []
    assert run.wrong == []
    assert run.listed() == listed(plan)
    assert {told.what for told in seen} >= {"dossier", "replaced", "thanks", "places", "duty", "how is it", "colleague"}
