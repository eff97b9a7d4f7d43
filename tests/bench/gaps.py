"""How well questions are grouped by subject: the phrasings of the starting content, where an entry is a subject.

Run: python -m tests.bench.gaps
"""

from __future__ import annotations

import tomllib
from itertools import combinations
from time import perf_counter

from bot.search import likeness
from storage import content

SHARES = (0.3, 0.35, 0.4, 0.45, 0.5)


def main() -> None:
    """Print for each lowest cosine how many grouped pairs belong together, and how many that belong are grouped."""
    entries = tomllib.loads(content._read("faq.toml"))["entry"]
    asked = [(text, entry["code"]) for entry in entries for text in (entry["question"], *entry["phrasings"])]
    texts = [text for text, _ in asked]
    belong = {pair for pair in combinations(range(len(asked)), 2) if asked[pair[0]][1] == asked[pair[1]][1]}
    for share in SHARES:
        likeness.ALIKE = share
        begun = perf_counter()
        grouped = likeness.groups(texts)
        took = perf_counter() - begun
        pairs = {tuple(sorted(pair)) for group in grouped for pair in combinations(group, 2)}
        right = len(pairs & belong)
        precision, recall = right / max(1, len(pairs)), right / len(belong)
        print(
            f"{share:.2f}: {len(grouped)} groups, {precision:.0%} of {len(pairs)} pairs belong together, "
            f"{recall:.0%} of those that belong are grouped, {took * 1000:.0f} ms for {len(texts)} questions"
        )


if __name__ == "__main__":
    main()
