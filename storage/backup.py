"""A copy of a running SQLite database, whole and checked. PostgreSQL has pg_dump for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


class DamagedError(Exception):
    """SQLite finds the file damaged; the text is SQLite's own first word about it."""


def copy(source: Path, target: Path) -> None:
    """Write a copy as of now while the bot runs; the file appears when it is whole, and only its owner can read it.

    Raises :class:`FileExistsError`, :class:`DamagedError`, and :class:`sqlite3.Error` where either file can't be used.
    """
    if target.exists():
        raise FileExistsError(target)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)  # personal data: for its owner only
    try:
        with closing(_reading(source)) as origin, closing(sqlite3.connect(part)) as copied:
            origin.backup(copied)  # all pages in one step: one moment, whatever is written meanwhile
            copied.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        check(part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def check(path: Path) -> None:
    """Raises :class:`DamagedError` for a file that is no whole SQLite database, or has rows that point nowhere.

    Raises :class:`sqlite3.OperationalError` where it can't be read.
    """
    with closing(_reading(path)) as connection:
        try:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            astray = connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.OperationalError:  # rights, a lock, the disk: that says nothing about the rows
            raise
        except sqlite3.DatabaseError as error:
            raise DamagedError(str(error)) from error
    if found != "ok":
        raise DamagedError(str(found).partition("\n")[0])
    if astray is not None:
        raise DamagedError(f"a row of {astray[0]} points nowhere")


def _reading(path: Path) -> sqlite3.Connection:
    """Never makes a file that is not there."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
