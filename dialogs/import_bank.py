"""Import answers to the knowledge bank."""

from __future__ import annotations

from bot.bankfiles import cards, files, imports
from bot.bankfiles.imports import BankPlan
from bot.register.change import Change
from dialogs.list_import import ListImport


def plan(change: Change, text: str, *, lock: bool) -> BankPlan:
    """Return what a list would change."""
    return imports.prepared(change, files.read_text(text), lock=lock)


IMPORT_BANK = ListImport(
    name="import_bank",
    title="Importen till kunskapsbanken",
    most=cards.LONGEST_PASTE,
    too_long="Listan är för lång att klistra in. Skicka den som en fil här i chatten i stället.",
    changed="Banken har ändrats sedan du såg listan.",
    plan=plan,
    carry_out=imports.carry_out,
    kept=lambda text: files.as_text(files.read_text(text)),
    doubted=imports.doubted,
    ask=cards.ask_table,
    preview=cards.preview,
    done=cards.done,
).dialog()
