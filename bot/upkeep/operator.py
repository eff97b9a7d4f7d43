"""The operator's commands about the database: backup, upgrade and rollback."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from bot.terminal import refused, said
from storage import backup, content, migrate, process_lock
from storage.database import Database


def back_up(settings: Settings, path: Path) -> int:
    """Copy the SQLite database while the bot runs, but never over an existing file. Return 1 on failure."""
    if not settings.database_url.startswith("sqlite"):
        return refused("This is PostgreSQL: pg_dump --format=custom --file FILE, as docs/operating.md says.")
    source = Path(settings.database_url.removeprefix("sqlite:///"))
    if not source.is_file():
        return refused(f"There is no database {source}.")
    try:
        backup.copy(source, path)
    except FileExistsError:
        return refused(f"{path} exists already. Choose another name.")
    except (backup.DamagedError, sqlite3.Error, OSError) as error:
        return refused(f"No backup was made: {error}")
    return said(f"Written and checked: {path} ({path.stat().st_size} bytes)")


def load_content(settings: Settings, now: datetime) -> int:
    """Load the starting answers, groups, events and duties where there are none. Return 1 if nothing was loaded."""
    database = Database(settings.database_url)
    try:
        if problems := migrate.problems(database):
            return refused(f"Nothing is loaded: {problems[0]}. Start the bot once, or: python -m bot migrate")
        entries = database.play(lambda session: content.load(session, now))
        groups = database.play(lambda session: content.load_groups(session, now, playground=settings.local))
        events = database.play(lambda session: content.load_events(session, now))
        duties = database.play(lambda session: content.load_duties(session, now))
    finally:
        database.close()
    if not entries and not groups and not events and not duties:
        return refused("Nothing is loaded: there are answers, theme groups, events and duties already.")
    return said(
        f"Loaded: {entries} answers, of which those with a gap are drafts, {groups} theme groups, {events} events "
        f"and {duties} duties."
    )


def migrate_to(settings: Settings, revision: str | None, *, sure: bool) -> int:
    """Bring the database to this version, or back to ``revision``. Return 1 on failure."""
    database = Database(settings.database_url)
    try:
        database.make_folder()
        current, known = migrate.standing(database)
        if current is not None and current not in known:
            return refused(f"The database is at {current}, which this version does not know. Use the one that made it.")
        if revision is not None and revision not in known:
            return refused(f"There is no migration {revision}. There are: {', '.join(known)}.")
        at = known.index(current) if current is not None else -1
        if revision is not None and known.index(revision) < at:
            return _undo(database, known[known.index(revision) + 1 : at + 1], revision, sure=sure)
        if revision is not None and revision not in (current, known[-1]):
            return refused(f"Upwards it goes only the whole way: leave --to out. This version needs {known[-1]}.")
        migrate.upgrade(database)
        return said(f"The database is at {migrate.standing(database)[0]}.")
    except (OSError, SQLAlchemyError) as error:
        reason = f"its folder can't be made: {error}" if isinstance(error, OSError) else database.reason(error)
        return refused(f"The database (DATABASE_URL) can't be used: {reason}")
    finally:
        database.close()


def _undo(database: Database, undone: list[str], revision: str, *, sure: bool) -> int:
    for migration in reversed(undone):
        said(f"{'undoing' if sure else 'would undo'} {migration}: {migrate.told(migration)}")
    if not sure:
        return refused("Nothing is changed. What these keep is lost: make a backup, stop the bot, and write --yes.")
    try:
        with process_lock.hold(database.engine.url):
            migrate.downgrade(database, revision)
    except process_lock.LockError as error:
        return refused(f"Nothing is changed: {error}.")
    except migrate.MovedError as moved:
        return refused(f"Nothing is changed: somebody else brought the database to {moved} meanwhile. Look again.")
    return said(f"The database is at {revision}. Install that version of the bot now; this one would migrate again.")
