"""What a row changes in an entry: found, checked, put in words, and carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.bank import entries
from bot.bank.entries import EntryContent
from bot.bankfiles import values
from bot.message import UserError
from bot.register import sheets
from bot.register.change import Change
from bot.swedish import listed
from bot.wording import blanks
from storage import faq
from storage.faq import Certainty, Entry, EntryKind, EntryState

WORDS = {
    "question": "frågan",
    "phrasings": "sätten att fråga",
    "answer": "svaret",
    "theme": "temat",
    "sources": "källorna",
    "certainty": "säkerheten",
    "note": "anteckningen",
    "state": "läget",
    "reviewed_on": "granskningsdagen",
    "review_on": "dagen för nästa granskning",
    "valid_until": "sista dagen",
    "kind": "sorten",
}
REVIEW = frozenset({"reviewed_on", "review_on"})
_CONTENT = ("question", "answer", "phrasings", "theme", "sources", "certainty", "valid_until")
_KEPT_IF_EMPTY = ("state", "certainty", "kind", "reviewed_on")
"""Fields that an entry always has: an empty cell says nothing of them."""
_SHOWN = 80
"""Characters of a new text that the preview shows."""


def different(cells: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that say something else than the entry, by field."""
    return {
        name: cell
        for name, cell in cells.items()
        if name in WORDS and not values.same(name, cell, shown[name]) and (cell or name not in _KEPT_IF_EMPTY)
    }


def of(change: Change, entry: Entry, cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the new values of an entry from the cells that differ. Raises :class:`UserError`.

    A file from before the last review does not take the review back.
    """
    wanted = {name: values.checked(name, cell) for name, cell in cells.items()}
    reviewed = wanted.get("reviewed_on") or entry.reviewed_on
    if reviewed < entry.reviewed_on:
        wanted = {name: value for name, value in wanted.items() if name not in REVIEW}
    wanted = {name: value for name, value in wanted.items() if value != _value(entry, name)}
    _refuse_later(change, reviewed)
    if "kind" in wanted:
        raise UserError("Sorten går inte att ändra: den säger vem svaret kommer från.")
    state, answer = wanted.get("state", entry.state), wanted.get("answer", entry.answer)
    if state == EntryState.PUBLISHED and {"state", "answer", "valid_until"} & set(wanted):
        _refuse_unpublishable(change, answer, wanted.get("valid_until", entry.valid_until))
        if entry.kind == EntryKind.TESTIMONY:
            raise UserError("Ändra och publicera en kollegas svar i boten: där får kollegan ta ställning till namnet.")
    gap = "{{" in entry.answer and "{{" not in answer and entry.certainty != Certainty.HIGH
    return wanted | ({"certainty": Certainty.HIGH} if gap and "certainty" not in wanted else {})


def of_new(change: Change, cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a new entry. Raises :class:`UserError` where something is missing or wrong."""
    given = {name: cell for name, cell in cells.items() if cell and name in WORDS}
    wanted = {name: values.checked(name, given.get(name, "")) for name in ("question", "answer")}
    wanted |= {name: values.checked(name, cell) for name, cell in given.items() if name not in wanted}
    if wanted.get("kind", EntryKind.FACT) != EntryKind.FACT:
        raise UserError("En kollegas svar kommer från en fråga mellan medlemmar. Låt Sort vara tom, så blir det ert.")
    wanted.setdefault("state", EntryState.DRAFT)
    _refuse_later(change, wanted.get("reviewed_on") or change.today)
    if wanted["state"] == EntryState.PUBLISHED:
        _refuse_unpublishable(change, wanted["answer"], wanted.get("valid_until"))
    return wanted


def described(entry: Entry, wanted: Mapping[str, Any]) -> str:
    """Return what changes, in Swedish: "Ändrar svaret och temat till vatten."."""
    parts = [f"{WORDS[name]}{_to(name, value)}" for name, value in wanted.items()]
    text = f"Ändrar {listed(parts)}."
    return f"{text} Svaret blir: ”{_around(entry.answer, wanted['answer'])}”" if "answer" in wanted else text


def content(entry: Entry | None, wanted: Mapping[str, Any]) -> EntryContent:
    """Return what the entry is going to say; None for a new entry."""
    given = {name: wanted[name] for name in _CONTENT if name in wanted}
    return EntryContent(**given) if entry is None else replace(entries.content_of(entry), **given)


def create(change: Change, wanted: Mapping[str, Any]) -> None:
    """Make the entry, in the state that the row says."""
    entry = entries.create(change, content(None, wanted))
    entry.note = wanted.get("note", "")
    if wanted["state"] != EntryState.DRAFT:
        entries.move(change, entry, wanted["state"])
    _review(entry, wanted)


def carry_out(change: Change, entry: Entry, wanted: Mapping[str, Any]) -> None:
    """Give the entry its new values. New texts count as a review today unless the row says another day."""
    before: dict[str, Any] = {"reviewed_on": entry.reviewed_on, "review_on": entry.review_on}
    state = wanted.get("state", entry.state)
    if state not in (entry.state, EntryState.PUBLISHED):
        entries.move(change, entry, state)
    entry.note = wanted.get("note", entry.note)
    if set(_CONTENT) & set(wanted):
        entries.revise(change, entry, content(entry, wanted))
    if state != entry.state:
        entries.move(change, entry, state)
    texts = {"question", "answer", "phrasings"} & set(wanted)
    reviews = texts or (state == EntryState.PUBLISHED and "state" in wanted)
    _review(entry, wanted if reviews else {**before, **wanted})
    entry.changed_at = change.now
    faq.touch(change.session)


def _review(entry: Entry, wanted: Mapping[str, Any]) -> None:
    if "reviewed_on" in wanted:
        entry.reviewed_on = wanted["reviewed_on"]
    if "review_on" in wanted:
        entry.review_on = wanted["review_on"]


def _value(entry: Entry, name: str) -> Any:
    """Return what an entry holds, in the form of a checked value."""
    return getattr(entries.content_of(entry) if name in _CONTENT else entry, name)


def _to(name: str, value: Any) -> str:
    if name == "state":
        return f" till {values.STATES[value]}"
    if name in ("theme", "certainty", *values.DATES):
        return f" till {value}" if value else " till tomt"
    return f" till ”{sheets.restored(value)[:_SHOWN]}”" if name == "question" else ""


def _around(before: str, after: str) -> str:
    """Return the part of a new text in which it differs from the old one."""
    at = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(before))
    start = max(0, at - _SHOWN // 2)
    shown = " ".join(after[start : start + _SHOWN].split())
    return f"{'…' if start else ''}{shown}{'…' if len(after) > start + _SHOWN else ''}"


def _refuse_later(change: Change, reviewed: date) -> None:
    if reviewed > change.today:
        raise UserError("Granskat kan inte vara en dag som inte har varit. Skriv dagen då någon läste svaret.")


def _refuse_unpublishable(change: Change, answer: str, valid_until: date | None) -> None:
    if not blanks.is_ready(answer):
        raise UserError("Det finns {{ }} kvar att fylla i, så svaret är tomt. Fyll i dem, eller skriv utkast i Läge.")
    if valid_until is not None and valid_until < change.today:
        raise UserError("Svaret gäller till en dag som har passerat. Ändra Gäller till och med, eller töm cellen.")
