"""Finds entries by the words that they hold: in every state, and without meaning or probability."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from bot.search import normalisation, terms
from bot.wording import utterance
from storage import faq_care
from storage.faq import Entry, EntryState

SHORTEST = 3
"""Letters of a word that may be the start of a longer one."""
_ORDER = {EntryState.PUBLISHED: 0, EntryState.DRAFT: 1, EntryState.ARCHIVED: 2}


def find(session: Session, text: str, themes: Collection[str] | None) -> list[Entry]:
    """Return the entries that hold every word of ``text``: first those whose question does, published before drafts.

    ``themes`` limits them to the published entries of these themes; None means all entries.
    """
    wanted = _stems(text, everything=False) or _stems(text)
    found = []
    for entry in faq_care.searchable(session) if wanted else ():
        if themes is not None and (not entry.published or entry.theme not in themes):
            continue
        asked = [entry.question, *(phrasing.text for phrasing in entry.phrasings)]
        for place, texts in enumerate(([entry.question], asked, [*asked, entry.answer, entry.theme, entry.note])):
            if _holds(_stems(" ".join(texts)), wanted):
                found.append((place, _ORDER[EntryState(entry.state)], entry.id, entry))
                break
    return [entry for *_, entry in sorted(found, key=lambda row: row[:3])]


def _stems(text: str, *, everything: bool = True) -> set[str]:
    words = normalisation.words(text)
    return {terms.stem(word) for word in words if everything or word not in utterance.FUNCTION}


def _holds(stems: Collection[str], wanted: Collection[str]) -> bool:
    return all(any(_begins(stem, word) for stem in stems) for word in wanted)


def _begins(stem: str, word: str) -> bool:
    return stem == word or (len(word) >= SHORTEST and stem.startswith(word))
