"""The product's own search on real Swedish questions, for ``evaluate.py tests.bench.retrieval:build``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot.faq.calibration import SHIPPED, calibrate
from bot.faq.search import Entry, Index

Search = Callable[[str, int], list[tuple[str, float]]]


def entries_of(bank: Sequence[dict[str, Any]]) -> list[Entry]:
    return [
        Entry(n, e["question"], e["answer"], tuple(e["alternatives"]), e.get("category") or "")
        for n, e in enumerate(bank)
    ]


def build(bank: Sequence[dict[str, Any]]) -> Search:
    entries = entries_of(bank)
    index = Index(entries, calibrate(entries) or SHIPPED)
    ids = [str(entry["id"]) for entry in bank]

    def search(question: str, limit: int = 10) -> list[tuple[str, float]]:
        return [(ids[hit.entry_id], hit.probability) for hit in index.search(question, limit)]

    return search
