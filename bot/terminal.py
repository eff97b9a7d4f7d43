"""What operator commands share: an answer on stdout with exit code 0, a refusal on stderr with 1, and their files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bot.message import UserError
from storage import migrate
from storage.database import Database


def said(text: str) -> int:
    """Print an answer. Return the exit code of a command that did its work."""
    sys.stdout.write(f"{text}\n")
    return 0


def refused(text: str) -> int:
    """Print why nothing was done. Return the exit code of a command that refused."""
    sys.stderr.write(f"{text}\n")
    return 1


def on_database(url: str, work: Callable[[Database], int]) -> int:
    """Return the exit code of ``work`` on a database. Refuse one of another version, and what ``work`` refuses."""
    database = Database(url)
    try:
        if problems := migrate.problems(database):
            return refused(f"{problems[0]}. Start the bot once, so that it is brought up to date.")
        return work(database)
    except UserError as refusal:
        return refused(str(refusal))
    finally:
        database.close()


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read: drafts, addresses, personal data."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(content)
