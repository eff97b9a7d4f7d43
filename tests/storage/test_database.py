"""The database: migrations, times, races, and what rolls back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from storage import content, faq, migrate
from storage.database import Database, Utc, insert_new, person_key, wake
from storage.faq import BankVersion, EntryState
from storage.people import Person

NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)


def test_the_migrations_make_exactly_the_models_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})

        assert compare_metadata(context, migrate.metadata) == []


def test_every_migration_can_be_undone(database: Database) -> None:
    try:
        with database.engine.begin() as connection:
            config = migrate._config()
            config.attributes["connection"] = connection
            command.downgrade(config, "base")
            assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    finally:
        migrate.upgrade(database)
    assert migrate.problems(database) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    migrate.upgrade(database)

    assert migrate.problems(database) == []
    with pytest.raises(migrate.MovedError):  # another operator was here since it was looked at
        migrate.downgrade(database, "9999")
    if not database.sqlite:  # longer than turns wait, or the second replica to start would end
        with database.engine.begin() as connection:
            migrate._alone(database, connection)
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == migrate.LONGEST


def test_a_database_from_a_later_version_is_refused(database: Database) -> None:
    head = migrate.problems(database)
    with database.engine.begin() as connection:
        current = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    try:
        with pytest.raises(migrate.NewerDatabaseError):
            migrate.upgrade(database)
        assert "later" in migrate.problems(database)[0]
    finally:
        with database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": current})
    assert head == []


def test_an_unreachable_database_is_a_problem_and_no_fault() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    assert migrate.problems(database) == ["the database can't be reached"]
    database.close()


def test_the_starting_content_is_loaded_once(database: Database) -> None:
    loaded = [database.play(lambda session: content.load(session, NOW)) for _ in range(2)]

    assert loaded == [47, 0]
    counts = database.play(faq.counts)
    assert counts == {EntryState.PUBLISHED: 45, EntryState.DRAFT: 2}
    drafts = database.play(lambda session: faq.by_state(session, EntryState.DRAFT))
    assert all("saknas" in entry.note for entry in drafts)


def test_times_come_back_aware_and_naive_ones_are_refused(database: Database) -> None:
    database.play(lambda session: insert_new(session, Person, teams_id="a", name="A", first_seen_at=NOW))

    assert database.play(lambda session: session.query(Person.first_seen_at).scalar()) == NOW
    with pytest.raises(ValueError, match="naive"):
        Utc().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]  # noqa: DTZ001


def test_only_the_first_of_equal_rows_is_inserted(database: Database) -> None:
    def insert(name: str) -> bool:
        row = {"teams_id": "a", "name": name, "first_seen_at": NOW}
        return database.play(lambda session: insert_new(session, Person, **row))

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(insert, "ABCD")) == [False, False, False, True]


def test_counting_at_once_loses_nothing(database: Database) -> None:
    database.play(faq.touch)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: database.play(faq.touch), range(40)))

    assert database.play(lambda session: session.get_one(BankVersion, 1).number) == 41


def test_raising_rolls_back_and_wakes_nobody(database: Database) -> None:
    woken: list[str] = []
    database.on_commit("x", lambda: woken.append("x"))

    def fail(session: Any) -> None:
        insert_new(session, Person, teams_id="a", name="A", first_seen_at=NOW)
        wake(session, "x")
        raise KeyError

    def succeed(session: Any) -> None:
        wake(session, "x")

    with pytest.raises(KeyError):
        database.play(fail)
    assert (woken, database.play(lambda session: session.query(Person).count())) == ([], 0)
    database.play(succeed)
    assert woken == ["x"]


def test_an_error_that_is_no_lost_race_is_not_tried_again(database: Database) -> None:
    tries: list[int] = []

    def fail(session: Any) -> None:
        tries.append(1)
        session.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(Exception, match="no_such_table"):
        database.play(fail)
    assert tries == [1]


def test_sqlite_waits_for_another_writer(tmp_path: Path) -> None:
    one, other = (Database(f"sqlite:///{tmp_path}/x.db") for _ in range(2))
    migrate.upgrade(one)

    def write(database: Database) -> None:
        for _ in range(25):
            database.play(faq.touch)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (one, other)))
    assert one.play(lambda session: session.get_one(BankVersion, 1).number) == 50
    one.close()
    other.close()


@pytest.mark.parametrize(("on_erase", "nullable"), [("keep", True), ("anonymise", False), ("", True)])
def test_a_key_to_people_must_say_what_erasure_does(on_erase: str, nullable: bool) -> None:  # noqa: FBT001
    with pytest.raises(ValueError, match="on_erase"):
        person_key(on_erase=on_erase, nullable=nullable)
