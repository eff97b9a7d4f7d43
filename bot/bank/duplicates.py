"""Finds entries that answer the same question as another one: near-duplicates to merge, or to leave as they are."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from bot.ports import Bank
from bot.search import likeness
from storage import faq
from storage.faq import Entry, EntryKind, EntryState

SAME = 0.80
"""Lowest probability that the bank gives another entry for an entry's question: it would be the answer."""
NEARLY = 0.60
"""The same where the two questions also share the words that tell what they are about. In the starting content this
finds the two about "gröna nyckeltal", and not the two about how a municipality and a region become members (0.56)."""
LOOKED_AT = 5
MOST = 2
"""How many a form shows."""


def of(bank: Bank, session: Session, entry: Entry, today: date) -> list[Entry]:
    """Return the entries that seem to answer the same as an entry, the likeliest first. Archived ones are none.

    A colleague's testimony is none either: each tells how one municipality did.
    """
    if entry.state == EntryState.ARCHIVED or entry.kind == EntryKind.TESTIMONY:
        return []
    states = (EntryState.PUBLISHED, EntryState.DRAFT)
    others = {
        other.id: other
        for state in states
        for other in faq.by_state(session, state)
        if other.id != entry.id and other.kind != EntryKind.TESTIMONY
    }
    hits = {
        hit.entry_id: hit.probability for hit in bank.search(entry.question, LOOKED_AT, today) if hit.entry_id in others
    }
    alike = [number for number, probability in hits.items() if probability >= SAME]
    place = likeness.nearest(entry.question, [other.question for other in others.values()])
    near = None if place is None else [*others][place]
    draft = entry.state == EntryState.DRAFT or (near is not None and others[near].state == EntryState.DRAFT)
    if near is not None and near not in alike and (draft or hits.get(near, 0.0) >= NEARLY):
        alike.append(near)
    return [others[number] for number in alike[:MOST]]
