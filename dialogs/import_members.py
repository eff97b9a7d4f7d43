"""Import a list of members."""

from __future__ import annotations

from bot.memberlist import columns, import_cards, imports
from bot.memberlist.imports import Plan
from bot.register import spreadsheet
from bot.register.change import Change
from dialogs.list_import import ListImport


def plan(change: Change, text: str, *, lock: bool) -> Plan:
    """Return what a list would change."""
    return imports.plan(change.session, columns.understood(spreadsheet.read_text(text)), lock=lock)


IMPORT_MEMBERS = ListImport(
    name="import_members",
    title="Importen av medlemslistan",
    most=import_cards.LONGEST_PASTE,
    too_long="Listan är för lång att klistra in. Dela upp den, eller be driften läsa in den som fil.",
    changed="Registret har ändrats sedan du såg listan.",
    plan=plan,
    carry_out=imports.carry_out,
    ask=import_cards.ask_table,
    preview=import_cards.preview,
    done=import_cards.done,
).dialog()
