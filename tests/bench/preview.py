"""Measures the preview "Med det här svaret hade 14 av …": how long it takes, and the turns during that time.

``python -m tests.bench.preview [rounds] [seconds]``. 500 entries and 1,000 different logged questions without an
answer. Eight people ask at a steady pace while the kansli opens a draft's form; rounds with and without alternate.
It also counts, for some entries of the bank, what searching every question in a whole index would count.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from sqlalchemy.orm import Session

from bot.faq.answers import SURE
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
TRIED = 100
"""Of so many entries, one is compared."""
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


def alone(url: str, entry_id: int, rounds: int) -> tuple[list[float], list[float], replay.Replayed]:
    """Return the seconds of each preview with nothing else to do, those of its thread's CPU, and the last one."""
    database = Database(url)
    bank = LiveBank(database)
    bank.rebuild()
    took, worked, replayed = list[float](), list[float](), replay.Replayed(0, 0)
    for _ in range(rounds):
        begun, began, now = time.perf_counter(), time.thread_time(), datetime.now(UTC)
        entry = database.look(lambda session: replay.trial(session.get_one(Entry, entry_id)))
        assert entry is not None
        asked = replay.in_vain(database, now)
        replayed = replay.run(bank.with_entry(entry), entry, asked, SURE, now.date())
        took.append(time.perf_counter() - begun)
        worked.append(time.thread_time() - began)
    database.close()
    return took, worked, replayed


def print_agreement(url: str, texts: Sequence[str]) -> None:
    """Print how often the preview and a search of every question in a whole index agree."""
    database = Database(url)
    bank = LiveBank(database)
    bank.rebuild()
    today, right, found = datetime.now(UTC).date(), 0, 0
    tried = bank._index.entries[::TRIED]
    for entry in tried:
        fewer = replace(entry, alternatives=entry.alternatives[::2])
        added = bank.with_entry(fewer)
        hits = {text: added.whole.search(text, 1, today) for text in texts}
        wanted = {
            text for text in texts if any(hit.entry_id == entry.id and hit.probability >= SURE for hit in hits[text])
        }
        right += wanted == {text for text in texts if added.answers(text, SURE, today)}
        found += len(wanted)
    print(f"the same questions as by a whole index for {right} of {len(tried)} entries ({found} questions in all)")
    database.close()


async def main(rounds: int, seconds: float) -> None:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bot.db'}"
        questions = fill(url)
        database = Database(url)
        entry = database.play(lambda session: _log(session, _texts()))
        database.close()
        print_agreement(url, _texts())
        took, worked, replayed = alone(url, entry, 2 * rounds)
        async with (
            connector() as stub,
            running("app.py", DATABASE_URL=url, SEKOM_KANSLI=KANSLI, SEKOM_ENCODER="false") as server,
        ):
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
    what = f"{replayed.asked} asked, {replayed.answered} answered, all tried: {replayed.whole}"
    print(f"Preview at {SIZE} entries, {what}, alone: p50 {_at(took, 0.5):.2f} s, longest {max(took):.2f} (goal: 2)")
    print(f"of which it works: p50 {_at(worked, 0.5):.2f} s")
    _report(rows, pressed)


def _report(rows: dict[bool, list[float]], pressed: list[float]) -> None:
    print(f"{ASKING / PACE:.0f} turns a second; {len(rows[True])} and {len(rows[False])} turns, ms")
    print(f"{'':34}{'p50':>8}{'p99':>8}{'longest':>9}")
    shares = 0.5, 0.99, 1.0
    for opening, name in ((False, "no previews"), (True, f"a preview each {1 / OPENED:.0f} seconds")):
        print(f"{name:34}" + "".join(f"{_at(rows[opening], share):8.1f}" for share in shares))
    print(f"{'ratio':34}" + "".join(f"{_at(rows[True], share) / _at(rows[False], share):8.2f}" for share in shares))
    print(
        f"From press to form with preview, beside those turns: p50 {_at(pressed, 0.5):.0f}, longest {max(pressed):.0f}"
    )


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    chosen = [*given, *(4.0, 8.0)[len(given) :]]
    asyncio.run(main(int(chosen[0]), chosen[1]))
