"""The search with the encoder beside the search without: ``python -m tests.bench.meaning [rounds] [costs]``.

Three parts: how well each finds and how sure each is (``FAQ_DATA``; not with ``costs``), what a turn costs in CPU, and
what both processes hold in memory and take to start. The bank of the last two has 500 entries. The floor of a turn that
asks the encoder is the encoding of the same text in this process, in the same run.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copyfile
from statistics import median
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from bot.faq.answers import SURE
from bot.search import encoder, semantic
from bot.search.encoder_worker import Model
from bot.search.live_bank import LiveBank
from storage.database import Database
from tests.bench import near_misses
from tests.bench.banks import SIZE, fill, messages
from tests.bench.engines import ENGINES
from tests.bench.retrieval import entries_of, load, measure
from tests.bench.servers import Server, running
from tests.bench.start import first_answer
from tests.bench.wire import Stub, connector
from tests.bench.wire import load as ask

GOALS = {99: "nDCG .90, R@1 .82, at 95 % .42, p ≥ .80 .93 and .47", 2: "nDCG .84, R@1 .735", 0: "nDCG .76, R@1 .61"}
WITHOUT, WITH, FLOOR = "words only", "with the encoder", "the encoding alone"
SURE_ONES, UNSURE = "sure", "unsure"
SECONDS = 2.0
"""Of turns in a round."""
PATIENCE = 3_600
"""Most seconds for encoding and learning 500 entries on a busy machine."""
QUIET = 15
"""Seconds without a process of learning, after which nothing is learned any more."""


def print_retrieval(folder: Path) -> None:
    """Print how well both find on the real questions."""
    data = load(folder)
    questions = [question for question, _, _ in data.answerable]
    print(f"{'alternatives, engine':22} nDCG@10   R@1  cov@95   p ≥ .80: right, covers   (goals with the encoder)")
    for alternatives in (99, 2, 0):
        bank = data.bank(alternatives)
        for name in ("lexical", "semantic"):
            found = measure(ENGINES[name](entries_of(bank)), bank, data, questions)
            print(f"{alternatives:2} {name:19} {found.ndcg:.4f}  {found.first:.3f}   {found.coverage95:.3f}", end="")
            print(f"             {found.precision:.3f}   {found.coverage:.3f}   ", end="")
            print(f"({GOALS[alternatives]})" if name == "semantic" else "", flush=True)


def children(server: Server) -> list[int]:
    """Return the ids of a bot's own processes."""
    files = Path(f"/proc/{server.pid}/task").glob("*/children")
    return [int(pid) for file in files for pid in file.read_text("ascii").split()]


def totals(server: Server) -> tuple[float, float]:
    """Return seconds of CPU and resident megabytes of the bot and its processes."""
    all_of_it = [server, *(Server(pid, 0, 0.0) for pid in children(server))]
    return sum(each.cpu for each in all_of_it), sum(each.megabytes for each in all_of_it)


async def settle(server: Server, search: str) -> float:
    """Wait until the bot searches in this way and has learned from its bank. Return the seconds until the first."""
    began, quiet, ready = time.monotonic(), 0, 0.0
    while quiet < QUIET:
        await asyncio.sleep(1)
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError(search)
        if not ready and f'"search":"{search}"' in await asyncio.to_thread(_readiness, server.port):
            ready = time.monotonic() - began
        quiet = quiet + 1 if ready and len(children(server)) == (search == "semantic") else 0
    return ready


def _readiness(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        return str(answer.read().decode()).replace(" ", "")


def sure_and_unsure(url: str, asked: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the questions whose lexical answer is sure, and the real ones whose is not."""
    database = Database(url)
    try:
        bank = LiveBank(database)
        bank.rebuild()
        asked = [*asked, *(question for _, question in near_misses.real_questions())]
        sure = {text: bool(hits := bank.search(text, 1)) and hits[0].probability >= SURE for text in asked}
        return [text for text in asked if sure[text]], [text for text in asked if not sure[text]]
    finally:
        database.close()


async def print_costs(rounds: int) -> None:
    """Print CPU of turns, memory and starts of two bots that differ by the encoder only."""
    with TemporaryDirectory() as folder:
        urls = {name: f"sqlite:///{folder}/{number}.db" for number, name in enumerate((WITHOUT, WITH))}
        questions = fill(urls[WITH])
        async with connector() as stub:
            async with running("app.py", DATABASE_URL=urls[WITH]) as server:
                print(f"{SIZE} entries: encoded in the background after {await settle(server, 'semantic'):.0f} s")
            copyfile(f"{folder}/1.db", f"{folder}/0.db")
            lists = dict(zip((SURE_ONES, UNSURE), sure_and_unsure(urls[WITH], questions), strict=True))
            async with (
                running("app.py", DATABASE_URL=urls[WITHOUT], SEKOM_ENCODER="false") as without,
                running("app.py", DATABASE_URL=urls[WITH]) as with_it,
            ):
                servers = {WITHOUT: without, WITH: with_it}
                await settle(without, "lexical")
                await settle(with_it, "semantic")
                await _print_turns(stub, servers, lists, rounds)
            await _print_starts(stub, urls, lists[SURE_ONES][0], rounds)


async def _print_turns(stub: Stub, servers: dict[str, Server], lists: dict[str, list[str]], rounds: int) -> None:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    model, asked = Model(), dict.fromkeys(lists, 0)
    for number in range(rounds + 1):
        for kind, questions in lists.items():
            start = asked[kind] % len(questions)  # not those of the last round, whose vectors the bot may remember
            texts = questions[start:] + questions[:start]
            for name, server in servers.items():
                before, people = totals(server)[0], [_in_order(texts, stub.url, number)]
                done = await ask(server.port, people, SECONDS)
                assert not done.failures, f"{done.failures} of {done.turns} turns were refused"
                if number:  # the first round only warms up
                    found[kind, name].append(1_000 * (totals(server)[0] - before) / done.turns)
            asked[kind] += done.turns
            if number:
                found[kind, FLOOR].append(_encoded(model, texts[: min(done.turns, len(texts))]))
    for kind in lists:
        without, with_it, floor = (median(found[kind, name]) for name in (WITHOUT, WITH, FLOOR))
        ratio = median(b / a for a, b in zip(found[kind, WITHOUT], found[kind, WITH], strict=True))
        print(f"CPU of a turn with {kind} words: {without:.2f} ms, with the encoder {with_it:.2f} ms", end="")
        print(f" (both processes), ratio {ratio:.3f}, {with_it - without:.2f} ms more", end="")
        times = median(b / a for a, b in zip(found[kind, FLOOR], found[kind, WITH], strict=True))
        print(f"; {FLOOR} {floor:.2f} ms, so {times:.2f} times" if kind == UNSURE else "")
    for name, server in servers.items():
        print(f"memory after that, {name}: {totals(server)[1]:.0f} MB ({server.megabytes:.0f} of it the bot)")


def _in_order(texts: list[str], url: str, person: int) -> Iterator[bytes]:
    """Return a person's messages from the first of ``texts`` on."""
    start = person * 7 % len(texts)
    return messages(texts[-start:] + texts[:-start] if start else texts, url, person)


def _encoded(model: Model, texts: Sequence[str]) -> float:
    """Return the milliseconds of CPU that it takes to encode one of these questions and nothing else."""
    began = time.process_time()
    for text in texts:
        model.encode(semantic.question_text(text))
    return 1_000 * (time.process_time() - began) / len(texts)


async def _print_starts(stub: Stub, urls: dict[str, str], question: str, rounds: int) -> None:
    found: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        for name, url in urls.items():
            seconds, _ = await _first(stub, question, url, encoder_used=name == WITH)
            if number:
                found[name].append(seconds)
    for name, times in found.items():
        print(f"from the start to the first answer, {name}: {median(times):.2f} s, at best {min(times):.2f} s")


async def _first(stub: Stub, question: str, url: str, *, encoder_used: bool) -> tuple[float, float]:
    return await first_answer(stub, question, "app.py", url=url, SEKOM_ENCODER=str(encoder_used).lower())


def main(rounds: int = 5, *, costs_only: bool = False) -> None:
    if not encoder.is_installed():
        print("skipped: the encoder is not installed: pip install -e '.[semantic]'")
        return
    print(f"load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores")
    folder = Path(os.environ.get("FAQ_DATA", "."))
    if (folder / "evaluate.py").is_file() and not costs_only:
        print_retrieval(folder)
    asyncio.run(print_costs(rounds))


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*(int(argument) for argument in given if argument != "costs"), costs_only="costs" in given)
