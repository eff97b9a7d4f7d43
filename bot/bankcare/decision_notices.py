"""Entries that need care, as decisions of the kansli's Monday: each is settled with one press."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot import swedish
from bot.bank import entries
from bot.bankcare import changes, needs
from bot.bankcare.needs import Need
from bot.cards import one_line
from bot.desk import OtherWay, PreparedDecision
from bot.message import UserError
from bot.register.change import Change
from bot.turn import App, Turn
from bot.wording.texts import unmarked
from storage import faq
from storage.faq import Certainty, Entry, EntryState

QUOTED = 90
"""Characters of a question in a title, where a phone shows three lines."""
SHOWN = 240
"""Characters of an answer. *Ändra* shows the rest."""


def wanting(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield the entries that need care, the most useful first."""
    del app
    for need in needs.of_bank(session, now):
        yield _unfinished(need) if need.entry.state == EntryState.DRAFT else _doubtful(need)


def _doubtful(need: Need) -> PreparedDecision:
    entry = need.entry
    reviewed = f"Granskat {swedish.day(entry.reviewed_on)}." if entry.certainty == Certainty.HIGH else "Inte bekräftat."
    return PreparedDecision(
        key=_key(need),
        title=f"Stämmer ”{one_line(entry.question, QUOTED)}” fortfarande?",
        effect=f"{' '.join(need.reasons)} {reviewed} Om det stämmer får svaret dagens datum: "
        f"”{one_line(unmarked(entry.answer), SHOWN)}”",
        usefulness=need.usefulness,
        label="Stämmer fortfarande",
        do=partial(_confirm, entry.id, entry.changed_at),
        others={"edit": _edit("Ändra", entry), "archive": _archived(entry)},
    )


def _unfinished(need: Need) -> PreparedDecision:
    entry = need.entry
    return PreparedDecision(
        key=_key(need),
        title=f"Fyll i det som saknas i ”{one_line(entry.question, QUOTED)}”",
        effect=f"{' '.join(need.reasons)} ”{one_line(unmarked(entry.answer), SHOWN)}”",
        usefulness=need.usefulness,
        label="Ändra",
        verb="faq.edit",
        data={"entry": entry.id},
        others={"archive": _archived(entry)},
    )


def _key(need: Need) -> str:
    return f"care:{need.entry.id}:{need.codes}:{need.entry.changed_at.isoformat()}"


def _edit(label: str, entry: Entry) -> OtherWay:
    return OtherWay(label, verb="faq.edit", data={"entry": entry.id})


def _archived(entry: Entry) -> OtherWay:
    return OtherWay("Arkivera", do=partial(_archive, entry.id, entry.changed_at))


def _confirm(entry_id: int, seen: datetime, turn: Turn) -> str:
    entry = _unchanged(turn, entry_id, seen)
    entries.confirm(Change.of(turn), entry, by_kansli=turn.kansli)
    return f"Stämmer fortfarande: ”{one_line(entry.question, QUOTED)}”"


def _archive(entry_id: int, seen: datetime, turn: Turn) -> str:
    entry = _unchanged(turn, entry_id, seen)
    changes.archive(Change.of(turn), entry)
    return f"Arkiverat: ”{one_line(entry.question, QUOTED)}”. Ångra i svarets historik."


def _unchanged(turn: Turn, entry_id: int, seen: datetime) -> Entry:
    """Return the entry as the card showed it, held for a change. Raises :class:`UserError` if it is another now."""
    entry = faq.lock(turn.session, entry_id)
    if entry is None or entry.state == EntryState.ARCHIVED or entry.changed_at != seen:
        raise UserError("Svaret har ändrats sedan kortet kom. Skriv **kunskapsbank** för att se hur det är nu.")
    return entry
