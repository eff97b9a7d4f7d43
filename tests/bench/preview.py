"""Measures the preview "Med det här svaret hade 14 av …": how long it takes, and the turns during that time.

``python -m tests.bench.preview [rounds] [seconds]``. 500 entries and 1,000 different logged questions without an
answer. Eight people ask at a steady pace while the kansli opens a draft's form; rounds with and without alternate.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from sqlalchemy.orm import Session

from bot.search import replay
from bot.search.live_bank import LiveBank
from bot.wording import utterance
from storage import faq_log
from storage.database import Database
from storage.faq import Entry, EntryState
from storage.faq_log import QuestionOutcome
from tests.bench.banks import SIZE, _entry, _made_up, _real, fill, messages
from tests.bench.rebuild import ASKING, KANSLI, PACE, _at, paced
from tests.bench.servers import running
from tests.bench.wire import Stub, call, connector, request
from tests.support.edge import press

LOGGED = 1000
OPENED = 0.5
"""A second: a form is open for some seconds before the next one, and the preview takes most of a second."""
_numbers = count(1)


def presses(stub: Stub, entry: int) -> Iterator[bytes]:
    """Yield the kansli's presses, which open the draft's form."""
    while True:
        body = press(stub.url, "faq.edit", {"entry": entry}, id=f"open-{next(_numbers)}")
        body["from"] = {"id": "29:kansli", "name": "Karin Kansli", "aadObjectId": KANSLI}
        yield request(orjson.dumps(body))


def _log(session: Session, texts: Sequence[str]) -> int:
    """Log the questions as unanswered, and make the draft. Return its id."""
    now = datetime.now(UTC)
    for text in texts:
        outcome = QuestionOutcome.UNKNOWN
        row = {"text": text, "wording": utterance.wording(text), "outcome": outcome, "theme": ""}
        faq_log.log(session, **row, probability=0.1, entry_id=None, now=now)  # type: ignore[arg-type]
    draft = _entry(
        "Hur räknas andelen ekologisk mat ut?", "Den räknas i kronor av inköpen.", ["ekologisk mat i kronor"]
    )
    draft.state, draft.reviewed_on = EntryState.DRAFT, date(2026, 11, 1)
    session.add(draft)
    session.flush()
    return draft.id


def _texts() -> list[str]:
    """Return different questions: other people's words for what is and what is not in the bank."""
    entries = [*_real(), *_made_up()]
    texts = [text for entry in entries for text in (*(p.text for p in entry.phrasings), entry.question)]
    by_wording = {utterance.wording(text): text for text in texts}
    return list(by_wording.values())[:LOGGED]


def alone(url: str, entry_id: int, rounds: int) -> tuple[list[float], int, int]:
    """Return the seconds of each preview with nothing else to do, how many were asked, and how many answered."""
    database = Database(url)
    bank = LiveBank(database)
    bank.rebuild()
    took, replayed = [], replay.Replayed(0, 0)
    for _ in range(rounds):
        begun, now = time.perf_counter(), datetime.now(UTC)
        entry = database.look(lambda session: replay.trial(session.get_one(Entry, entry_id)))
        assert entry is not None
        asked = database.look(lambda session: replay.in_vain(session, now))  # noqa: B023 - called here
        replayed = replay.run(bank.with_entry(entry), entry, asked, 0.8, now.date())
        took.append(time.perf_counter() - begun)
        assert replayed.whole
    database.close()
    return took, replayed.asked, replayed.answered


async def main(rounds: int, seconds: float) -> None:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bot.db'}"
        questions = fill(url)
        database = Database(url)
        entry = database.play(lambda session: _log(session, _texts()))
        database.close()
        took, asked, answered = alone(url, entry, 2 * rounds)
        async with connector() as stub, running("app.py", DATABASE_URL=url, SEKOM_KANSLI=KANSLI) as server:
            callers = [await call(server.port) for _ in range(ASKING + 1)]
            people = [messages(questions, stub.url, person) for person in range(ASKING)]
            kansli, pressed = presses(stub, entry), list[float]()
            rows: dict[bool, list[float]] = {False: [], True: []}
            for number in range(2 * rounds + 1):
                now, opening = time.perf_counter(), number % 2 == 0
                until = now + seconds
                work = [paced(callers[at], people[at], now + PACE * at / ASKING, PACE, until) for at in range(ASKING)]
                extra = [paced(callers[-1], kansli, now, 1 / OPENED, until)] if opening else []
                done = await asyncio.gather(*work, *extra)
                if not number:
                    continue  # everybody is greeted
                rows[opening] += [one for person in done[:ASKING] for one in person]
                pressed += done[-1] if opening else []
    _report(rows, pressed, took, f"{asked} asked, {answered} answered")


def _report(rows: dict[bool, list[float]], pressed: list[float], took: list[float], what: str) -> None:
    print(f"Preview at {SIZE} entries, {what}, alone: p50 {_at(took, 0.5):.2f} s, longest {max(took):.2f} (goal: 2)")
    print(f"{ASKING / PACE:.0f} turns a second; {len(rows[True])} and {len(rows[False])} turns, ms")
    print(f"{'':34}{'p50':>8}{'p99':>8}{'longest':>9}")
    for opening, name in ((False, "no previews"), (True, f"a preview each {1 / OPENED:.0f} seconds")):
        print(f"{name:34}" + "".join(f"{_at(rows[opening], share):8.1f}" for share in (0.5, 0.99, 1.0)))
    print(
        f"From press to form with preview, beside those turns: p50 {_at(pressed, 0.5):.0f}, longest {max(pressed):.0f}"
    )


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    chosen = [*given, *(4.0, 8.0)[len(given) :]]
    asyncio.run(main(int(chosen[0]), chosen[1]))
