"""The operator's command for reading a list of who is done, without the chat."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register import spreadsheet
from bot.register.change import Change
from bot.statuslists import cards, imports, notices
from bot.statuslists.imports import ListOutcome, ListPlan
from bot.terminal import refused, said
from storage import duties, migrate
from storage.database import Database


def import_statuses(url: str, path: Path, number: int | None, now: datetime, *, complete: bool, dry_run: bool) -> int:
    """Read a list for the duty with this number in one transaction, and say what it did. Return 1 if it can't be done.

    Nothing is saved while a row is unsure: nobody is there to say which municipality it is.
    """
    if not path.is_file() or path.stat().st_size > spreadsheet.MOST_BYTES:  # a pipe could give bytes for ever
        return refused(f"{path} är ingen fil, eller större än {spreadsheet.MOST_BYTES // 1_000_000} MB.")

    def work(session: Session) -> ListPlan:
        duty = duties.lock(session, number)
        if duty is None or duty.closed_at is not None:
            raise UserError("\n".join(["Välj en öppen uppgift med --duty:", *_choices(session, now)]))
        plan = imports.prepared(session, duty, imports.table_of(path.read_bytes(), alone=False))
        if not dry_run and not plan.counts[ListOutcome.ASKED]:
            change = Change(session, None, now)
            notices.ask(change, duty, imports.carry_out(change, duty, plan, {}, complete=complete))
        return plan

    database = Database(url)
    try:
        if problems := migrate.problems(database):
            return refused(f"{problems[0]}. Start the bot once, so that it is brought up to date.")
        plan = database.play(work)
    except UserError as refusal:
        return refused(str(refusal))
    finally:
        database.close()
    if plan.counts[ListOutcome.ASKED] and not dry_run:
        return refused(
            f"{cards.report(plan)}\nInget är sparat. Skriv hela namn eller kommunkoder på de osäkra raderna."
        )
    return said(f"{cards.report(plan)}\n{'Inget är sparat (--dry-run).' if dry_run else 'Sparat.'}")


def _choices(session: Session, now: datetime) -> list[str]:
    """Return the open duties of last year, this year and the next, each with its number."""
    rows = (duty for year in range(now.year - 1, now.year + 2) for duty in duties.of_year(session, year))
    return [f"{duty.id}: {duty.title} {duty.year}" for duty in rows if duty.closed_at is None]
