"""The migration that changes ``people``: SQLite makes the table anew, and nothing beside it may be lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from storage import migrate
from storage.database import Database

NOW = "2026-01-01 00:00:00"
BEFORE = {
    "people": {"id": 1, "teams_id": "29:a", "name": "Anna", "first_seen_at": NOW},
    "conversations": {"id": "a:1", "scope": "personal", "service_url": "https://x", "person_id": 1, "seen_at": NOW},
    "open_dialogs": {
        "person_id": 1,
        "conversation_id": "a:1",
        "name": "new_entry",
        "answers": "{}",
        "changed_at": NOW,
    },
}


@pytest.fixture
def old(tmp_path: Path) -> Database:
    """A database of the first version, with a person and what hangs on them."""
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with database.engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table, values in BEFORE.items():
            names = ", ".join(values)
            holders = ", ".join(f":{name}" for name in values)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({holders})"), values)  # noqa: S608
    return database


def test_nothing_that_hangs_on_people_is_lost(old: Database) -> None:
    migrate.upgrade(old)

    with old.engine.connect() as connection:
        counts = {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in BEFORE}  # noqa: S608
        assert counts == dict.fromkeys(BEFORE, 1)
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        connection.execute(text("DELETE FROM people"))
        assert connection.execute(text("SELECT count(*) FROM conversations")).scalar() == 0
    old.close()
