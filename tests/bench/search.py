"""What the search costs: ``python -m tests.bench.search [500 5000 ...]``, at 500, 5,000 and 50,000 entries by default.

The entries are cut together from dev's (``FAQ_DATA``), 1–6 alternatives and three sentences of answer each. For each
engine: building, building again after one edit (the product from its previous index, the others whole), the median
question, and the memory that the process grew by. Each size and engine runs in a process of its own; the last column
compares with FTS5 in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.search.index import Index, SearchEntry
from tests.bench.engines import ENGINES, MissingError, Search
from tests.bench.retrieval import entries_of, load

SIZES = (500, 5_000, 50_000)
QUESTIONS = 200
COMPARED = ("FTS5", "tantivy", "product, shipped")


def synthetic(bank: Sequence[SearchEntry], size: int, seed: int = 1) -> list[SearchEntry]:
    """Cut ``size`` entries together: first half of one text, second half of another."""
    chance = random.Random(seed)
    alternatives = [text for entry in bank for text in entry.alternatives]
    sentences = [text for entry in bank for text in entry.answer.split(". ") if text]

    def cut(texts: Sequence[str]) -> str:
        first, second = (chance.choice(texts).split() for _ in range(2))
        return " ".join(first[: len(first) // 2 + 1] + second[len(second) // 2 :])

    questions = [entry.question for entry in bank]
    return [
        SearchEntry(
            at,
            cut(questions),
            ". ".join(chance.choice(sentences) for _ in range(3)),
            tuple(cut(alternatives) for _ in range(chance.choice([1, 2, 3, 3, 4, 6]))),
            chance.choice(bank).theme,
        )
        for at in range(size)
    ]


def resident() -> float:
    """Memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def run(folder: Path, engine: str, size: int) -> dict[str, float]:
    """Measure one engine at one size in this process."""
    data = load(folder)
    entries = synthetic(entries_of(data.bank()), size)
    questions = random.Random(2).sample([question for question, _, _ in data.answerable], QUESTIONS)
    edited = [replace(entries[0], question="Nåt helt annat, kring elcyklar?"), *entries[1:]]
    before, start = resident(), time.perf_counter()
    index = Index(entries) if engine.startswith("product") else None
    search: Search = _searching(index) if index else ENGINES[engine](entries)
    built, memory = time.perf_counter() - start, resident() - before
    start = time.perf_counter()
    if index:
        Index(edited, previous=index)
    else:
        ENGINES[engine](edited)
    rebuilt = time.perf_counter() - start
    for question in questions[:20]:
        search(question, 10)
    times = []
    for question in questions:
        start = time.perf_counter()
        search(question, 10)
        times.append(time.perf_counter() - start)
    return {"build": built * 1e3, "edit": rebuilt * 1e3, "question": statistics.median(times) * 1e3, "memory": memory}


def _searching(index: Index) -> Search:
    return lambda question, limit: [(hit.entry_id, hit.probability) for hit in index.search(question, limit)]


def print_all(sizes: Sequence[int]) -> None:
    print(f"{'':27}build ms    edit ms  question ms  memory MB   × FTS5: question")
    for size in sizes:
        base = 0.0
        for engine in COMPARED:
            command = [sys.executable, "-m", "tests.bench.search", "--engine", engine, str(size)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{size:6} {engine:18}skipped: {done.stderr.strip().splitlines()[-1]}")
                continue
            one = json.loads(done.stdout)
            base = base or one["question"]
            costs = f"{one['build']:10.0f} {one['edit']:10.0f} {one['question']:12.3f} {one['memory']:10.0f}"
            print(f"{size:6} {engine:18}{costs} {one['question'] / base:10.2f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--engine", choices=COMPARED)
    arguments = parser.parse_args()
    folder = os.environ.get("FAQ_DATA")
    if not folder or not (Path(folder) / "evaluate.py").is_file():
        print("skipped: FAQ_DATA names no folder with evaluate.py, dev.jsonl and dev_oos.jsonl")
        return
    if not arguments.engine:
        print_all(arguments.sizes)
        return
    try:
        print(json.dumps(run(Path(folder), arguments.engine, arguments.sizes[0])))
    except MissingError as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
