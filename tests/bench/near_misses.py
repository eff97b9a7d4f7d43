"""What the rule of deciding words stops, and what it costs: ``python -m tests.bench.near_misses``.

Near misses are in ``tests/faq/near_misses.tsv``. The cost is counted in right answers: on the real questions of
``FAQ_DATA``, and on the product's own content with each phrasing left out and asked.
"""

from __future__ import annotations

import csv
import os
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.faq.answers import SURE
from bot.ports import Hit
from bot.search import normalisation
from bot.search.calibration import SHIPPED, calibrate
from bot.search.index import Index, SearchEntry
from bot.search.scorer import features
from storage import content
from tests.bench.retrieval import Data, entries_of, load

FAQ = Path(__file__).parents[1] / "faq"
FAR_OUTSIDE = (
    "Vilken färg har himlen?",
    "Vem vann hockeymatchen i går?",
    "Hur lagar jag pannkakor?",
    "Vem skrev Röda rummet?",
    "Vad är 17 gånger 23?",
)
"""Questions that share at most their question word with any entry."""


@dataclass(frozen=True)
class Pair:
    """A question, and the entry that is close to it without answering it."""

    bank: str
    entry: str
    question: str


@dataclass(frozen=True)
class Bank:
    """Entries to search, and their codes in the same order."""

    entries: Sequence[SearchEntry]
    codes: Sequence[str]

    def build(self, *, learnt: bool) -> Callable[[str], Hit]:
        """Return a search for the best hit; a hit of no probability if there is none."""
        index = self.index(learnt=learnt)
        return lambda question: best(index, question)

    def index(self, *, learnt: bool) -> Index:
        """Return the bank's index, calibrated on itself or as shipped."""
        return Index(self.entries, (learnt and calibrate(self.entries)) or SHIPPED)


@dataclass(frozen=True)
class Judged:
    """One question's best hit."""

    hit: Hit
    without: float
    """Its probability without the rule."""
    right: bool = False


def pairs() -> list[Pair]:
    """Return every near miss."""
    with (FAQ / "near_misses.tsv").open(encoding="utf-8") as file:
        return [Pair(**row) for row in csv.DictReader(file, delimiter="\t")]


def own_bank() -> Bank:
    """Return the starting content's published entries, with those that a kansli might add."""
    texts = content._read("faq.toml"), (FAQ / "near_entries.toml").read_text(encoding="utf-8")
    given = [entry for text in texts for entry in tomllib.loads(text)["entry"] if "{{" not in str(entry)]
    entries = [
        SearchEntry(at, row["question"], row["answer"], tuple(row["phrasings"]), row["theme"])
        for at, row in enumerate(given)
    ]
    return Bank(entries, [row["code"] for row in given])


def dev_bank(folder: Path) -> Bank:
    """Return the bank of real questions."""
    rows = load(folder).bank()
    return Bank(entries_of(rows), [row["id"] for row in rows])


def best(index: Index, question: str) -> Hit:
    """Return the best hit; one of no probability if there is none."""
    return next(iter(index.search(question, 1)), Hit(-1, 0.0))


def without_rule(index: Index, question: str) -> float:
    """Return the best hit's probability without the rule."""
    evidence = [index.scorer.evidence(asked) for asked in normalisation.askings(question)]
    sure = (index.calibration.probability(features(each, near)) for each in evidence if (near := each.nearest(2)))
    return max(sure, default=0.0)


def left_out(bank: Bank) -> Iterator[Judged]:
    """Ask each phrasing of a bank that does not have it."""
    whole = bank.index(learnt=True)
    for at, entry in enumerate(bank.entries):
        for phrasing in entry.alternatives:
            others = tuple(text for text in entry.alternatives if text != phrasing)
            entries = [*bank.entries[:at], replace(entry, alternatives=others), *bank.entries[at + 1 :]]
            index = Index(entries, whole.calibration, previous=whole)
            hit = best(index, phrasing)
            yield Judged(hit, without_rule(index, phrasing), hit.entry_id == entry.id)


def asked(data: Data, bank: Bank, *, learnt: bool) -> Iterator[Judged]:
    """Ask the real questions, with and without an answer."""
    index = bank.index(learnt=learnt)
    questions = [(question, good) for question, good, _ in data.answerable]
    for question, good in [*questions, *((question, set[str]()) for question, _ in data.unanswerable)]:
        hit = best(index, question)
        yield Judged(hit, without_rule(index, question), hit.entry_id >= 0 and bank.codes[hit.entry_id] in good)


def _print(label: str, judged: Sequence[Judged]) -> None:
    figures = [
        (name, sum(each.without >= SURE for each in some), sum(each.hit.probability >= SURE for each in some))
        for name, some in (
            ("right", [one for one in judged if one.right]),
            ("wrong", [one for one in judged if not one.right]),
        )
    ]
    print(f"{label:42}", *(f"{name} {without:4} → {with_it:4}" for name, without, with_it in figures))


def main() -> None:
    own, near = own_bank(), pairs()
    banks = {"start": own, "own": own}
    folder = os.environ.get("FAQ_DATA")
    data = load(Path(folder)) if folder and (Path(folder) / "evaluate.py").is_file() else None
    if data is not None:
        banks["dev"] = dev_bank(Path(str(folder)))
    print("answered without the rule → with it")
    for learnt in (False, True):
        how = "learnt" if learnt else "shipped"
        for name, bank in banks.items():
            index, questions = bank.index(learnt=learnt), [pair.question for pair in near if pair.bank == name]
            judged = [Judged(best(index, question), without_rule(index, question)) for question in questions]
            _print(f"{len(judged)} near misses, {name}, {how}", judged)
        if data is not None:
            _print(f"real questions, {how}", list(asked(data, banks["dev"], learnt=learnt)))
    _print("own content, each phrasing left out", list(left_out(own)))
    if data is None:
        print("real questions skipped: FAQ_DATA names no folder with evaluate.py, dev.jsonl and dev_oos.jsonl")


if __name__ == "__main__":
    main()
