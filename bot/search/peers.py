"""Suggests the theme groups that a question belongs to, from the bank, earlier questions and the groups' key words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.ports import Bank
from bot.search import themes
from bot.search.themes import ThemeSuggestion, ThemeVote
from storage import questions
from storage.groups import ThemeGroup


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
