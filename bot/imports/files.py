"""The operator's way to import and export a list, without the chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register import spreadsheet
from bot.swedish import listed
from bot.terminal import on_database, refused, said, write_private
from storage.database import Database

T = TypeVar("T")


def import_file(url: str, path: Path, read: Callable[[bytes], T], work: Callable[[Session, T], str]) -> int:
    """Read a file, work on it in one transaction, and print the report. Return 1 if it can't be done.

    ``read`` and ``work`` raise :class:`UserError` for what they refuse; then nothing is saved.
    """
    if not path.is_file() or path.stat().st_size > spreadsheet.MOST_BYTES:  # a pipe could give bytes for ever
        return refused(f"{path} är ingen fil, eller större än {spreadsheet.MOST_BYTES // 1_000_000} MB.")
    try:
        given = read(path.read_bytes())
    except UserError as refusal:
        return refused(str(refusal))
    return on_database(url, lambda database: said(database.play(lambda session: work(session, given))))


def ending(*, dry_run: bool, useful: bool = True) -> str:
    """Return the last line of a report: whether anything was saved."""
    nothing = "Inget är sparat, för det finns inget att ändra."
    return "Inget är sparat (--dry-run)." if dry_run else "Sparat." if useful else nothing


def export_file(url: str, path: Path, read: Callable[[Session], T], writers: Mapping[str, Callable[[T], bytes]]) -> int:
    """Write a new file with the writer of its suffix; an existing file stays. Return 1 if it can't be done."""
    write = writers.get(path.suffix.casefold())
    if write is None:
        return refused(f"Filen ska heta något på {listed(list(writers), 'eller')}.")
    if path.exists():
        return refused(f"{path} finns redan. Välj ett annat namn.")

    def save(database: Database) -> int:
        write_private(path, write(database.play(read)))
        return said(f"Sparat: {path}")

    return on_database(url, save)
