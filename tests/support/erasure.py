"""Erases a person through the chat, as they would themselves, and looks for data that is left."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import migrate
from storage.database import Database
from tests.support.chat import Chat

RANDOM = frozenset({"erased_salt", "erased_identities", "leases"})
"""Tables with nothing but dates and random signs."""


def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""

    def work(session: Session) -> dict[str, list[dict[str, Any]]]:
        tables = migrate.metadata.sorted_tables
        return {table.name: [dict(row) for row in session.execute(select(table)).mappings()] for table in tables}

    return database.play(work)


def everything(database: Database) -> dict[str, str]:
    """Every row of every table as text, JSON as people read it."""
    found = rows(database).items()
    return {name: json.dumps(of, ensure_ascii=False, default=str).casefold() for name, of in found}


def comparable(database: Database) -> dict[str, list[str]]:
    """Every row of every table, without what is random: names of processes, and orders of sending."""

    def line(row: dict[str, Any]) -> str:
        random = ("claimed_by", "id") if str(row.get("key")).startswith("erased:") else ("claimed_by",)
        row = {name: value for name, value in row.items() if name not in random}
        text = re.sub(r"erased:[0-9a-f]{8}", "erased:*", json.dumps(row, ensure_ascii=False, default=str))
        return re.sub(r'"o\d+"', '"o*"', text)  # several are sent at a time

    found = rows(database).items()
    return {name: sorted(map(line, of)) for name, of in found if name not in RANDOM}


def traces(database: Database, *wanted: str) -> list[tuple[str, str]]:
    """Return the rows that still contain one of the words."""
    return [(name, one) for name, text in everything(database).items() for one in wanted if one.casefold() in text]


def in_files(database: Database, *wanted: str) -> list[tuple[str, str]]:
    """Where something still stands in the bytes of SQLite's files: the database, its log and the log's index."""
    if not database.sqlite:
        return []
    files = [path for end in ("", "-wal", "-shm") if (path := Path(f"{database.engine.url.database}{end}")).exists()]
    return [(path.name, one) for path in files for one in wanted if one.encode() in path.read_bytes()]


def erase(chat: Chat) -> str:
    """Erase the person who chats, with all steps of the dialog."""
    chat.say("mina uppgifter")
    chat.click("Ta bort mig")
    chat.click("Ja, gå vidare")
    return chat.click("Ta bort mina uppgifter")
