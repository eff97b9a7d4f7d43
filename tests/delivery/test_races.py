"""The outbox under contention, its loop, and its rates."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import build, utc_now
from bot.delivery.courier import LEASE, Courier
from bot.delivery.pace import Limits, Pace
from bot.settings import Settings
from storage import claims, leases, outbox
from storage.database import Database
from storage.leases import Lease
from storage.outbox import Delivery
from storage.outgoing import MessageOf, Outgoing, ToChannel, ToPerson, ToThread
from tests.conftest import NOON
from tests.support.chat import Clock
from tests.support.fakes import FakeConnector
from tests.support.outbox import CHANNEL, Desk, desk, meet, note

pytestmark = pytest.mark.clock

QUICK = Pace(lease=15, tick=0.05, first_wait=0.05, longest_wait=0.1, last_wait=0.1, drain=2)


@pytest.fixture(name="desk")
async def _desk(database: Database, clock: Clock) -> AsyncIterator[Desk]:
    async with desk(database, clock, pace=QUICK) as one:
        yield one


# contention


def test_no_row_is_claimed_twice(database: Database) -> None:
    """Eight threads claim at once, which the lease keeps from happening."""
    anna = database.play(lambda session: meet(session, "http://localhost/", "Anna", NOON))
    rows = [note(anna, key=f"n:{number}") for number in range(400)]
    database.play(lambda session: outbox.enqueue_all(session, rows, NOON))
    together = Barrier(8)

    def claim(thread: int) -> list[str]:
        together.wait()
        claimed: list[str] = []
        while found := database.play(lambda session: claims.claim(session, f"h{thread}", NOON, 7)):
            claimed += [row.key for row in found]
        return claimed

    with ThreadPoolExecutor(8) as pool:
        claimed = Counter(key for keys in pool.map(claim, range(8)) for key in keys)
    left = database.play(lambda session: session.query(Delivery).filter_by(state="waiting").count())
    assert len(claimed) + left == 400
    assert set(claimed.values()) == {1}


def test_one_key_is_enqueued_once_from_everywhere(database: Database) -> None:
    anna = database.play(lambda session: meet(session, "http://localhost/", "Anna", NOON))
    together = Barrier(8)

    def enqueue(thread: int) -> int:
        rows = [note(anna, f"text {number % 5}", key=f"n:{number}") for number in range(50)]
        if thread % 2:
            rows.reverse()
        together.wait()
        return database.play(lambda session: outbox.enqueue_all(session, rows, NOON))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(enqueue, range(8))) == 50


async def test_a_lane_goes_one_at_a_time_and_in_order(desk: Desk) -> None:
    desk.hear_from_channel()
    place = ToThread(CHANNEL, "1")
    desk.enqueue(*(Outgoing(f"l:{n}", "l:1", place, text=str(n), lane="one") for n in range(4)))
    desk.connector.throttle(retry_after=30)

    for _ in range(3):
        await desk.courier.deliver()
        desk.clock.forward(minutes=1)

    assert [message.text for message in desk.connector.messages] == ["0", "1", "2", "3"]


# the loop


async def test_a_commit_wakes_the_loop(database: Database, clock: Clock) -> None:
    async with desk(database, clock, pace=Pace(tick=30)) as one:
        anna = one.meet("Anna")
        running = asyncio.create_task(one.courier.run())
        await asyncio.sleep(0.2)
        await database.run(lambda: one.enqueue(note(anna, key="1")))
        await until(lambda: one.connector.messages, seconds=5)
        await one.courier.drain()
        running.cancel()
        assert one.state("1") == ("sent", "", 1, 0)


async def test_stopping_waits_for_what_is_under_way_and_takes_nothing_more(desk: Desk) -> None:
    anna, bo = desk.meet("Anna"), desk.meet("Bo")
    desk.connector.delay = 0.3
    desk.enqueue(note(anna, key="1"))
    running = asyncio.create_task(desk.courier.run())
    await until(lambda: desk.connector.calls)
    desk.enqueue(note(bo, key="2"))
    stopping = asyncio.create_task(desk.courier.drain())
    await stopping
    running.cancel()

    assert desk.state("1") == ("sent", "", 1, 0)
    assert desk.state("2")[0] in ("waiting", "sent")
    other = Courier(desk.database, desk.courier._messenger, desk.clock)
    await other.deliver()
    assert sorted(desk.texts()) == [("a:anna", "hej"), ("a:bo", "hej")]
    assert [desk.row(key).doubts for key in "12"] == [0, 0]


async def test_a_fault_in_one_features_check_ends_that_row_only(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_session: Session, _row: Delivery) -> bool:
        raise KeyError("Annas hemlighet")

    async with desk(database, clock, still_wanted={"bad": broken}) as one:
        anna = one.meet("Anna")
        one.enqueue(Outgoing("1", "bad:1", ToPerson(anna), text="ett"), note(anna, "två", key="2"))
        with caplog.at_level(logging.CRITICAL):
            await one.courier.deliver()

        assert one.texts() == [("a:anna", "två")]
        state, error, *_ = one.state("1")
        assert state == "failed"
        assert error.startswith("fault ")


async def test_a_database_that_is_away_holds_up_and_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    anna = desk.meet("Anna")
    desk.enqueue(note(anna, key="1"))
    play, calls = desk.database.play, iter(range(1000))

    def away(work: object) -> object:
        if next(calls) in (0, 2, 3, 6, 9):  # claiming, looking it up, and writing down that this failed
            raise OperationalError("SELECT", {}, OSError("gone"))
        return play(work)  # type: ignore[arg-type]

    def sent() -> bool:
        desk.clock.forward(seconds=1)
        return bool(play(lambda session: session.query(Delivery).one().state) == "sent")

    monkeypatch.setattr(desk.database, "play", away)
    with caplog.at_level(logging.CRITICAL):
        running = asyncio.create_task(desk.courier.run())
        await until(sent)
        await desk.courier.drain()
        running.cancel()
    monkeypatch.undo()

    assert len(desk.connector.messages) == 1
    assert next(calls) > 9


async def test_who_lost_the_lease_sends_no_more(desk: Desk) -> None:
    """The process stood still between claiming and sending, as a paused virtual machine does."""
    anna = desk.meet("Anna")
    desk.enqueue(note(anna, key="1"))
    row = desk.play(lambda session: claims.claim(session, desk.courier._holder, desk.clock.now, 1))[0]
    desk.courier._holds_until = desk.clock.now
    await desk.courier._send(row)

    assert desk.connector.calls == []
    assert desk.state("1") == ("waiting", "lease_lost", 1, 0)


async def test_who_held_the_lease_before_takes_over_from_a_process_that_died_since(desk: Desk) -> None:
    """The holder stood still; another one got the lease, claimed a row and died; the first goes on unaware."""
    anna = desk.meet("Anna")
    await desk.courier.deliver()
    desk.clock.forward(seconds=QUICK.lease)
    desk.enqueue(note(anna, key="1"))
    length = timedelta(seconds=QUICK.lease)

    def die_with_a_row(session: Session) -> int:
        assert leases.hold(session, LEASE, "other", desk.clock.now, length)
        return len(claims.claim(session, "other", desk.clock.now, 1))

    assert desk.play(die_with_a_row) == 1
    desk.clock.forward(seconds=QUICK.lease)
    await desk.courier.deliver()

    assert desk.texts() == [("a:anna", "hej")]
    assert desk.state("1")[::3] == ("sent", 1)  # it may have come before


async def test_the_card_of_a_thread_that_is_doubtful_waits_for_the_decision(desk: Desk) -> None:
    desk.hear_from_channel()
    desk.connector.hang_up(times=3)
    desk.enqueue(Outgoing("card", "q:1", ToChannel(CHANNEL), text="0"))
    desk.enqueue(Outgoing("card:1", "q:1", MessageOf("card"), text="1"))
    for _ in range(4):
        await desk.courier.deliver()
        desk.clock.forward(hours=1)
    assert [desk.state(key)[0] for key in ("card", "card:1")] == ["uncertain", "waiting"]

    desk.play(lambda session: outbox.send_again(session, outbox.find(session, "card").id, desk.clock.now))  # type: ignore[union-attr]
    for _ in range(2):
        await desk.courier.deliver()
        desk.clock.forward(hours=1)
    assert desk.connector.message("sent-1").text == "1"


async def test_the_whole_bot_delivers_what_somebody_else_enqueued_and_finishes_when_it_stops(
    database: Database, database_url: str
) -> None:
    async with FakeConnector() as connector:
        connector.delay = 0.3
        anna = database.play(lambda session: meet(session, connector.url, "Anna", utc_now()))
        async with build(Settings.load({"DATABASE_URL": database_url})):
            database.play(lambda session: outbox.enqueue(session, note(anna, key="1"), utc_now()))
            await until(lambda: connector.calls)

        row = database.play(lambda session: outbox.find(session, "1"))
        assert row is not None
        assert (row.state, row.doubts, len(connector.messages)) == ("sent", 0, 1)
        assert database.play(lambda session: session.query(Lease).filter_by(name="outbox").count()) == 0, (
            "left to another replica at once"
        )


# rates


def test_a_conversation_gets_seven_a_second_sixty_in_thirty_and_1800_an_hour() -> None:
    limits, clock = Limits(1000), Clock(NOON)
    sent: list[float] = []
    while clock.now < NOON + timedelta(hours=2):
        wait = limits.wait("c", clock.now)
        if wait > 0:
            clock.now += timedelta(seconds=wait)
            continue
        limits.note("c", clock.now)
        sent.append((clock.now - NOON).total_seconds())

    for most, seconds in ((7, 1.0), (60, 30.0), (1800, 3600.0)):
        assert all(later - earlier >= seconds - 1e-3 for earlier, later in zip(sent, sent[most:], strict=False))
    assert len(sent) == 3600
    assert limits.wait("another", clock.now) == 0


def test_all_conversations_together_keep_the_rate() -> None:
    limits, clock = Limits(30), Clock(NOON)
    assert limits.free(clock.now) == 30
    limits.take(20, clock.now)
    clock.forward(seconds=0.5)
    assert limits.free(clock.now) == 10
    limits.take(10, clock.now)
    assert (limits.free(clock.now), limits.pause(clock.now)) == (0, 0.5)
    clock.forward(seconds=0.5)
    assert limits.free(clock.now) == 20


def test_what_teams_asks_to_leave_alone_is_left_alone() -> None:
    limits, clock = Limits(30), Clock(NOON)
    limits.block("c", clock.now + timedelta(seconds=20))
    limits.block("c", clock.now + timedelta(seconds=5))
    assert (limits.wait("c", clock.now), limits.wait("d", clock.now)) == (20, 0)
    clock.forward(seconds=20)
    assert limits.wait("c", clock.now) == 0


def test_waits_double_up_to_a_quarter_of_an_hour_and_never_undercut_what_was_asked() -> None:
    pace = Pace()
    for attempts, most in ((1, 2), (2, 4), (5, 32), (20, 900), (10_000, 900)):
        waits = [pace.backoff(attempts, None).total_seconds() for _ in range(50)]
        assert most / 2 <= min(waits) <= max(waits) <= most
        assert len(set(waits)) > 10, "jitter"
    assert all(7 <= pace.backoff(1, 7).total_seconds() <= 8 for _ in range(50))


async def until(happened: object, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not happened():  # type: ignore[operator]  # noqa: ASYNC110 - the fakes count, they do not tell
            await asyncio.sleep(0.02)
