"""Measures the cost of an edit of the bank: the time until it can be searched, and the turns during that time.

``python -m tests.bench.rebuild [rounds] [seconds]``. Eight people ask at a steady pace while the kansli takes an entry
out of the bank and puts it back, several times a second; rounds with and without edits alternate.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson
from sqlalchemy.orm import Session

from bot.search.live_bank import LiveBank
from storage import faq
from storage.database import Database
from storage.faq import EntryState
from tests.bench.banks import SIZE, fill, messages
from tests.bench.servers import running
from tests.bench.wire import Caller, Stub, call, connector, request
from tests.support.edge import press

KANSLI = "aaaaaaaa-0000-4000-8000-000000000001"
ASKING = 8
PACE = 0.16
"""Seconds between two questions of one person: 50 a second in all, which leaves the processor time to build."""
EDITS = 5
"""A second."""
_numbers = count(1)


def edits(stub: Stub, entry: int) -> Iterator[bytes]:
    """Yield the kansli's presses: out of the bank, and in again."""
    for number in count():
        wanted = EntryState.PUBLISHED if number % 2 else EntryState.ARCHIVED
        body = press(stub.url, "faq.move", {"entry": entry, "state": wanted}, id=f"edit-{next(_numbers)}")
        body["from"] = {"id": "29:kansli", "name": "Karin Kansli", "aadObjectId": KANSLI}
        yield request(orjson.dumps(body))


async def paced(caller: Caller, source: Iterator[bytes], due: float, every: float, until: float) -> list[float]:
    """Post at a steady pace; the milliseconds of each, from when it was due: one that waits is late itself."""
    found = []
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        answer = await caller.post(next(source))
        assert answer.startswith(b"HTTP/1.1 20"), answer
        found.append((time.perf_counter() - due) * 1000)
        due += every
    return found


async def alone(url: str, rounds: int) -> list[float]:
    """Milliseconds from an edit's commit until it can be searched, with nothing else to do."""
    database = Database(url)
    bank = LiveBank(database)
    await bank.catch_up()
    following = asyncio.create_task(bank.follow())
    found = []
    for number in range(rounds):
        await asyncio.sleep(0.2)
        await database.run(lambda: database.play(lambda session: _reword(session, number)))  # noqa: B023 - awaited here
        start, version = time.perf_counter(), bank.indexed
        while bank.indexed == version:  # noqa: ASYNC110 - what is waited for happens on a thread
            await asyncio.sleep(0.001)
        found.append((time.perf_counter() - start) * 1000)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    database.close()
    return found


def _reword(session: Session, number: int) -> None:
    entry = faq.by_state(session, EntryState.PUBLISHED)[-1]
    entry.answer = f"Svaret är nu ett annat, nummer {number}."
    faq.touch(session)


async def main(rounds: int, seconds: float) -> None:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bot.db'}"
        questions = fill(url)
        waits = await alone(url, 4 * rounds)
        database = Database(url)
        entry = database.play(lambda session: faq.by_state(session, EntryState.PUBLISHED)[-1].id)
        database.close()
        async with connector() as stub, running("app.py", DATABASE_URL=url, SEKOM_KANSLI=KANSLI) as server:
            callers = [await call(server.port) for _ in range(ASKING + 1)]
            people = [messages(questions, stub.url, person) for person in range(ASKING)]
            kansli = edits(stub, entry)
            pressed: list[float] = []
            rows: dict[bool, list[list[float]]] = {False: [], True: []}
            for number in range(2 * rounds + 1):
                now, editing_now = time.perf_counter(), number % 2 == 0
                until = now + seconds
                work = [paced(callers[at], people[at], now + PACE * at / ASKING, PACE, until) for at in range(ASKING)]
                changing = [paced(callers[-1], kansli, now, 1 / EDITS, until)] if editing_now else []
                done = await asyncio.gather(*work, *changing)
                if not number:
                    continue  # everybody is greeted
                rows[editing_now].append([one for person in done[:ASKING] for one in person])
                pressed += done[-1] if editing_now else []
    _report(rows, pressed, waits)


def _report(rows: dict[bool, list[list[float]]], pressed: list[float], waits: list[float]) -> None:
    print(f"{ASKING / PACE:.0f} turns a second at {SIZE} entries; medians of {len(rows[True])} rounds, ms")
    print(f"{'':34}{'p50':>8}{'p99':>8}{'longest':>9}")
    middle = {}
    for editing_now, name in ((False, "no edits"), (True, f"{EDITS} edits a second")):
        middle[editing_now] = [median(_at(one, share) for one in rows[editing_now]) for share in (0.5, 0.99, 1.0)]
        print(f"{name:34}" + "".join(f"{value:8.1f}" for value in middle[editing_now]))
    print(f"{'ratio':34}" + "".join(f"{a / b:8.2f}" for a, b in zip(middle[True], middle[False], strict=True)))
    print(f"From commit to searchable, alone: p50 {_at(waits, 0.5):.0f}, p99 {_at(waits, 0.99):.0f} (goal: 300)")
    said = f"p50 {_at(pressed, 0.5):.0f}, p99 {_at(pressed, 0.99):.0f}"
    print(f"From press to answer and searchable, beside those turns: {said}")


def _at(values: list[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    chosen = [*given, *(5.0, 4.0)[len(given) :]]
    asyncio.run(main(int(chosen[0]), chosen[1]))
