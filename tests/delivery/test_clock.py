"""A wall clock that is set back stops nothing: intervals are counted by a steady clock."""

from __future__ import annotations

from datetime import timedelta

from storage.database import Database
from storage.outbox import REPLY, State
from storage.outgoing import Outgoing, ToPerson
from tests.support.chat import Clock
from tests.support.outbox import desk, note

HOUR = timedelta(hours=1)


async def test_an_hour_back_stops_no_delivery(database: Database, clock: Clock) -> None:
    steady = Clock(clock.now)
    async with desk(database, clock, steady=steady) as post:
        anna = post.meet("Anna")
        post.connector.fail(502)
        post.enqueue(note(anna, key="1"))
        assert await post.courier.deliver() == 1  # the Connector is away for a moment, so it waits for another try
        assert post.row("1").state == State.WAITING

        clock.now -= HOUR
        steady.forward(seconds=2)
        assert await post.courier.deliver() == 1
        assert post.row("1").state == State.SENT

        post.enqueue(note(anna, key="2"))
        assert await post.courier.deliver() == 1


async def test_what_was_written_just_before_goes_too(database: Database, clock: Clock) -> None:
    steady = Clock(clock.now)
    async with desk(database, clock, steady=steady) as post:
        anna = post.meet("Anna")
        assert await post.courier.deliver() == 0
        reply = Outgoing("2", REPLY, ToPerson(anna), text="hej", not_before=clock.now + timedelta(seconds=60))
        post.enqueue(note(anna, key="1"), reply, note(anna, key="3", not_before=clock.now + timedelta(seconds=60)))
        clock.now -= HOUR
        steady.forward(seconds=2)
        assert await post.courier.deliver() == 2
        assert [post.row(key).state for key in "123"] == [State.SENT, State.SENT, State.WAITING]


async def test_a_lease_from_a_clock_that_was_ahead_is_taken_over(database: Database, clock: Clock) -> None:
    ahead = Clock(clock.now + HOUR)
    async with desk(database, ahead) as gone, desk(database, clock) as post:
        assert await gone.courier.deliver() == 0  # holds the lease until an hour from now, and is killed
        anna = post.meet("Anna")
        post.enqueue(note(anna, key="1"))
        assert await post.courier.deliver() == 1


async def test_a_date_is_kept_when_the_clock_is_set_back(database: Database, clock: Clock) -> None:
    steady = Clock(clock.now)
    async with desk(database, clock, steady=steady) as post:
        anna = post.meet("Anna")
        post.enqueue(note(anna, key="1", not_before=clock.now + HOUR))
        assert await post.courier.deliver() == 0
        clock.now -= timedelta(minutes=30)
        steady.forward(seconds=2)
        assert await post.courier.deliver() == 0
        clock.forward(minutes=91)
        assert await post.courier.deliver() == 1
