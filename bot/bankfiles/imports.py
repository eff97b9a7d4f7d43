"""What importing a bank would do: shown first, then carried out as it was shown. It adds and changes, never deletes.

A row knows its entry by ID, and by Version what the entry said when the file was made. An entry that the bot has
changed since then is not written over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.bank import flaws
from bot.bankfiles import changes, values
from bot.bankfiles.columns import BankRow, BankSheet
from bot.imports.plans import ImportLine, ImportOutcome, ImportPlan
from bot.message import UserError
from bot.register.change import Change
from bot.swedish import listed
from bot.wording import blanks
from storage import bank_files
from storage.faq import Entry


@dataclass(frozen=True, slots=True)
class BankPlan(ImportPlan[tuple[int | None, Mapping[str, Any]]]):
    """What an import does: the id of each entry that changes, or None for a new one, with its new values by field."""

    ignored: tuple[str, ...] = ()
    """Headings of columns that are not read."""


def prepared(change: Change, sheet: BankSheet, *, lock: bool = False) -> BankPlan:
    """Return what importing a bank would do now. With ``lock`` nobody changes the bank until the transaction ends."""
    if lock:
        bank_files.lock(change.session)
    planning = _Planning(change)
    lines = tuple(planning.line(record) for record in sheet.records)
    return BankPlan(lines, tuple(planning.wanted), sheet.ignored)


def doubted(change: Change, plan: BankPlan) -> BankPlan:
    """Return the plan with what looks wrong in the new texts."""
    wanted = iter(plan.wanted)
    saved = (ImportOutcome.NEW, ImportOutcome.CHANGED)
    lines = [
        replace(line, doubts=_doubts(change, *next(wanted))) if line.outcome in saved else line for line in plan.lines
    ]
    return replace(plan, lines=tuple(lines))


def carry_out(change: Change, plan: BankPlan) -> None:
    """Do what a plan says, in the transaction that made it with ``lock``."""
    for entry_id, wanted in plan.wanted:
        if entry_id is None:
            changes.create(change, wanted)
        else:
            changes.carry_out(change, change.session.get_one(Entry, entry_id), wanted)
    counts = plan.counts
    number = f"{counts[ImportOutcome.NEW]} nya, {counts[ImportOutcome.CHANGED]} ändrade"
    change.record(f"Kunskapsbanken importerad: {number}", "bank")


@dataclass
class _Planning:
    """One reading of the file, compared with the bank as it is."""

    change: Change
    wanted: list[tuple[int | None, Mapping[str, Any]]] = field(default_factory=list)
    _rows: dict[str, int] = field(default_factory=dict)
    """The first row of each ID, and of each question of a new entry."""

    def __post_init__(self) -> None:
        kept = bank_files.everything(self.change.session)
        self._by_id = {str(entry.id): entry for entry in kept} | {entry.code: entry for entry in kept if entry.code}
        self._by_question = {_wording(entry.question): entry for entry in kept}

    def line(self, record: BankRow) -> ImportLine:
        """Return what a row does, and keep what is to be saved of it."""
        try:
            entry = self._entry(record)
            outcome, what = self._new(record) if entry is None else self._changed(record, entry)
        except UserError as refusal:
            outcome, what = ImportOutcome.REFUSED, str(refusal)
        return ImportLine(f"rad {record.number}", outcome, record.about, what)

    def _entry(self, record: BankRow) -> Entry | None:
        """Return the row's entry, or None for a new one. Raise :class:`UserError` for an ID that fits nothing."""
        name = record.cells.get("id", "").strip().removesuffix(".0")
        if not name:
            return None
        entry = self._by_id.get(name) or self._by_id.get(name.upper())
        if entry is None:
            raise UserError(
                f"Det finns inget svar med ID {name[:20]} i banken. Är det ett nytt svar: töm ID och Version på raden."
            )
        self._refuse_twice(f"id {entry.id}", record.number, "ID")
        return entry

    def _new(self, record: BankRow) -> tuple[ImportOutcome, str]:
        question = record.cells.get("question", "")
        same = self._by_question.get(_wording(question))
        if same is not None:
            shown = values.cells(same)
            given = {name: cell for name, cell in record.cells.items() if cell}
            if changes.of(self.change, same, changes.different(given, shown)).keys() <= changes.REVIEW:
                return ImportOutcome.UNCHANGED, ""
            raise UserError(f"Frågan finns redan, med ID {shown['id']}. Ändra den i en fil som du har hämtat härifrån.")
        wanted = changes.of_new(self.change, record.cells)
        self._refuse_twice(f"fråga {_wording(question)}", record.number, "fråga")
        self.wanted.append((None, wanted))
        return ImportOutcome.NEW, f"Blir {values.STATES[wanted['state']]}."

    def _changed(self, record: BankRow, entry: Entry) -> tuple[ImportOutcome, str]:
        shown = values.cells(entry)
        different = changes.different(record.cells, shown)
        wanted = changes.of(self.change, entry, different)
        old = not values.same("version", record.cells.get("version", ""), shown["version"])
        if not wanted or (old and wanted.keys() <= changes.REVIEW):  # an older file knows less of reviews
            return ImportOutcome.UNCHANGED, ""
        if old:
            return ImportOutcome.CONFLICT, self._conflict(record, different)
        self.wanted.append((entry.id, wanted))
        return ImportOutcome.CHANGED, changes.described(entry, wanted)

    def _refuse_twice(self, key: str, number: int, what: str) -> None:
        first = self._rows.setdefault(key, number)
        if first != number:
            raise UserError(f"Dubblett: samma {what} som rad {first}. Behåll den rad som gäller.")

    @staticmethod
    def _conflict(record: BankRow, different: Sequence[str] | Mapping[str, str]) -> str:
        words = listed([changes.WORDS[name] for name in different if name in changes.WORDS])
        if not record.cells.get("version"):
            return (
                f"Raden vill ändra {words} men saknar Version, så jag vet inte om svaret har ändrats i boten. "
                "Hämta en ny fil och gör ändringen där."
            )
        return (
            f"Svaret har ändrats i boten sedan filen hämtades, och filen säger annat om {words}. Jag skriver inte över "
            "det. Hämta en ny fil och gör ändringen där."
        )


def _doubts(change: Change, entry_id: int | None, wanted: Mapping[str, Any]) -> tuple[str, ...]:
    entry = None if entry_id is None else change.session.get_one(Entry, entry_id)
    content = changes.content(entry, wanted)
    gaps = ["Det finns {{ }} att fylla i."] if blanks.missing(content.answer) else []
    rewritten = {"question", "answer", "phrasings", "sources"} & set(wanted)
    named = flaws.of_content(change.session, content, change.today.year) if rewritten else []
    return (*gaps, *(flaw.text for flaw in named))


def _wording(question: str) -> str:
    return " ".join(question.split()).casefold().rstrip(" ?.!")
