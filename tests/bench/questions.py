"""How the product's own bank fares with realistic questions: ``python -m tests.bench.questions DOMAIN.md FAQ_SEED.md``.

The 66 questions of reference/domain.md §5.1, each marked with where it belongs: F the bank, P colleagues, K the kansli.
``questions``, ``seed`` and ``outcome`` are for tests too.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.ports import Hit
from bot.search.calibration import Learned, calibrate
from bot.search.index import Index, SearchEntry

SURE, UNSURE, OFFERED = 0.80, 0.20, 3  # as in reference/retrieval.md

_QUESTION = re.compile(r"^\| (\d+) \| (.*?) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
_ENTRY = re.compile(
    r"^## F(\d+) · tema: (\S+)\n\*\*Fråga:\*\* (.*)\n\*\*Även:\*\* (.*)\n\*\*Svar:\*\* (.*)\n(.*)$", re.MULTILINE
)


@dataclass(frozen=True)
class Question:
    """One row of §5.1."""

    number: int
    text: str
    theme: str
    mark: str


def questions(domain: Path) -> list[Question]:
    text = domain.read_text(encoding="utf-8").split("### 5.1", 1)[1].split("\n## ", 1)[0]
    rows = _QUESTION.findall(text)
    return [Question(int(number), asked.split(" (obs")[0], theme, mark) for number, asked, theme, mark in rows]


def seed(bank: Path, *, published: bool = True) -> list[SearchEntry]:
    """Read faq_seed.md; ``published`` leaves out what the kansli has to fill in first (``{{``)."""
    found = _ENTRY.findall(bank.read_text(encoding="utf-8"))
    return [
        SearchEntry(int(number), asked, answer, tuple(also.split(" · ")), theme)
        for number, theme, asked, also, answer, source in found
        if not (published and "{{" in answer + source)
    ]


def outcome(hits: Sequence[Hit]) -> str:
    """Return "answered", "offered" or "unknown"."""
    sure = hits[0].probability if hits else 0.0
    return "answered" if sure >= SURE else "offered" if sure >= UNSURE else "unknown"


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tests.bench.questions DOMAIN.md FAQ_SEED.md")
    asked, bank = questions(Path(sys.argv[1])), seed(Path(sys.argv[2]))
    learned = calibrate(bank) or Learned()
    for name, index in (("shipped", Index(bank)), ("by itself", Index(bank, learned.lexical))):
        print(f"-- {len(bank)} published entries, calibration {name}")
        counted: Counter[tuple[str, str]] = Counter()
        for question in asked:
            hits = index.search(question.text, OFFERED)
            counted[question.mark, outcome(hits)] += 1
            found = " ".join(f"F{hit.entry_id:02}" for hit in hits)
            sure = hits[0].probability if hits else 0.0
            print(f"{question.number:2} {question.mark:4.4} {outcome(hits):9} {sure:.2f} {found:12} {question.text}")
        print(", ".join(f"{mark} {how} {count}" for (mark, how), count in sorted(counted.items())))


if __name__ == "__main__":
    main()
