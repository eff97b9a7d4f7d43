"""The clock: what is due is planned once however often it ticks, and what is old goes in small steps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import jobs
from bot.jobs import Job, Work
from bot.plan import Due
from bot.privacy import retention
from bot.turn import App
from storage import copies, faq_log, outbox, turns
from storage.contents import Content
from storage.copies import Copies
from storage.faq_log import QuestionOutcome, QuestionText
from storage.outbox import Delivery
from storage.outgoing import AsMail, Outgoing, Reach, ToPerson
from storage.turns import SeenActivity
from tests.support.chat import Clock
from tests.support.outbox import meet
from tests.test_house import FEATURES


def rows(app: App) -> int:
    return app.database.play(lambda session: session.query(Delivery).count())


def due_for(person_id: int, number: int) -> Due:
    def due(_session: Session, now: datetime) -> list[Outgoing]:
        return [Outgoing(f"due:{n}:{now:%Y-%m-%d}", "due:1", ToPerson(person_id), text="hej") for n in range(number)]

    return due


@pytest.fixture
def anna(empty_app: App, clock: Clock) -> int:
    return empty_app.database.play(lambda session: meet(session, "http://localhost/", "Anna", clock.now))


async def test_what_is_due_is_planned_once_however_often_and_wherever_it_ticks(
    empty_app: App, clock: Clock, anna: int
) -> None:
    planning = Job("plan", jobs.PLAN_EVERY, partial(jobs.plan, due_for(anna, 450)))

    await jobs.run(planning, empty_app, clock)
    assert rows(empty_app) == 450
    await asyncio.gather(*(jobs.run(planning, empty_app, clock) for _ in range(3)))
    assert rows(empty_app) == 450

    clock.forward(days=1)
    await asyncio.gather(*(jobs.run(planning, empty_app, clock) for _ in range(3)))
    assert rows(empty_app) == 900


async def test_planning_lets_turns_in(empty_app: App, clock: Clock, anna: int) -> None:
    planning = list(jobs.plan(due_for(anna, 1000), empty_app, clock))

    assert len(planning) == 1, "nothing is known to be due until it was asked"
    steps = [empty_app.database.play(work) for work in jobs.plan(due_for(anna, 1000), empty_app, clock)]
    assert steps == [1000, 500, 500]


def test_an_iterator_is_read_in_parts_until_nothing_is_new(
    empty_app: App, clock: Clock, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = empty_app.database.play
    others = [partial(meet, url="http://localhost/", name=f"P{n}", now=clock.now) for n in range(6)]
    people = [anna, *map(play, others)]
    monkeypatch.setattr(jobs, "CHUNK", 3)
    monkeypatch.setattr(jobs, "PART", 2 * (jobs.MESSAGE + len(people)))

    def due(session: Session, now: datetime) -> Iterator[Copies]:
        for number in range(3):
            letter = Outgoing(f"due:{number}:person", "due:1", ToPerson(0), text=f"hej {number}", not_before=now)
            if not outbox.known(session, [f"{letter.key}:{anna}"]):
                yield Copies.of(letter, people)

    steps = [play(work) for work in jobs.plan(due, empty_app, clock)]

    assert steps == [2, 3, 3, 1, 3, 3, 1, 1, 3, 3, 1]
    assert rows(empty_app) == 3 * len(people)
    assert [play(work) for work in jobs.plan(due, empty_app, clock)] == [0]


def test_copies_are_the_rows_that_each_message_alone_would_be(empty_app: App, clock: Clock, anna: int) -> None:
    def row(session: Session, key: str) -> dict[str, object]:
        found = outbox.find(session, key)
        assert found is not None
        return {name: value for name, value in vars(found).items() if name not in ("id", "_sa_instance_state")}

    def both(session: Session) -> list[dict[str, object]]:
        mail = AsMail("Ämne", "Text", "Varför")
        letter = Outgoing(
            "due:1:person", "due:1", ToPerson(0), "hej", expires_at=clock.now, reach=Reach.REMINDER, mail=mail
        )
        copies.enqueue_all(session, [Copies.of(letter, [anna, 999])], clock.now)
        first = row(session, f"due:1:person:{anna}")
        session.execute(delete(Delivery))
        session.expire_all()
        (single,) = Copies.of(letter, [anna]).each()
        outbox.enqueue_all(session, [single], clock.now)
        return [first, row(session, f"due:1:person:{anna}")]

    first, single = empty_app.database.play(both)
    assert first == single


async def test_jobs_tick_at_once_and_go_on_after_a_fault(
    empty_app: App, clock: Clock, anna: int, caplog: pytest.LogCaptureFixture
) -> None:
    runs = asyncio.Queue[str]()

    def works(_app: App, _clock: jobs.Clock) -> Iterator[Work]:
        runs.put_nowait("works")
        yield lambda _session: 0

    def breaks(_app: App, _clock: jobs.Clock) -> Iterator[Work]:
        runs.put_nowait("breaks")
        yield lambda _session: 1 // 0

    often = timedelta(seconds=0.05)
    with caplog.at_level(logging.CRITICAL, "apscheduler"):
        async with jobs.ticking(
            empty_app, clock, (Job("w", often, works), Job("b", often, breaks)), (due_for(anna, 2),)
        ):
            async with asyncio.timeout(5):
                seen = [await runs.get() for _ in range(8)]
            for _ in range(100):
                if rows(empty_app):
                    break
                await asyncio.sleep(0.05)

    assert seen.count("works") >= 3
    assert seen.count("breaks") >= 3
    assert rows(empty_app) == 2


async def test_what_is_old_goes_and_what_is_not_stays(empty_app: App, clock: Clock, anna: int) -> None:
    start = clock.now

    def fill(session: Session) -> None:
        for number in range(450):
            turns.claim(session, "a:anna", f"m{number}", anna, start)
            turns.answer(session, "a:anna", f"m{number}", anna, reply={}, now=start)
            asked = {"text": "vad gäller", "wording": "gälla", "outcome": QuestionOutcome.ANSWERED, "probability": 0.9}
            faq_log.log(session, **asked, entry_id=None, theme="vatten", now=start)  # type: ignore[arg-type]
        outbox.enqueue(session, Outgoing("1", "x:1", ToPerson(anna), text="hej"), start)
        outbox.cancel(session, "x:1", start)

    def left(session: Session) -> tuple[int, ...]:
        return tuple(session.query(table).count() for table in (SeenActivity, QuestionText, Content))

    empty_app.database.play(fill)
    cleaning = jobs.JOBS[0]

    await jobs.run(cleaning, empty_app, clock)
    assert empty_app.database.play(left) == (450, 450, 1)
    clock.forward(days=2)
    await jobs.run(cleaning, empty_app, clock)
    assert empty_app.database.play(left) == (0, 450, 1)
    for _ in range(4):
        clock.forward(days=45)
        await jobs.run(cleaning, empty_app, clock)
    assert empty_app.database.play(left) == (0, 0, 0)


async def test_a_clock_that_is_years_ahead_deletes_nothing(
    empty_app: App, clock: Clock, anna: int, caplog: pytest.LogCaptureFixture
) -> None:
    database = empty_app.database
    database.play(lambda session: outbox.enqueue(session, Outgoing("1", "x:1", ToPerson(anna), text="hej"), clock.now))
    database.play(lambda session: outbox.cancel(session, "x:1", clock.now))
    await jobs.run(jobs.JOBS[0], empty_app, clock)
    clock.forward(days=3 * 365)
    for _ in range(2):  # the second time too: what was written meanwhile carries the wrong date
        await jobs.run(jobs.JOBS[0], empty_app, clock)
    assert "nothing is deleted" in caplog.text
    assert database.play(lambda session: session.query(Content).count()) == 1

    retention.carry_out(database, empty_app.settings, clock.now, ())  # the operator's own command
    assert database.play(lambda session: session.query(Content).count()) == 0
    assert rows(empty_app) == 1


@pytest.mark.parametrize("feature", FEATURES)
def test_what_a_feature_says_is_due_is_asked(feature: str) -> None:
    module = import_module(f"bot.{feature}")

    assert set(getattr(module, "DUE", ())) <= set(jobs.DUE)
    assert getattr(module, "STILL_WANTED", {}).items() <= jobs.STILL_WANTED.items()
