"""The delivery loop: claim what is due, choose the way, send, write down what came of it.

On every replica one :class:`Courier` runs; the one that holds the lease sends. Whatever happens to it, a row is either
not sent yet, known to be sent, or marked as one that may have arrived.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import outcomes
from bot.addresses import Addresses, End, Wait
from bot.pacing import Limits, Pace
from bot.ports import Failed, Messenger, Posted, Reason, Route, TryLater, Uncertain, Unreachable, Way
from bot.turn import Message, Scope
from storage import leases, outbox, places
from storage.database import Database
from storage.outbox import Delivery, State
from storage.outgoing import Operation

StillWanted = Callable[[Session, Delivery], bool]
"""Asked just before sending, in the claim's transaction: whether the cause still stands."""

LEASE = "outbox"
MOST_AT_ONCE = 30
"""Messages under way at a time; at 100 ms an answer, ten times what Teams lets through."""
CLOSED = frozenset({Reason.GONE, Reason.NOT_IN_ROSTER})
"""A chat that is over; opening it anew may help. Who blocked the bot is not tried that way."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed row with everything that sending it takes."""

    row: Delivery
    message: Message
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one look into the database gave."""

    parcels: tuple[Parcel, ...] = ()
    held: bool = False
    more: bool = False
    """Whether there may be more that is due now."""


class Courier:
    """Sends what is due, from :meth:`run` until :meth:`drain`."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        clock: Callable[[], datetime],
        *,
        rate: int = 30,
        still_wanted: Mapping[str, StillWanted] | None = None,
        pace: Pace | None = None,
    ) -> None:
        """``rate`` is messages a second in all; ``still_wanted`` has a check for subjects by their first word."""
        self._database = database
        self._messenger = messenger
        self._clock = clock
        self._still_wanted = still_wanted or {}
        self._pace = pace or Pace()
        self._limits = Limits(rate)
        self._holder = secrets.token_hex(8)
        self._held = False
        self._holds_until: datetime | None = None
        self._silent_until: datetime | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Send until :meth:`drain`. Woken by commits that enqueue, and by itself every tick."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._woken.set)

        self._database.on_commit(outbox.QUEUE, wake)
        while not self._stopping:
            self._woken.clear()
            pause = await self._round()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause)

    async def deliver(self) -> int:
        """Send what is due now and wait for it; how many were tried. For tests and operator commands."""
        tried = 0
        while True:
            await self._round()
            if not self._under_way:
                return tried
            tried += len(self._under_way)
            await asyncio.wait(self._under_way)

    async def drain(self) -> None:
        """Take nothing more, wait for what is under way, and leave the lease to another replica."""
        self._stopping = True
        self._woken.set()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=self._pace.drain)
            for task in late:  # their rows stay "sending", and the next holder of the lease decides
                task.cancel()
        with suppress(SQLAlchemyError):  # then the lease runs out by itself
            await self._play(lambda session: leases.release(session, LEASE, self._holder))

    async def _round(self) -> float:
        """Claim once and start sending; the seconds to wait for the next round."""
        try:
            taken = await self._play(self._take)
        except SQLAlchemyError:
            logger.exception("the outbox can't be read")
            return self._pace.tick
        self._held = taken.held
        for parcel in taken.parcels:
            task = asyncio.create_task(self._send(parcel))
            self._under_way.add(task)
            task.add_done_callback(self._finished)
        if taken.more and len(self._under_way) < MOST_AT_ONCE:
            return min(self._pace.tick, self._limits.pause(self._clock()))
        return self._pace.tick

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._woken.set()  # the lane's next may go, and there is room

    def _take(self, session: Session) -> _Taken:
        now = self._clock()
        lease = timedelta(seconds=self._pace.lease)
        if self._stopping or not leases.hold(session, LEASE, self._holder, now, lease):
            return _Taken()
        self._holds_until = now + lease
        if not self._held:
            left = outbox.recover(session, self._holder, now)
            if left:
                logger.warning("deliveries were cut off in a process that is gone", extra={"deliveries": left})
        most = min(self._limits.free(now), MOST_AT_ONCE - len(self._under_way))
        if most <= 0 or (self._silent_until is not None and now < self._silent_until):
            return _Taken(held=True, more=True)
        rows = outbox.claim(session, self._holder, now, most)
        return _Taken(tuple(self._ready(session, rows, now)), held=True, more=len(rows) == most)

    def _ready(self, session: Session, rows: list[Delivery], now: datetime) -> list[Parcel]:
        """The rows that can go now; the others are put back or ended in the same transaction."""
        rows = [row for row in rows if row.state == State.SENDING]
        if not rows:
            return []
        addresses, bodies, parcels = Addresses(session, rows), outbox.contents(session, rows), []
        for row in rows:
            check = self._still_wanted.get(row.subject.partition(":")[0])
            address = addresses.of(row) if check is None or check(session, row) else End(State.CANCELLED, "not_wanted")
            if isinstance(address, tuple):
                seconds = self._limits.wait(_place(address[0]), now)
                address = Wait(seconds) if seconds > 0 else address
            match address:
                case Wait(seconds):
                    row.state, row.not_before = State.WAITING, now + timedelta(seconds=seconds)
                    row.attempts -= 1
                case End(state, error):
                    row.state, row.error, row.settled_at = state, error, now
                case routes:
                    self._limits.note(_place(routes[0]), now)
                    parcels.append(Parcel(row, Message(**bodies.get(row.content_hash or "", {})), routes))
        return parcels

    async def _send(self, parcel: Parcel) -> None:
        row = parcel.row
        try:
            way, posted = await self._by_some_way(parcel)
            outcome = outcomes.sent(way, posted)
        except Unreachable as error:
            outcome = {"state": State.UNREACHABLE, "error": error.reason}
        except Failed as error:
            outcome = {"state": State.FAILED, "error": error.code}
        except (TryLater, Uncertain) as error:
            until = self._hold_back(parcel, error)
            outcome = outcomes.again(row, error, until)
        except Exception:
            reference = secrets.token_hex(4)
            logger.exception("a delivery failed", extra={"reference": reference, "delivery": row.id})
            outcome = {"state": State.FAILED, "error": f"fault {reference}"}
        if outcome["state"] != State.SENT:
            told = {"delivery": row.id, "state": str(outcome["state"]), "error": str(outcome["error"])}
            logger.warning("a delivery did not go", extra=told)
        await self._settle(row, outcome)

    async def _by_some_way(self, parcel: Parcel) -> tuple[Way, Posted]:
        """Try the routes in turn. Raises the last one's :class:`Unreachable` where none is left."""
        refusal = Unreachable(Reason.NO_ROUTE)
        for route in parcel.routes:
            if route.way is Way.NEW_CHAT and refusal.reason not in CLOSED | {Reason.NO_ROUTE}:
                continue
            if self._holds_until is None or self._clock() >= self._holds_until:
                raise TryLater("lease_lost")
            try:
                return route.way, await self._by(route, parcel)
            except Unreachable as error:
                refusal = error
                if route.way is Way.CHAT and error.reason in CLOSED:
                    await self._play(partial(places.forget, conversation_id=route.conversation_id))
        raise refusal

    async def _by(self, route: Route, parcel: Parcel) -> Posted:
        match parcel.row.operation:
            case Operation.UPDATE:
                return await self._messenger.update(route, parcel.message)
            case Operation.DELETE:
                return await self._messenger.delete(route)
            case _ if route.way is Way.NEW_CHAT:
                return await self._messenger.send(await self._opened(route, parcel.row), parcel.message)
            case _:
                return await self._messenger.send(route, parcel.message)

    async def _opened(self, route: Route, row: Delivery) -> Route:
        """The route with its chat opened and remembered. No message has gone yet, so nothing is in doubt."""
        try:
            conversation = await self._messenger.open_chat(route)
        except (TryLater, Uncertain) as error:
            everyone = isinstance(error, TryLater) and error.everyone
            raise TryLater(error.code, after=getattr(error, "after", None), everyone=everyone) from error
        person, now = row.person_id, self._clock()
        await self._play(
            lambda session: places.remember_conversation(
                session,
                conversation,
                scope=Scope.PERSONAL,
                service_url=route.service_url,
                tenant_id=route.tenant_id,
                team_id=None,
                person_id=person,
                now=now,
            )
        )
        return Route(route.way, route.service_url, route.tenant_id, conversation)

    def _hold_back(self, parcel: Parcel, error: TryLater | Uncertain) -> datetime:
        """When to try again; until then, what Teams asked to be left alone is."""
        after = error.after if isinstance(error, TryLater) else None
        until = self._clock() + self._pace.backoff(parcel.row.attempts, after)
        if after is not None:
            self._limits.block(_place(parcel.routes[0]), until)
        if isinstance(error, TryLater) and error.everyone:
            self._silent_until = until
        return until

    async def _settle(self, row: Delivery, outcome: dict[str, Any]) -> None:
        """Write the outcome down, however long the database is away: while this process lives, nobody else can."""
        sent = outcome["state"] == State.SENT
        if outcome["state"] != State.WAITING:
            outcome["settled_at"] = self._clock()
        while True:
            try:
                await self._play(lambda session: outbox.settle(session, row, late=sent, **outcome))
            except SQLAlchemyError:
                logger.exception("a delivery's outcome can't be written", extra={"delivery": row.id})
                await asyncio.sleep(self._pace.tick)
            else:
                return

    async def _play(self, work: Callable[[Session], Any]) -> Any:
        return await self._database.run(lambda: self._database.play(work))


def _place(route: Route) -> str:
    """What the rate limits count for."""
    return route.conversation_id or (route.member.id if route.member else "")
