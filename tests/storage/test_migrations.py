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


def test_undoing_leaves_nothing_that_points_nowhere_and_gives_no_id_twice(old: Database) -> None:
    migrate.upgrade(old)
    people = (
        "INSERT INTO people (id, name, role, helps_with, remind_by, first_seen_at) VALUES (:id, 'B', '', '', '', :at)"
    )
    with old.engine.begin() as connection:
        connection.execute(text(people), [{"id": 2, "at": NOW}, {"id": 30, "at": NOW}])
        # of somebody from a list, whom 0001 can't hold
        connection.execute(text("UPDATE conversations SET person_id = 2"))
        connection.execute(text("DELETE FROM people WHERE id = 30"))

    migrate.downgrade(old, "0008")
    with old.engine.connect() as connection:
        assert connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'people'")).scalar() == 30
    migrate.downgrade(old, "0001")
    with old.engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM people")).scalars().all() == [1]
        assert connection.execute(text("SELECT count(*) FROM conversations")).scalar() == 0
    old.close()


def test_people_who_were_here_are_not_new_members_but_those_who_are_only_listed_may_become_so(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'before.db'}")
    with database.engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0029")
        people = "INSERT INTO people (id, teams_id, name, role, helps_with, remind_by, first_seen_at) "
        values = "VALUES (:id, :teams_id, 'B', '', '', '', :at)"
        ids = {1: "29:a", 2: None, 3: None}
        connection.execute(text(people + values), [{"id": id_, "teams_id": at, "at": NOW} for id_, at in ids.items()])
        connection.execute(text("INSERT INTO rosters (id) VALUES ('19:team')"))
        connection.execute(text(f"INSERT INTO roster_members VALUES ('19:team', 2, '{NOW}')"))  # noqa: S608
    migrate.upgrade(database)

    with database.engine.connect() as connection:
        before = connection.execute(text("SELECT person_id, origin FROM onboardings ORDER BY person_id")).all()
        assert [tuple(row) for row in before] == [(1, "before"), (2, "before")]
    database.close()
