"""The rules of merging two entries, and of taking an entry back to before a change."""

from __future__ import annotations

from collections.abc import Sequence

from bot.bank import entries, history
from bot.bank.history import Kind
from bot.message import UserError
from bot.register.change import Change
from storage import faq, faq_history
from storage.faq import Entry, EntryKind, EntryState
from storage.faq_history import EntryChange


def is_undoable(row: EntryChange) -> bool:
    """Return whether a change made the entry another one. Before a new entry there was none to go back to."""
    return bool(row.before) and row.before != row.after


def merged_phrasings(kept: Entry, other: Entry) -> list[str]:
    """Return the phrasings of an entry that takes over another's question and phrasings, each once."""
    asked = [*(row.text for row in kept.phrasings), other.question, *(row.text for row in other.phrasings)]
    unique = {text.casefold(): text for text in reversed(asked)}
    unique.pop(kept.question.casefold(), None)
    return [*reversed(unique.values())]


def merge(change: Change, kept: Entry, other: Entry) -> None:
    """Give an entry another's question and phrasings, and archive the other. Raises :class:`UserError`."""
    refuse_merge(kept, other)
    phrasings = merged_phrasings(kept, other)
    if len(phrasings) > entries.MOST_PHRASINGS:
        raise UserError(
            f"Tillsammans har de {len(phrasings)} sätt att fråga, och ett svar har högst {entries.MOST_PHRASINGS}. "
            "Öppna ett av svaren och ta bort några först."
        )
    with history.kept(change, kept, Kind.MERGED, other_id=other.id):
        history.set_phrasings(kept, phrasings)
    with history.kept(change, other, Kind.MERGED, other_id=kept.id):
        other.state = EntryState.ARCHIVED
    kept.changed_at = other.changed_at = change.now
    change.record("Två svar i kunskapsbanken slogs ihop: det här behölls", entries.about(kept))
    change.record("Två svar i kunskapsbanken slogs ihop: det här arkiverades", entries.about(other))
    faq.touch(change.session)


def refuse_merge(kept: Entry, other: Entry) -> None:
    """Raise :class:`UserError` for two entries that can't be merged in this direction."""
    if kept.id == other.id:
        raise UserError("Det är samma svar. Välj två olika.")
    if EntryKind.TESTIMONY in (kept.kind, other.kind):
        raise UserError("En kollegas svar slås inte ihop med ett annat. Det är deras egen erfarenhet.")
    if EntryState.ARCHIVED in (kept.state, other.state):
        raise UserError("Det ena svaret är redan arkiverat. Öppna det andra, så ser du hur det är nu.")
    if other.published and not kept.published:
        raise UserError("Medlemmarna ser det andra svaret. Behåll det, eller publicera det här först.")


def archive(change: Change, entry: Entry) -> None:
    """Archive an entry. Raises :class:`UserError` if it is archived already."""
    if entry.state == EntryState.ARCHIVED:
        raise UserError("Svaret är redan arkiverat.")
    entries.move(change, entry, EntryState.ARCHIVED)


def expire(change: Change, entry: Entry) -> None:
    """Archive an entry that nobody has used or reviewed for long."""
    with history.kept(change, entry, Kind.EXPIRED):
        entry.state, entry.changed_at = EntryState.ARCHIVED, change.now
    change.record("Arkiverat av sig självt: länge oanvänt och ogranskat", entries.about(entry))
    faq.touch(change.session)


def undo(change: Change, row: EntryChange, entry: Entry) -> Sequence[Entry]:
    """Take an entry back to before a change. A merge is taken back for both, if the other is as it left it.

    Return the entries that changed: none if the entry is as before already. Raises :class:`UserError`.
    """
    if not is_undoable(row):
        raise UserError("Den ändringen går inte att ångra: den ändrade inget i svaret.")
    partner = faq_history.of_merge(change.session, row)
    changed = [entry] if _put_back(change, row, entry) else []
    other = faq.lock(change.session, partner.entry_id) if partner is not None else None
    if partner is not None and other is not None and _put_back(change, partner, other):
        changed.append(other)
    return changed


def _put_back(change: Change, row: EntryChange, entry: Entry) -> bool:
    """Return whether that changed the entry."""
    if faq_history.content_of(entry) == row.before:
        return False
    with history.kept(change, entry, Kind.UNDONE):
        history.put_back(change, entry, row.before)
    entries.mark_reviewed(change, entry)
    change.record("Ångrad ändring i kunskapsbanken", entries.about(entry))
    return True
