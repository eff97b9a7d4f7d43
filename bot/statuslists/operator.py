"""The operator's command for reading a list of who is done, without the chat."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.imports.files import ending, import_file
from bot.message import UserError
from bot.register.change import Change
from bot.statuslists import cards, imports, notices
from bot.statuslists.imports import ListOutcome
from storage import duties


def import_statuses(url: str, path: Path, number: int | None, now: datetime, *, complete: bool, dry_run: bool) -> int:
    """Read a list for the duty with this number in one transaction, and say what it did. Return 1 if it can't be done.

    Nothing is saved while a row is unsure: nobody is there to say which municipality it is.
    """

    def work(session: Session, data: bytes) -> str:
        duty = duties.lock(session, number)
        if duty is None or duty.closed_at is not None:
            raise UserError("\n".join(["Välj en öppen uppgift med --duty:", *_choices(session, now)]))
        plan = imports.prepared(session, duty, imports.table_of(data, alone=False))
        report = cards.report(plan)
        if dry_run:
            return f"{report}\n{ending(dry_run=True)}"
        if plan.counts[ListOutcome.ASKED]:
            raise UserError(f"{report}\nInget är sparat. Skriv hela namn eller kommunkoder på de osäkra raderna.")
        change = Change(session, None, now)
        notices.ask(change, duty, imports.carry_out(change, duty, plan, {}, complete=complete))
        return f"{report}\n{ending(dry_run=False)}"

    return import_file(url, path, bytes, work)


def _choices(session: Session, now: datetime) -> list[str]:
    """Return the open duties of last year, this year and the next, each with its number."""
    rows = (duty for year in range(now.year - 1, now.year + 2) for duty in duties.of_year(session, year))
    return [f"{duty.id}: {duty.title} {duty.year}" for duty in rows if duty.closed_at is None]
