"""Which earlier questions are shown as similar, by words and by meaning: ``python -m tests.bench.similar``.

Every query of ``FAQ_DATA``'s dev split is asked in turn, and the others are the earlier questions. One is right if it
has the same answer. Some 500 of them are taken, as many as a dialog looks at (``storage.questions.LOOKED_AT``).
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.search import encoder, semantic, themes
from storage.questions import LOOKED_AT
from tests.bench.engines import vector
from tests.bench.retrieval import load

SHOWN = 3
WORDS = (themes.ALIKE, 0.6)
COSINES = (0.92, 0.93, 0.94, 0.95)


def asked(rows: Sequence[dict[str, Any]], seed: int) -> list[tuple[str, str]]:
    """Return questions, each with the name of its answer, of entries drawn by lot."""
    rows = [row for row in rows if row["queries"]]
    random.Random(seed).shuffle(rows)
    found = [(text, row["cluster"]) for row in rows for text in (row["question"], *row["queries"])]
    return list(dict(found[:LOOKED_AT]).items())


def report(name: str, scores: np.typing.NDArray[Any], same: np.typing.NDArray[np.bool_], least: float) -> None:
    """Print how many of the pairs at or above ``least`` are right, and of the questions how many are shown one."""
    alike = scores >= least
    right, pairs = int((alike & same).sum()), int(alike.sum())
    shown = [[at for at in np.argsort(-row, kind="stable")[:SHOWN] if row[at] >= least] for row in scores]
    helped = np.mean([any(same[at, other] for other in row) for at, row in enumerate(shown)])
    misled = np.mean([bool(row) and not any(same[at, other] for other in row) for at, row in enumerate(shown)])
    print(
        f"{name:38} {right / max(1, pairs):.0%} of {pairs} pairs right, {right / same.sum():.0%} found; "
        f"of the questions {helped:.0%} are shown a right one, {misled:.0%} wrong ones only"
    )


def main() -> None:
    """Print the table."""
    if not encoder.is_installed():
        print("skipped: the encoder is not installed: pip install -e '.[semantic]'")
        return
    data = load(Path(os.environ.get("FAQ_DATA", ".")))
    for seed in (1, 2):
        questions = asked(data.rows, seed)
        texts = [text for text, _ in questions]
        same = np.array([[one == other for _, other in questions] for _, one in questions])
        np.fill_diagonal(same, val=False)
        words = np.array([[themes.likeness(one, other) for other in texts] for one in texts])
        vectors = np.array([vector(semantic.question_text(text)) for text in texts])
        cosines = vectors @ vectors.T
        for scores in (words, cosines):
            np.fill_diagonal(scores, -1)
        print(f"{len(texts)} questions, draw {seed}")
        for least in WORDS:
            report(f"words from {least}", words, same, least)
        for least in COSINES:
            report(f"meaning from {least}", cosines, same, least)
        for least, also in ((0.93, 0.6), (0.94, 0.5), (0.94, 0.6), (0.94, 0.7)):
            either = np.where((cosines >= least) | ((words >= also) & (cosines >= 0)), cosines, -1)
            report(f"meaning from {least} or words from {also}", either, same, 0)
        for least in (0.88, 0.9, 0.92):
            both = np.where((cosines >= 0.94) | ((words >= themes.ALIKE) & (cosines >= least)), cosines, -1)
            report(f"… or words .5 and meaning {least}", both, same, 0)


if __name__ == "__main__":
    main()
