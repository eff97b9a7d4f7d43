"""Erases a person through the chat, as they would themselves, and looks for data that is left."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import migrate
from storage.database import Database
from tests.support.chat import Chat


def everything(database: Database) -> dict[str, str]:
    """Return every row of every table as text, JSON as people read it."""

    def work(session: Session) -> dict[str, str]:
        found = {}
        for table in migrate.metadata.sorted_tables:
            rows = [dict(row) for row in session.execute(select(table)).mappings()]
            found[table.name] = json.dumps(rows, ensure_ascii=False, default=str).casefold()
        return found

    return database.play(work)


def traces(database: Database, *wanted: str) -> list[tuple[str, str]]:
    """Return the rows that still contain one of the words."""
    return [(name, one) for name, text in everything(database).items() for one in wanted if one.casefold() in text]


def erase(chat: Chat) -> str:
    """Erase the person who chats, with all steps of the dialog."""
    chat.say("mina uppgifter")
    chat.click("Ta bort mig")
    chat.click("Ja, gå vidare")
    return chat.click("Ta bort mina uppgifter")
