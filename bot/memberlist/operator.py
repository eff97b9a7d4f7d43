"""The operator's commands for importing and exporting the list of members, without the chat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.memberlist import columns, exports, import_cards, imports
from bot.memberlist.imports import Plan
from bot.message import UserError
from bot.register import spreadsheet
from bot.register.change import Change
from bot.terminal import refused, said
from storage import content, migrate
from storage.database import Database


def import_members(url: str, path: Path, now: datetime, *, dry_run: bool) -> int:
    """Import a CSV or Excel file, all of it in one transaction, and say what it did; 1 where it can't be done."""
    try:
        table = columns.understood(spreadsheet.read(_content(path)))
    except UserError as refusal:
        return refused(str(refusal))

    def work(session: Session) -> Plan:
        content.load_municipalities(session)  # as every start does; a database that was only migrated has none
        plan = imports.plan(session, table, lock=not dry_run)
        if not dry_run:
            imports.carry_out(Change(session, None, now), plan)
        return plan

    return _with(url, lambda database: _tell(database.play(work), dry_run=dry_run))


def export_members(url: str, path: Path) -> int:
    """Write the register as ``.xlsx`` or ``.csv``; an existing file is left as it is. 1 where it can't be done."""
    writers = {".xlsx": exports.excel, ".csv": exports.separated}
    write = writers.get(path.suffix.casefold())
    if write is None:
        return refused("Filen ska heta något på .xlsx eller .csv.")
    if path.exists():
        return refused(f"{path} finns redan. Välj ett annat namn.")

    def save(database: Database) -> int:
        written = database.play(write)
        path.touch(mode=0o600)  # addresses: for its owner only
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
    finally:
        database.close()


def _content(path: Path) -> bytes:
    if not path.is_file():  # a pipe or device could give bytes for ever
        raise UserError(f"{path} är ingen fil.")
    if path.stat().st_size > spreadsheet.MOST_BYTES:
        raise UserError(f"Filen är för stor. Den får vara högst {spreadsheet.MOST_BYTES // 1_000_000} MB.")
    return path.read_bytes()


def _tell(plan: Plan, *, dry_run: bool) -> int:
    nothing = "Inget är sparat, för det finns inget att ändra." if not plan.changes else ""
    outcome = "Inget är sparat (--dry-run)." if dry_run else nothing or "Sparat."
    return said(f"{import_cards.report(plan)}\n{outcome}")
