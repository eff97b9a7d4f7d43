"""The operator's command for importing a programme, without the chat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.programme import cards, imports
from bot.programme.imports import Programme
from bot.register import spreadsheet
from bot.register.change import Change
from bot.terminal import refused, said
from storage import migrate
from storage.database import Database
from storage.events import Event

Spread = Callable[[Session, Event, datetime], None]
"""Tells the people who are registered for an event that it has changed."""


def import_programme(url: str, path: Path, now: datetime, spread: Spread, *, dry_run: bool) -> int:
    """Import a calendar, Excel or CSV file in one transaction, and say what it did. Return 1 if it can't be done."""
    if not path.is_file() or path.stat().st_size > spreadsheet.MOST_BYTES:  # a pipe could give bytes for ever
        return refused(f"{path} är ingen fil, eller större än {spreadsheet.MOST_BYTES // 1_000_000} MB.")
    text = imports.text_of(path.read_bytes())
    if text is None:
        return refused("Filen är ingen kalenderfil, och ingen lista med rubrikerna Titel och Datum.")

    def work(session: Session) -> Programme:
        change = Change(session, None, now)
        programme = imports.prepared(change, text)
        if not dry_run:
            for event in imports.carry_out(change, programme):
                spread(session, event, now)
        return programme

    database = Database(url)
    try:
        problems = migrate.problems(database)
        if problems:
            return refused(f"{problems[0]}. Start the bot once, so that it is brought up to date.")
        programme = database.play(work)
    except UserError as refusal:
        return refused(str(refusal))
    finally:
        database.close()
    return said(f"{cards.report(programme)}\n{'Inget är sparat (--dry-run).' if dry_run else 'Sparat.'}")
