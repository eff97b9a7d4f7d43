"""A complete and checked copy of a running SQLite database. For PostgreSQL use pg_dump."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


class DamagedError(Exception):
    """SQLite finds the file damaged. The text is the first line of SQLite's message."""


def copy(source: Path, target: Path) -> None:
    """Write a copy as of now while the bot runs. The file appears when it is complete. Only its owner can read it.

    Raises :class:`FileExistsError`, :class:`DamagedError`, and :class:`sqlite3.Error` where either file can't be used.
    """
    if target.exists():
        raise FileExistsError(target)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)  # personal data: for its owner only
    try:
        with closing(_reading(source)) as origin, closing(sqlite3.connect(part)) as copied:
            origin.backup(copied)  # all pages in one step: the state of one moment, even while others write
            copied.execute("PRAGMA journal_mode=DELETE")  # a single file, without -wal and -shm
        check(part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def check(path: Path) -> None:
    """Check that the file is an undamaged SQLite database, without rows that point nowhere.

    Raises :class:`DamagedError` otherwise, and :class:`sqlite3.OperationalError` where the file can't be read.
    """
    with closing(_reading(path)) as connection:
        try:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            astray = connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.OperationalError:  # rights, a lock, the disk: that says nothing about the rows
            raise
        except sqlite3.DatabaseError as error:
            raise DamagedError(str(error)) from error
    if verdict != "ok":
        raise DamagedError(str(verdict).partition("\n")[0])
    if astray is not None:
        raise DamagedError(f"a row of {astray[0]} points nowhere")


def _reading(path: Path) -> sqlite3.Connection:
    """Open the file read-only, so that a missing file is not created."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
