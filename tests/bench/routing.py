"""Measures how often the right theme group is suggested, compared with rivals: ``python -m tests.bench.routing``.

The product's own suggestion (``bot.search.themes`` with the bank's vote) for SweFAQ's 127 questions over their
twenty themes, from ``FAQ_DATA``. Each question is asked of two banks, and never finds its own wording in either:

answers     the bank has every answer and no question at all, as where reference/retrieval.md set the goal: .82 and .90
left out    the bank has all other entries whole; the question's own, and those with the same answer, are taken out.
            This is what a bank that does not know the answer can say of where to ask. It has 1–19 entries a theme

Key words and earlier questions are made from the other entries of the same theme, never from the question's own: the
eight words that are most typical of a theme stand for what a kansli would write. Words that somebody chose are better.

What was tried (first / first two in "answers" and "left out"); an error of .03 is chance (n = 127):

=========================================  =========================  =============================================
sum of the hits' probabilities             .787 .937    .646 .787     what the dialog did before
score^2 of ten hits by theme's size^.5     .874 .961    .780 .874     kept
score^1, ^3, ^4; size^.25, .75, 1          .748–.906    .740–.787     none better in both
1, 3, 5, 15, 20, 40, all hits              within .03   within .03
key words at 1.0, .5, .25 beside it        .819 .835 .866 (first)     .724 .732 .764; typical words of a theme
earlier questions at .5, .25               .874 .898    .748 .787
a tenth of the themes' entries, no group   key words at .25–1: + .04, where the bank knows little; kept at .25
  for half of the themes
=========================================  =========================  =============================================
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.search import themes as routing
from bot.search.index import Index
from bot.search.themes import ThemeVote, likeness, suggest
from tests.bench.retrieval import entries_of, load

TYPICAL = 8
Row = Mapping[str, Any]
Ranked = Sequence[str]
"""Themes, likeliest first."""


class Case:
    """One question, what the bank holds of its theme, and what the other voices know."""

    def __init__(self, row: Row, index: Index, others: Sequence[Row]) -> None:
        self.question, self.theme, self.index, self.others = str(row["question"]), row["category"], index, others
        self.words = typical(others)

    def bank(self) -> list[ThemeVote]:
        return [ThemeVote(theme, share) for theme, share in self.index.vote(self.question)]

    def earlier(self) -> Iterator[ThemeVote]:
        for other in self.others:
            alike = likeness(self.question, other["question"])
            if alike >= routing.A_LITTLE_ALIKE:
                yield ThemeVote(other["category"], alike)


def cases(rows: Sequence[Row], *, left_out: bool) -> Iterator[Case]:
    """Yield every row's question; with ``left_out`` of a bank without its own entry and its twins."""
    answers = Index(entries_of([{**row, "question": "", "alternatives": []} for row in rows]))
    for row in rows:
        others = [one for one in rows if one["answer"] != row["answer"] and one["cluster"] != row["cluster"]]
        yield Case(row, Index(entries_of([dict(one) for one in others])) if left_out else answers, others)


def typical(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the words that are common in a theme and rare in the others; a theme with no entry left has none."""
    counted: dict[str, Counter[str]] = {row["category"]: Counter() for row in rows}
    for row in rows:
        words = routing._WORD.findall(f"{row['question']} {row['answer']}".casefold())
        counted[row["category"]].update({word for word in words if len(word) >= routing.INSIDE})
    themes = Counter(word for words in counted.values() for word in words)
    weight = {word: math.log(len(counted) / many) for word, many in themes.items()}
    return {
        theme: sorted(words, key=lambda word: (-words[word] * weight[word], word))[:TYPICAL]
        for theme, words in counted.items()
    }


def together(case: Case) -> Ranked:
    return [one.theme for one in suggest(case.question, case.words, case.bank(), case.earlier())]


def bank_alone(case: Case) -> Ranked:
    return [one.theme for one in suggest(case.question, dict.fromkeys(case.words, ()), case.bank())]


def words_alone(case: Case) -> Ranked:
    return [one.theme for one in suggest(case.question, case.words) if one.share]


def largest(case: Case) -> Ranked:
    return [theme for theme, _ in Counter(row["category"] for row in case.others).most_common(2)]


def nearest(case: Case) -> Ranked:
    themes = {entry.id: entry.theme for entry in case.index.entries}
    return list(dict.fromkeys(themes[hit.entry_id] for hit in case.index.search(case.question)))


def summed(case: Case) -> Ranked:
    themes, sums = {entry.id: entry.theme for entry in case.index.entries}, Counter[str]()
    for hit in case.index.search(case.question):
        sums[themes[hit.entry_id]] += hit.probability  # type: ignore[assignment]
    return [theme for theme, _ in sums.most_common()]


def bayes(case: Case) -> Ranked:
    """Return a trained classifier: complement naive Bayes over letters (scikit-learn)."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped] # noqa: PLC0415
    from sklearn.naive_bayes import ComplementNB  # type: ignore[import-untyped] # noqa: PLC0415

    read = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    entries = case.index.entries
    known = read.fit_transform([" ".join(entry.texts()) for entry in entries])
    taught = ComplementNB().fit(known, [entry.theme for entry in entries])
    likely = taught.predict_log_proba(read.transform([case.question]))[0]
    return [str(taught.classes_[at]) for at in likely.argsort()[::-1]]


RANKERS: Mapping[str, Callable[[Case], Ranked]] = {
    "this bot, all voices": together,
    "this bot, bank alone": bank_alone,
    "key words alone": words_alone,
    "the largest theme": largest,
    "the nearest entry's theme": nearest,
    "sum of probabilities": summed,
    "naive Bayes, letters": bayes,
}


def measure(asked: Sequence[Case], rank: Callable[[Case], Ranked]) -> tuple[float, float]:
    """Return how often the right theme is first, and among the first two."""
    ranked = [(case.theme, rank(case)) for case in asked]
    first, two = (sum(theme in themes[:most] for theme, themes in ranked) for most in (1, 2))
    return first / len(ranked), two / len(ranked)


def questions(folder: Path) -> list[Row]:
    """SweFAQ's rows: the only ones with themes of the size of a group."""
    return [row for row in load(folder).rows if row["bank"] == "swefaq"]


def main() -> None:
    folder = os.environ.get("FAQ_DATA")
    if not folder or not (Path(folder) / "dev.jsonl").is_file():
        print("skipped: FAQ_DATA names no folder with evaluate.py, dev.jsonl and dev_oos.jsonl")
        return
    rows = questions(Path(folder))
    print(f"the right theme group of {len({row['category'] for row in rows})}, {len(rows)} questions: first, first two")
    print(f"{'':28}{'answers':>16}{'left out':>16}")
    banks = [list(cases(rows, left_out=left_out)) for left_out in (False, True)]
    for name, rank in RANKERS.items():
        measured = [figure for asked in banks for figure in measure(asked, rank)]
        print(f"{name:28}" + "{:10.3f}{:6.3f}{:10.3f}{:6.3f}".format(*measured))


if __name__ == "__main__":
    main()
