"""One database of each kind per test process: made once, and reset between tests faster than it could be filled."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

import storage.database
from storage import migrate
from storage.database import Database, make_engine

_engines: dict[str, Engine] = {}


def keep_engine(url: str) -> None:
    """Have all databases at ``url`` share an engine, so that a statement is compiled once and not in each test.

    Closing one of them leaves the others' connections alone, as it does where each has an engine of its own.
    """
    engine = _engines[url] = make_engine(url)
    engine.dispose = lambda close=True: None  # type: ignore[method-assign]  # noqa: ARG005
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _prepare_more)
        engine.pool._pre_ping = False  # the server outlives the tests, and every tenth request was a ping
    storage.database.make_engine = lambda url: _engines.get(url) or make_engine(url)


def _prepare_more(connection: Any, _record: object) -> None:
    """Keep every statement of the suite prepared, and not psycopg's usual 100, which push each other out."""
    connection.prepared_max = None


def _let_go(url: str) -> None:
    """Close the connections of the engine that is kept for ``url``."""
    Engine.dispose(_engines[url])


class Stage(Protocol):
    """One database that every test of a process finds as it should be."""

    url: str

    def clear(self) -> None:
        """Reset the database: migrated and empty."""

    def fill(self) -> None:
        """Put the starting content into it, which must be empty."""


class SqliteStage:
    """Files that are copied."""

    def __init__(self, folder: Path, load: Callable[[Session], object]) -> None:
        self.url = f"sqlite:///{folder}/bot.db"
        keep_engine(self.url)
        self.empty, self._filled, self._file = folder / "empty.db", folder / "filled.db", folder / "bot.db"
        _change(self.empty, migrate.upgrade)
        shutil.copy(self.empty, self._filled)
        _change(self._filled, lambda database: database.play(load))

    def clear(self) -> None:
        self._become(self.empty)

    def fill(self) -> None:
        self._become(self._filled)

    def _become(self, path: Path) -> None:
        """Replace the file. A connection that still has the old file open goes on with it, unseen by others."""
        _let_go(self.url)
        for name in ("-wal", "-shm"):
            Path(f"{self._file}{name}").unlink(missing_ok=True)
        shutil.copy(path, f"{self._file}.new")
        Path(f"{self._file}.new").replace(self._file)


def _change(path: Path, work: Callable[[Database], object]) -> None:
    database = Database(f"sqlite:///{path}")
    work(database)
    database.close()


class PostgresqlStage:
    """A database that keeps the starting content in its schema ``filled``."""

    def __init__(self, url: str, load: Callable[[Session], object]) -> None:
        self.url = url
        keep_engine(url)
        self._database = Database(url)
        migrate.upgrade(self._database)
        self._database.play(load)
        with self._database.engine.begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA filled")
            has = [
                table
                for table in migrate.metadata.sorted_tables
                if connection.exec_driver_sql(f"CREATE TABLE filled.{table} AS TABLE {table}").rowcount
            ]
        self._fill = [_copy(table.name, ", ".join(table.c.keys())) for table in has]
        self._fill += [
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
            for table in has
            if "id" in table.c
        ]
        self._clear = [str(table.delete()) for table in reversed(migrate.metadata.sorted_tables)]
        self._clear.append("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")

    def clear(self) -> None:
        """``TRUNCATE`` of as many tables takes ten times as long."""
        self._run(self._clear)

    def fill(self) -> None:
        self._run(self._fill)

    def close(self) -> None:
        self._database.close()
        _let_go(self.url)

    def _run(self, statements: list[str]) -> None:
        """Run the statements without triggers, which check each row's foreign keys: it takes a third of the time."""
        with self._database.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql("; ".join(statements))


def _copy(table: str, columns: str) -> str:
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM filled.{table}"  # noqa: S608
