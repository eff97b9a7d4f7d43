"""Decides who may care for what of the knowledge bank. Every handler loads its object here.

====================  ==================================  =================================
object                may be seen by                      may be changed by
====================  ==================================  =================================
published entry       the kansli, and the moderators of   the kansli; the moderators may
                      the group that has its theme        say that it still holds
other entry           the kansli                          the kansli
history               the kansli                          the kansli
====================  ==================================  =================================
"""

from __future__ import annotations

from typing import Any

from bot.message import UserError
from bot.turn import Turn
from storage import faq, faq_history, groups
from storage.faq import Entry
from storage.faq_history import EntryChange

GONE = "Det svaret finns inte kvar. Skriv **kunskapsbank** för att se de som finns."
NOT_YOURS = "Det kan bara kansliet och de som är moderatorer för svarets temagrupp göra."


def themes(turn: Turn) -> set[str]:
    """Return the themes of the groups that the person moderates."""
    own = groups.moderated_by(turn.session, turn.person.id)
    return {group.theme for group in groups.everyone(turn.session) if group.id in own} if own else set()


def reviewable(turn: Turn) -> Entry:
    """Return the published entry that a button names, held for somebody who may say that it still holds."""
    entry = faq.lock(turn.session, turn.data.get("entry"))
    if not turn.kansli and (entry is None or not entry.published or entry.theme not in themes(turn)):
        raise UserError(NOT_YOURS)
    if entry is None or not entry.published:
        raise UserError("Medlemmarna ser inte det svaret längre, så det behöver inte granskas.")
    return entry


def kept(turn: Turn, name: str = "entry") -> Entry:
    """Return the entry that a button names under ``name``, held for the kansli to change."""
    turn.refuse_members()
    entry = faq.lock(turn.session, turn.data.get(name))
    if entry is None:
        raise UserError(GONE)
    return entry


def pair(turn: Turn) -> tuple[Entry, Entry]:
    """Return the two entries that a comparison names. Locks them in one order, so that two presses never wait."""
    turn.refuse_members()
    wanted = [turn.data.get(name) for name in ("entry", "other")]
    for number in sorted((number for number in wanted if isinstance(number, int)), key=int):
        faq.lock(turn.session, number)
    return kept(turn), kept(turn, "other")


def change(turn: Turn) -> tuple[EntryChange, Entry]:
    """Return the change that a button names, with its entry, held for the kansli to undo it."""
    turn.refuse_members()
    row = faq_history.find(turn.session, turn.data.get("change"))
    entry: Any = faq.lock(turn.session, row.entry_id) if row is not None else None
    if row is None or entry is None:
        raise UserError("Den ändringen finns inte kvar i historiken. Öppna svaret igen, så ser du vad som finns.")
    return row, entry
