"""The kansli is warned before the bot's own secret expires: at each rung once, and about the one in use only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot import swedish
from bot.jobs import STILL_WANTED
from bot.turn import App
from bot.upkeep import reminders
from storage import credentials, outbox
from storage.outgoing import Outgoing
from tests.support.chat import Chat, Clock
from tests.support.outbox import desk

EXPIRES = datetime(2027, 3, 31, 22, tzinfo=UTC)


@pytest.fixture
def secret(app: App, kansli: Chat) -> Chat:
    app.database.play(partial(credentials.note, expires_at=EXPIRES))
    return kansli


def due(app: App, now: datetime) -> list[Outgoing]:
    return app.database.play(lambda session: reminders.due(session, now))


def rungs(app: App, now: datetime) -> list[str]:
    return [one.key.partition(":rung:")[2].partition(":")[0] for one in due(app, now)]


def test_each_rung_has_its_day(app: App, secret: Chat) -> None:
    del secret
    reached = {days: rungs(app, EXPIRES - timedelta(days=days)) for days in (45, 33, 29, 20, 13, 7, 2, 0)}
    assert reached == {45: [], 33: [], 29: ["-30"], 20: ["-30"], 13: ["-14"], 7: ["-14"], 2: ["-3"], 0: []}


def test_planned_every_minute_each_rung_is_told_once(app: App, secret: Chat) -> None:
    del secret
    now, told = EXPIRES - timedelta(days=40), 0
    while now < EXPIRES + timedelta(days=5):
        for moment in (now, now):
            rows = due(app, moment)
            told += app.database.play(partial(outbox.enqueue_all, outgoings=rows, now=moment))
        now += timedelta(hours=3)
    assert told == 3


def test_it_says_when_in_swedish_and_at_working_hours(app: App, secret: Chat) -> None:
    del secret
    sunday_night = datetime(2027, 3, 21, 23, tzinfo=UTC)
    (told,) = due(app, sunday_night)
    assert told.not_before is not None
    assert swedish.is_open(told.not_before)
    assert told.expires_at is not None
    assert told.not_before < told.expires_at < EXPIRES, "the next warning takes its place"
    assert "går ut den 1 april 2027" in str(told.card)
    assert "Det är 10 dagar kvar." in str(told.card)


def test_the_summer_pause_does_not_swallow_the_warning(app: App, kansli: Chat) -> None:
    del kansli
    july = datetime(2027, 7, 20, tzinfo=UTC)
    app.database.play(partial(credentials.note, expires_at=july))
    before = swedish.previous_open(july)
    assert rungs(app, before - timedelta(days=1)) == ["-30"]
    assert rungs(app, before) == ["-3"], "in the pause nobody would read it, so it comes before"
    (told,) = due(app, july - timedelta(days=1))
    assert told.not_before == july - timedelta(days=1), "a bot that was down says it at once"


def test_a_pause_gathers_no_warnings_for_its_end(app: App, secret: Chat) -> None:
    secret.say("påminnelser")
    secret.press("reminding.pause", {"pause": "week", "last": "2027-03-20"})
    assert rungs(app, EXPIRES - timedelta(days=29)) == rungs(app, EXPIRES - timedelta(days=13)) == []
    (told,) = due(app, EXPIRES - timedelta(days=10))
    assert "Det är 10 dagar kvar." in str(told.card)


def test_nobody_is_told_without_a_date_or_a_kansli(app: App, chat: Chat) -> None:
    del chat
    now = EXPIRES - timedelta(days=2)
    assert due(app, now) == []
    app.database.play(partial(credentials.note, expires_at=EXPIRES))
    assert due(app, now) == []


async def test_a_secret_that_was_replaced_is_warned_of_no_more(app: App, clock: Clock, secret: Chat) -> None:
    del secret
    clock.now = EXPIRES - timedelta(days=2, hours=12)
    async with desk(app.database, clock, still_wanted=dict(STILL_WANTED)) as post:
        rows = due(app, clock.now)
        post.enqueue(*rows)
        app.database.play(partial(credentials.note, expires_at=EXPIRES + timedelta(days=365)))
        assert rows[0].not_before is not None
        clock.now = rows[0].not_before
        await post.courier.deliver()
        assert post.state(rows[0].key)[:2] == ("cancelled", "not_wanted")
    assert due(app, clock.now) == []
