"""The operator's commands for the knowledge bank as a file, without the chat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.bankfiles import cards, exports, files, imports
from bot.bankfiles.imports import BankPlan
from bot.message import UserError
from bot.register import spreadsheet
from bot.register.change import Change
from bot.terminal import refused, said
from storage import migrate
from storage.database import Database

_WRITERS = {".xlsx": exports.excel, ".csv": exports.separated, ".md": exports.markdown}


def import_bank(url: str, path: Path, now: datetime, *, dry_run: bool) -> int:
    """Read an Excel, CSV or Markdown file in one transaction, and say what it did. Return 1 if it can't be done."""
    if not path.is_file() or path.stat().st_size > spreadsheet.MOST_BYTES:  # a pipe could give bytes for ever
        return refused(f"{path} är ingen fil, eller större än {spreadsheet.MOST_BYTES // 1_000_000} MB.")
    try:
        sheet = files.read(path.read_bytes())
    except UserError as refusal:
        return refused(str(refusal))

    def work(session: Session) -> BankPlan:
        change = Change(session, None, now)
        plan = imports.prepared(change, sheet, lock=not dry_run)
        if plan.wanted and not dry_run:
            imports.carry_out(change, plan)
        return plan

    def tell(database: Database) -> int:
        plan = database.play(work)
        nothing = "Inget är sparat, för det finns inget att ändra." if not plan.wanted else "Sparat."
        return said(f"{cards.report(plan)}\n{'Inget är sparat (--dry-run).' if dry_run else nothing}")

    return _with(url, tell)


def export_bank(url: str, path: Path) -> int:
    """Write the bank as ``.xlsx``, ``.csv`` or ``.md``; an existing file stays. Return 1 if it can't be done."""
    write = _WRITERS.get(path.suffix.casefold())
    if write is None:
        return refused("Filen ska heta något på .xlsx, .csv eller .md.")
    if path.exists():
        return refused(f"{path} finns redan. Välj ett annat namn.")

    def save(database: Database) -> int:
        written = write(database.play(exports.rows))
        path.touch(mode=0o600)  # drafts: for its owner only
        path.write_bytes(written)
        return said(f"Sparat: {path}")

    return _with(url, save)


def _with(url: str, work: Callable[[Database], int]) -> int:
    database = Database(url)
    try:
        problems = migrate.problems(database)
        if problems:
            return refused(f"{problems[0]}. Start the bot once, so that it is brought up to date.")
        return work(database)
    except UserError as refusal:
        return refused(str(refusal))
    finally:
        database.close()
