"""The delivery loop: claim the rows that are due, choose a route, send, and write down the outcome.

Each replica runs one :class:`Courier`; the one that holds the lease sends. Even after a crash, every row is either not
sent yet, known to be sent, or marked as one that may have arrived.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.delivery import outcomes
from bot.delivery.addresses import address, remember_chat
from bot.delivery.faults import Fault, safely
from bot.delivery.ledger import Ledger
from bot.delivery.outcomes import Outcome
from bot.delivery.pace import AHEAD, BITE, CATCH_UP, Limits, Pace, StepBack
from bot.delivery.reach import CLOSED, THROUGH_GRAPH, Address, End, Pause, Wait, may_follow
from bot.delivery.tenant_routes import TenantRoutes
from bot.message import Message
from bot.plan import StillWanted
from bot.ports import OWN_LIMIT, DeliveryWay, Failed, Messenger, Posted, Reason, Route, TryLater, Uncertain, Unreachable
from storage import claims, deliveries, groups, leases, outbox, outbox_retries, places
from storage.database import Database
from storage.outbox import Delivery, State
from storage.outgoing import Operation
from storage.reminder_choices import PAUSED

T = TypeVar("T")

_Ready: TypeAlias = tuple[Address, dict[str, Any]]
"""Where a row goes, and what it says."""

LEASE = "outbox"
MOST_AT_ONCE = 30
"""Messages under way at a time. At 100 ms an answer, that is ten times the rate that Teams allows."""
logger = logging.getLogger(__name__)


class Courier:
    """Send the rows that are due, while :meth:`run` runs."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        clock: Callable[[], datetime],
        *,
        rate: int = 30,
        still_wanted: Mapping[str, StillWanted] | None = None,
        pace: Pace | None = None,
        elsewhere: TenantRoutes | None = None,
        steady: Callable[[], datetime] | None = None,
    ) -> None:
        """``rate``: messages a second in all. ``still_wanted``: a check for each first word of a subject.

        Without ``elsewhere``, messages go through Teams only.
        """
        self._database = database
        self._messenger = messenger
        self._clock = clock
        self._steady = steady or clock
        """A clock for intervals: limits, silences and the lease."""
        self._step_back = StepBack()
        self._still_wanted = still_wanted or {}
        self._pace = pace or Pace()
        self._elsewhere = elsewhere or TenantRoutes()
        self._limits = Limits(rate)
        self._holder = secrets.token_hex(8)
        self._holds_until: datetime | None = None
        """When our lease ends; None if another replica had it at the last look."""
        self._silent_until: datetime | None = None
        self._no_chat: dict[int, Reason] = {}
        """Why a row's chat could not be opened. It is not tried again while the row waits for another route."""
        self._under_way: set[asyncio.Task[None]] = set()
        self._ledger = Ledger(database, self._pace.tick)
        self._rounds = asyncio.Lock()
        self._slots = asyncio.Lock()
        self._woken = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Send until cancelled; call :meth:`drain` first. A commit that enqueues starts a round, so does every tick."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._woken.set)

        self._database.on_commit(outbox.QUEUE, wake)
        due = loop.time()
        while True:
            self._woken.clear()
            due = max(due, loop.time() - CATCH_UP)
            late = loop.time() - due
            claimed = await safely(self._round(BITE + int(late * self._limits.rate), AHEAD))
            if isinstance(claimed, Fault) or not claimed:
                with suppress(TimeoutError):
                    pause = self._limits.pause(self._steady() + AHEAD)
                    async with asyncio.timeout(pause or self._pace.tick):
                        await self._woken.wait()
                due = loop.time()
            else:  # spread the messages evenly, not in bursts
                due += claimed / self._limits.rate
                await asyncio.sleep(due - loop.time())

    async def deliver(self) -> int:
        """Send the rows that are due and wait for them. Return how many were tried. For tests and operator commands."""
        tried = 0
        while True:
            await self._round()
            if not self._under_way:
                return tried
            tried += len(self._under_way)
            await asyncio.wait(self._under_way)

    async def drain(self) -> None:
        """Claim nothing more, wait for messages under way, and leave the lease to another replica."""
        self._stopping = True
        self._woken.set()
        async with self._rounds:  # a round that is claiming now first starts its sends
            pass
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=self._pace.drain)
            for task in late:  # their rows stay "sending"; the next holder of the lease decides
                task.cancel()
        await safely(self._play(partial(leases.release, name=LEASE, holder=self._holder)))

    async def _round(self, bite: int = BITE, ahead: timedelta = timedelta()) -> int:
        """Claim at most ``bite`` rows that may go within ``ahead``, and start each in its time. Return how many."""
        async with self._rounds:
            if self._stopping:
                return 0
            moment = self._steady()
            most = min(bite, self._limits.free(moment + ahead), MOST_AT_ONCE - len(self._under_way))
            if self._silent_until is not None and moment < self._silent_until:
                most = 0
            rows, holds = await self._play(partial(self._take, now=self._clock(), moment=moment, most=most))
            self._holds_until = moment + timedelta(seconds=self._pace.lease) if holds else None
            ready = await self._look_up_together(rows)
            for row in rows:
                await self._slot()
                task = asyncio.create_task(self._send(row, ready.get(row.id)))
                self._under_way.add(task)
                task.add_done_callback(self._finished)
            return len(rows)

    async def _slot(self, requests: int = 1) -> None:
        """Wait until Teams takes more requests, and count them. First come, first served."""
        async with self._slots:
            await asyncio.sleep(self._limits.pause(self._steady()) if requests else 0)
            self._limits.take(requests, self._steady())

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._woken.set()  # the lane's next row may go, and there is room

    def _take(self, session: Session, now: datetime, moment: datetime, most: int) -> tuple[list[Delivery], bool]:
        """Return the claimed rows, and whether we hold the lease."""
        length = timedelta(seconds=self._pace.lease)
        if not leases.hold(session, LEASE, self._holder, now, length):
            return [], False
        if self._holds_until is None or moment >= self._holds_until:  # another replica may have sent since
            cut_off = claims.recover(session, self._holder, now)
            if cut_off:
                logger.warning("deliveries were cut off in a process that is gone", extra={"deliveries": cut_off})
        if self._step_back.seen(now, moment):
            logger.warning("the clock was set back, so retries go now")
            outbox_retries.bring_forward(session, now)
        rows = claims.claim(session, self._holder, now, most) if most > 0 else []
        return [row for row in rows if row.state == State.SENDING], True

    async def _send(self, row: Delivery, ready: _Ready | None = None) -> None:
        outcome = await safely(self._attempt(row, ready), row)
        if isinstance(outcome, Fault):
            until = self._clock() + self._pace.backoff(row.attempts, None)
            outcome = outcomes.fault(outcome.reference, until if outcome.away else None)
        if outcome["state"] not in (State.SENT, State.CANCELLED) and outcome.get("error", PAUSED) != PAUSED:
            told = {"delivery": row.id, "state": str(outcome["state"]), "error": str(outcome["error"])}
            logger.warning("a delivery did not go", extra=told)
        if outcome["state"] != State.WAITING:
            outcome["settled_at"] = self._clock()
        await self._ledger.settle(row, outcome)

    async def _look_up_together(self, rows: Sequence[Delivery]) -> dict[int, _Ready]:
        """Look up all rows in one transaction. After a fault return nothing: each row is then looked up alone."""
        ready = await safely(self._play(partial(self._look_up_all, rows=rows))) if rows else {}
        return {} if isinstance(ready, Fault) else ready

    def _look_up_all(self, session: Session, rows: Sequence[Delivery]) -> dict[int, _Ready]:
        held = [*deliveries.people(session, rows)]  # a session forgets what nobody holds, and reads it for each row
        event.listen(session, "loaded_as_persistent", lambda _, entry: held.append(entry))
        return {row.id: self._look_up(session, row) for row in rows}

    async def _attempt(self, row: Delivery, ready: _Ready | None) -> Outcome:
        """Send the row if it is its turn. Return the outcome."""
        if ready is None:
            ready = await self._play(partial(self._look_up, row=row))
        where, body = ready
        now = self._clock()
        match where:
            case End(state, error):
                return {"state": state, "error": error}
            case Wait(seconds):
                return outcomes.put_back(row, now + timedelta(seconds=seconds))
            case Pause(until):
                return outcomes.paused(row, until)
        limited = self._limits.wait(_place(where[0]), self._steady())
        if limited > 0:
            return outcomes.put_back(row, now + timedelta(seconds=limited))
        self._limits.note(_place(where[0]), self._steady())
        return await self._try(row, where, body)

    def _look_up(self, session: Session, row: Delivery) -> _Ready:
        check = self._still_wanted.get(row.subject.partition(":")[0])
        if check is not None and not check(session, row):
            return End(State.CANCELLED, "not_wanted"), {}
        return address(session, row, self._clock(), self._elsewhere.ways), outbox.body(session, row)

    async def _try(self, row: Delivery, routes: tuple[Route, ...], body: dict[str, Any]) -> Outcome:
        """Try the routes in turn, until one takes the row or asks to wait. Otherwise the last refusal counts."""
        known = self._no_chat.pop(row.id, None)
        refused: dict[DeliveryWay, Reason | None] = {DeliveryWay.NEW_CHAT: known} if known else {}
        refusal: Unreachable | Failed = Unreachable(Reason.NO_ROUTE)
        for route in routes:
            if route.way in refused or not may_follow(route.way, refused):
                continue
            await self._slot(1 if refused else 0)  # the first try was counted with the claim
            try:
                return outcomes.sent(route.way, await self._by(route, row, body))
            except (TryLater, Uncertain) as error:
                if (reason := refused.get(DeliveryWay.NEW_CHAT)) is not None:
                    self._no_chat[row.id] = reason
                until = self._hold_back(row, route, error)
                if error.code == OWN_LIMIT:
                    return outcomes.put_back(row, until)
                last = self._clock() + timedelta(seconds=self._pace.last_wait)
                return outcomes.again(row, error, until, last)
            except (Unreachable, Failed) as error:
                refusal, refused[route.way] = error, error.reason if isinstance(error, Unreachable) else None
            if isinstance(refusal, Failed):  # our own fault; success by another route must not hide it
                told = {"delivery": row.id, "way": str(route.way), "error": refusal.code}
                logger.warning("a delivery was refused", extra=told)
            if route.way is DeliveryWay.CHANNEL and refused[route.way] is Reason.GONE:
                await self._play(partial(groups.unbind, conversation_id=route.conversation_id))
            if route.way is DeliveryWay.CHAT and refused[route.way] in CLOSED:
                await self._play(partial(places.forget, conversation_id=route.conversation_id))
        return outcomes.refused(refusal)

    async def _by(self, route: Route, row: Delivery, body: dict[str, Any]) -> Posted:
        if self._holds_until is None or self._steady() >= self._holds_until:
            raise TryLater("lease_lost")
        if route.way in THROUGH_GRAPH:
            return await self._elsewhere.send(route, row, body, self._play)
        if row.operation == Operation.DELETE:
            return await self._messenger.delete(route)
        if route.way is DeliveryWay.NEW_CHAT:
            route = replace(route, conversation_id=await self._open_chat(route, row.person_id))
            await self._slot()
        write = self._messenger.update if row.operation == Operation.UPDATE else self._messenger.send
        return await write(route, Message(body.get("text", ""), body.get("card")))

    async def _open_chat(self, route: Route, person_id: int | None) -> str:
        """Open the chat and remember it. No message has gone yet, so no error here leaves a doubt."""
        try:
            conversation_id = await self._messenger.open_chat(route)
        except Uncertain as error:
            raise TryLater(error.code) from error
        except TryLater as error:
            raise TryLater(error.code, after=error.after, everyone=error.everyone) from error
        opened = replace(route, conversation_id=conversation_id)
        await self._play(partial(remember_chat, route=opened, person_id=person_id, now=self._clock()))
        return conversation_id

    def _hold_back(self, row: Delivery, route: Route, error: TryLater | Uncertain) -> datetime:
        """Return when to try again. Until then, send nothing to a place that Teams asked us to leave alone."""
        after = error.after if isinstance(error, TryLater) else None
        wait = self._pace.backoff(row.attempts, after)
        if after is not None:
            self._limits.block(_place(route), self._steady() + wait)
        if isinstance(error, TryLater) and error.everyone:
            self._silent_until = self._steady() + wait
        return self._clock() + wait

    async def _play(self, work: Callable[[Session], T]) -> T:
        return await self._database.run(partial(self._database.play, work))


def _place(route: Route) -> str:
    """Return the place that the rate limits count for."""
    return route.conversation_id or (route.member.id if route.member else "")
