"""The operator's command for importing a programme, without the chat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.imports.files import ending, import_file
from bot.message import UserError
from bot.programme import cards, imports
from bot.register.change import Change
from storage.events import Event

Spread = Callable[[Session, Event, datetime], None]
"""Tells the people who are registered for an event that it has changed."""


def import_programme(url: str, path: Path, now: datetime, spread: Spread, *, dry_run: bool) -> int:
    """Import a calendar, Excel or CSV file in one transaction, and say what it did. Return 1 if it can't be done."""

    def work(session: Session, text: str) -> str:
        change = Change(session, None, now)
        programme = imports.prepared(change, text)
        if not dry_run:
            for event in imports.carry_out(change, programme):
                spread(session, event, now)
        return f"{cards.report(programme)}\n{ending(dry_run=dry_run)}"

    return import_file(url, path, _text, work)


def _text(data: bytes) -> str:
    text = imports.text_of(data)
    if text is None:
        raise UserError("Filen är ingen kalenderfil, och ingen lista med rubrikerna Titel och Datum.")
    return text
