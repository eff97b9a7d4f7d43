"""The operator's commands about what is kept: retention, one person's data, and the audit log."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.privacy import audit_log, own_data, personal_data, retention
from bot.settings import Settings
from bot.terminal import on_database, refused, said, write_private
from storage import people, privacy
from storage.database import Database
from storage.erasure import hashes as erased
from storage.people import Person
from storage.privacy import EraseHook


def retain(settings: Settings, now: datetime, hooks: list[EraseHook], *, dry_run: bool) -> int:
    """Delete what is too old, or with ``dry_run`` only say how much that is."""

    def work(database: Database) -> int:
        about = database, settings, now
        for old, rows in retention.preview(*about) if dry_run else retention.carry_out(*about, hooks):
            more = "+" if dry_run and rows >= retention.PREVIEWED else ""
            said(f"{rows:>8}{more}  {old.name} ({old.kept(settings)})")
        return said("Nothing is deleted (--dry-run)." if dry_run else "Deleted.")

    return on_database(settings.database_url, work)


def export_person(settings: Settings, who: str, path: Path, now: datetime) -> int:
    """Write what is kept about somebody, as ``.json`` or ``.txt``; an existing file is left as it is."""
    writers = {".json": own_data.as_json, ".txt": own_data.as_text}
    write = writers.get(path.suffix.casefold())
    if write is None:
        return refused("Name the file .json or .txt.")

    def work(session: Session) -> bytes:
        return write(privacy.export(session, _person(session, who).id), settings, now)

    return on_database(settings.database_url, lambda database: _save(path, database.play(work)))


def erase_person(settings: Settings, who: str, now: datetime, hooks: list[EraseHook], *, sure: bool) -> int:
    """Erase somebody; without ``sure`` only say what would happen."""

    def look(session: Session) -> int:
        for table, kept in privacy.counts(session, _person(session, who).id).items():
            said(f"{kept.deleted:>6} deleted, {kept.anonymised:>6} anonymised: {table}")
        return said("Nothing is erased. Write --yes to erase.")

    def work(session: Session) -> int:
        done = personal_data.erase(session, settings, _person(session, who), by=None, now=now, hooks=hooks)
        return said(f"Erased. The audit log calls it {done.reference}.")

    return on_database(settings.database_url, lambda database: database.play(work if sure else look))


def export_audit(settings: Settings, path: Path) -> int:
    """Write the audit log as ``.csv``; an existing file is left as it is."""
    if path.suffix.casefold() != ".csv":
        return refused("Name the file .csv.")
    return on_database(settings.database_url, lambda database: _save(path, database.play(audit_log.separated)))


def export_erased(settings: Settings, path: Path) -> int:
    """Write what tells the erased again after a restore: hashes, and the salt they were made with."""

    def work(database: Database) -> int:
        return _save(path, json.dumps(database.play(erased.kept)).encode())

    return on_database(settings.database_url, work)


def erase_again(settings: Settings, path: Path, now: datetime, hooks: list[EraseHook], *, sure: bool) -> int:
    """Erase who is back after a restore, by a file of :func:`export_erased`; without ``sure`` only count them."""
    try:
        given = json.loads(path.read_bytes())
        salt, hashes = str(given["salt"]), frozenset(map(str, given["hashes"]))
        erased.digest(salt, "")  # raises where it is too long to be a salt
    except (OSError, ValueError, KeyError, TypeError) as error:
        return refused(f"{path} is no file of export-erased ({type(error).__name__}).")

    def erase(session: Session, who: int) -> None:
        person = people.by_id(session, who)
        if person is not None:  # else erased with another row of the same person
            personal_data.erase(session, settings, person, by=None, now=now, hooks=hooks)

    def work(database: Database) -> int:
        found = database.play(lambda session: privacy.back(session, salt, hashes))
        if not sure:
            return said(f"{len(found)} are back. Write --yes to erase them again.")
        for who in found:
            database.play(partial(erase, who=who))
        return said(f"{len(found)} erased again.")

    return on_database(settings.database_url, work)


def _person(session: Session, who: str) -> Person:
    """By mail address, or by Entra id. Raises :class:`UserError`."""
    found = [*people.with_mail(session, who.casefold()), *people.by_entra(session, [who.casefold()])]
    if not found:
        raise UserError("Nobody has that mail address or Entra id.")
    return found[0]


def _save(path: Path, content: bytes) -> int:
    if path.exists():
        return refused(f"{path} exists already. Choose another name.")
    write_private(path, content)
    return said(f"Written: {path}")
