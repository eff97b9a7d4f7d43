"""Asks a colleague whether the name may stand with their answer. Without a yes the entry is shown without it."""

from __future__ import annotations

from bot.faq import access, testimony_cards
from bot.turn import Turn
from storage import outbox, people
from storage.faq import Entry, EntryKind
from storage.outgoing import Outgoing, ToPerson


def ask_name(turn: Turn, entry: Entry) -> None:
    """Ask in the colleague's own chat, once for each wording, when their answer is published.

    Do not ask people who have said no, or who have left.
    """
    if entry.kind != EntryKind.TESTIMONY or not entry.published or entry.name_agreed is not None:
        return
    person = people.by_id(turn.session, entry.told_by_id)
    if person is None or person.left_at is not None:
        return
    card = testimony_cards.ask_name(entry, access.teller(turn, entry))
    subject = f"entry_name:{entry.id}"
    key = f"{subject}:{testimony_cards.version(entry)}:person:{person.id}"
    outbox.enqueue(turn.session, Outgoing(key, subject, ToPerson(person.id), card=card), turn.now)
