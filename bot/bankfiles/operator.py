"""The operator's commands for the knowledge bank as a file, without the chat."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.bankfiles import cards, exports, files, imports
from bot.bankfiles.columns import BankSheet
from bot.imports.files import ending, export_file, import_file
from bot.register.change import Change

_WRITERS = {".xlsx": exports.excel, ".csv": exports.separated, ".md": exports.markdown}


def import_bank(url: str, path: Path, now: datetime, *, dry_run: bool) -> int:
    """Read an Excel, CSV or Markdown file in one transaction, and say what it did. Return 1 if it can't be done."""

    def work(session: Session, sheet: BankSheet) -> str:
        change = Change(session, None, now)
        plan = imports.prepared(change, sheet, lock=not dry_run)
        if plan.useful and not dry_run:
            imports.carry_out(change, plan)
        return f"{cards.report(plan)}\n{ending(dry_run=dry_run, useful=plan.useful)}"

    return import_file(url, path, files.read, work)


def export_bank(url: str, path: Path) -> int:
    """Write the bank as ``.xlsx``, ``.csv`` or ``.md``; an existing file stays. Return 1 if it can't be done."""
    return export_file(url, path, exports.rows, _WRITERS)
