"""Keeps each change of an entry, and takes an entry back to before one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from bot.register.change import Change
from storage import faq, faq_history
from storage.faq import Entry, EntryState, Phrasing
from storage.faq_history import EntryChangeKind

Kind = EntryChangeKind
OF_STATE = {
    EntryState.PUBLISHED: Kind.PUBLISHED,
    EntryState.DRAFT: Kind.DRAFTED,
    EntryState.ARCHIVED: Kind.ARCHIVED,
}
"""What a move to a state is called."""


@contextmanager
def kept(change: Change, entry: Entry, kind: Kind, *, other_id: int | None = None) -> Iterator[None]:
    """Keep what the block does to an entry as one change."""
    before = faq_history.content_of(entry)
    yield
    faq_history.keep(change.session, entry, kind, before, by=change.by, now=change.now, other_id=other_id)


def begin(change: Change, entry: Entry) -> None:
    """Keep that an entry was written."""
    faq_history.keep(change.session, entry, Kind.CREATED, {}, by=change.by, now=change.now)


def put_back(change: Change, entry: Entry, content: Mapping[str, Any]) -> None:
    """Give an entry the content that it had. A colleague's yes to the name was to the words that go."""
    if entry.answer != content["answer"]:
        entry.answered_at = change.now
        entry.name_agreed = None if entry.name_agreed else entry.name_agreed
    for name in ("question", "answer", "theme", "certainty", "state"):
        setattr(entry, name, content[name])
    entry.sources = [dict(source) for source in content["sources"]]
    entry.valid_until = date.fromisoformat(content["valid_until"]) if content["valid_until"] else None
    set_phrasings(entry, content["phrasings"])
    entry.changed_at = change.now
    faq.touch(change.session)


def set_phrasings(entry: Entry, wanted: Any) -> None:
    """Give an entry these phrasings. Those that it has already keep their rows."""
    old = {phrasing.text: phrasing for phrasing in entry.phrasings}
    entry.phrasings = [old.get(text) or Phrasing(text=text) for text in wanted]
