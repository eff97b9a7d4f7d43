"""Suggests the theme groups that a question belongs to, from the bank, earlier questions and the groups' key words.

It also finds the earlier questions that are like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.ports import Bank
from bot.search import themes
from bot.search.themes import ThemeSuggestion, ThemeVote
from storage import questions
from storage.groups import ThemeGroup

MEANS_THE_SAME = 0.93
"""Lowest cosine for showing an earlier question as similar. On dev (``python -m tests.bench.similar``), 62 % of the
questions are then shown one with the same answer and 7 % wrong ones only; by words 60 and 17 %."""


def similar(session: Session, bank: Bank, text: str) -> list[Any]:
    """Return rows of :func:`storage.questions.earlier` that ask about the same as ``text``, the most similar first.

    Only those of theme groups: questions to the kansli are private. The words decide where the meaning is not known.
    """
    rows = [row for row in questions.earlier(session) if row.theme]
    meant = bank.alike(text, [row.text for row in rows])
    scored = [
        (cosine, MEANS_THE_SAME, row) if cosine is not None else (themes.likeness(text, row.text), themes.ALIKE, row)
        for cosine, row in zip(meant, rows, strict=True)
    ]
    near = [(score, row) for score, least, row in scored if score >= least]
    return [row for _, row in sorted(near, key=lambda each: -each[0])]


def suggestions(session: Session, bank: Bank, text: str, taking: Sequence[ThemeGroup]) -> list[ThemeSuggestion]:
    """Return the groups in ``taking``, which take questions, the likeliest first."""
    entries = [ThemeVote(theme, share) for theme, share in bank.vote(text)]
    before = [
        ThemeVote(row.theme, alike)
        for row in questions.earlier(session)
        if row.theme and (alike := themes.likeness(text, row.text)) >= themes.A_LITTLE_ALIKE
    ]
    words = {group.theme: group.words for group in taking}
    about = {group.theme: f"{group.name} {group.about}" for group in taking}
    return themes.suggest(text, words, entries, before, about=about)
