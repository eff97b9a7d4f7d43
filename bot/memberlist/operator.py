"""The operator's commands for importing and exporting the list of members, without the chat."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.imports.files import ending, export_file, import_file
from bot.memberlist import columns, exports, import_cards, imports
from bot.memberlist.columns import Sheet
from bot.register import sheets, spreadsheet
from bot.register.change import Change
from storage import content


def import_members(url: str, path: Path, now: datetime, *, dry_run: bool) -> int:
    """Import a CSV or Excel file, all of it in one transaction, and say what it did. Return 1 if it can't be done."""

    def work(session: Session, table: Sheet) -> str:
        content.load_municipalities(session)  # as every start does; a database that was only migrated has none
        plan = imports.plan(session, table, lock=not dry_run)
        if not dry_run:
            imports.carry_out(Change(session, None, now), plan)
        return f"{import_cards.report(plan)}\n{ending(dry_run=dry_run, useful=plan.useful)}"

    return import_file(url, path, lambda data: columns.understood(spreadsheet.read(data)), work)


def export_members(url: str, path: Path) -> int:
    """Write the register as ``.xlsx`` or ``.csv``; an existing file stays. Return 1 if it can't be done."""
    return export_file(url, path, exports.rows, {".xlsx": exports.excel, ".csv": sheets.separated})
