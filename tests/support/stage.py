"""One database of each kind per test process: made once, and reset between tests faster than it could be filled."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

import storage.database
from storage import migrate
from storage.database import Database, make_engine

T = TypeVar("T")
_engines: dict[str, Engine] = {}


def _keep_engine(url: str) -> Engine:
    """Have all databases at ``url`` share an engine, so that a statement is compiled once and not in each test.

    Closing one of them leaves the others' connections alone, as it does where each has an engine of its own.
    """
    engine = _engines[url] = make_engine(url)
    engine.update_execution_options(compiled_cache={})  # the suite has more statements than SQLAlchemy keeps, 500
    engine.dispose = lambda close=True: None  # type: ignore[method-assign]  # noqa: ARG005
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _prepare_more)
        engine.pool._pre_ping = False  # the server outlives the tests, and every tenth request was a ping
    else:
        event.listen(engine, "connect", _never_sync)
    storage.database.make_engine = lambda url: _engines.get(url) or make_engine(url)
    return engine


def _prepare_more(connection: Any, _record: object) -> None:
    """Keep every statement of the suite prepared, and not psycopg's usual 100, which push each other out."""
    connection.prepared_max = None


def _never_sync(connection: Any, _record: object) -> None:
    """Leave it to the system when the disk is written: nothing here outlives the run."""
    connection.execute("PRAGMA synchronous=OFF")


def _let_go(url: str) -> None:
    """Close the connections of the engine that is kept for ``url``."""
    Engine.dispose(_engines[url])


class Stage(Protocol):
    """One database that every test of a process finds as it should be."""

    url: str

    def clear(self) -> None:
        """Reset the database: migrated and empty."""

    def fill(self) -> None:
        """Reset the database: migrated, and with the starting content."""

    def reach(self, step: str, work: Callable[[], T]) -> T:
        """Do what ``work`` does to the database, and return what it returned the first time that it was done here.

        What a ``step`` leaves is taken over later, unless something was committed since the last reset or step.
        """


class _Images:
    """What stages of both kinds do: keep images of the database, and return to them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._at = ""
        """The image that the database is like, as long as nothing is committed."""
        self._steps: dict[tuple[str, str], tuple[str, Any]] = {}
        """The image that a step from an image leads to, and what its work returned."""
        self._commits = self._commits_then = 0
        event.listen(_keep_engine(url), "commit", self._count)

    def clear(self) -> None:
        self._return_to("empty")

    def fill(self) -> None:
        self._return_to("filled")

    def reach(self, step: str, work: Callable[[], T]) -> T:
        if self._commits != self._commits_then:
            return work()
        if (self._at, step) not in self._steps:
            before, image = self._at, f"step_{len(self._steps)}"
            self._steps[before, step] = image, work()
            self._keep(image)
        image, result = self._steps[self._at, step]
        self._return_to(image)
        return cast("T", result)

    def _return_to(self, image: str) -> None:
        self._become(image)
        self._at, self._commits_then = image, self._commits

    def _count(self, _connection: Connection) -> None:
        self._commits += 1

    def _become(self, image: str) -> None:
        raise NotImplementedError

    def _keep(self, image: str) -> None:
        raise NotImplementedError


class SqliteStage(_Images):
    """Files that are copied."""

    def __init__(self, folder: Path, load: Callable[[Session], object]) -> None:
        super().__init__(f"sqlite:///{folder}/bot.db")
        self.empty, self._file = folder / "empty.db", folder / "bot.db"
        database = Database(self.url)
        migrate.upgrade(database)
        self._keep("empty")
        database.play(load)
        self._keep("filled")

    def _keep(self, image: str) -> None:
        _let_go(self.url)  # which writes the log into the file
        shutil.copy(self._file, self.empty.with_stem(image))

    def _become(self, image: str) -> None:
        """Replace the file. A connection that still has the old file open goes on with it, unseen by others."""
        _let_go(self.url)
        for name in ("-wal", "-shm"):
            Path(f"{self._file}{name}").unlink(missing_ok=True)
        shutil.copy(self.empty.with_stem(image), f"{self._file}.new")
        Path(f"{self._file}.new").replace(self._file)


_BECOME = """
CREATE FUNCTION stage.{image}() RETURNS void LANGUAGE plpgsql AS $$
DECLARE kept record; total bigint; same bigint;
BEGIN
    {tables}
    PERFORM setval(oid::regclass, coalesce(last, 1), last IS NOT NULL)
    FROM pg_class LEFT JOIN (VALUES {sequences}) AS image (name, last) ON relname = name
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace AND pg_sequence_last_value(oid) IS DISTINCT FROM last;
END $$
"""
"""A function keeps the plans of its statements; planning them takes longer than running them."""
_REFILL = """
    SELECT * INTO kept FROM stage.kept WHERE name = '{table}';
    SELECT count(*), count(*) FILTER (WHERE xmin = kept.xid) INTO total, same FROM {table};
    IF kept.source IS DISTINCT FROM '{source}' OR total <> kept.rows OR same <> kept.rows THEN
        DELETE FROM {table};
        INSERT INTO {table} ({columns}) SELECT {columns} FROM stage.{source};
        GET DIAGNOSTICS total = ROW_COUNT;
        DELETE FROM stage.kept WHERE name = '{table}';
        INSERT INTO stage.kept VALUES ('{table}', '{source}', pg_current_xact_id()::xid, total);
    END IF;
"""
"""A row knows which transaction wrote it, so a table that nobody has written to is left alone."""


class PostgresqlStage(_Images):
    """A database that keeps the tables of its images in the schema ``stage``."""

    def __init__(self, url: str, load: Callable[[Session], object]) -> None:
        super().__init__(url)
        # Without triggers, which check each row's foreign keys. Nobody else has this connection: a change of the role
        # makes PostgreSQL forget every plan.
        options = {"options": "-c session_replication_role=replica -c lock_timeout=5000"}
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args=options)
        database = Database(url)
        migrate.upgrade(database)
        self._run("CREATE SCHEMA stage; CREATE TABLE stage.kept (name text, source text, xid xid, rows bigint)")
        self._keep("empty")
        database.play(load)
        self._keep("filled")

    def close(self) -> None:
        self._engine.dispose()
        _let_go(self.url)

    def _keep(self, image: str) -> None:
        tables = []
        for table in reversed(migrate.metadata.sorted_tables):
            source = self._source(table.name, image)
            columns = ", ".join(table.c.keys())
            again = _REFILL.format(table=table, source=source, columns=columns)
            tables.append(again if source else f"DELETE FROM {table};")  # noqa: S608 - our names
        last = self._rows("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        sequences = ", ".join(f"('{name}', {value or 'NULL'}::bigint)" for name, value in last)
        self._run(_BECOME.format(image=image, tables="".join(tables), sequences=sequences))

    def _source(self, table: str, image: str) -> str:
        """Return the table of an image that has these rows, which is a new one where they are new."""
        if not self._rows(f"SELECT FROM {table} LIMIT 1"):
            return ""
        unchanged = "rows = (SELECT count(*) FROM {0}) AND rows = (SELECT count(*) FROM {0} WHERE xmin = xid)"
        kept = f"SELECT source FROM stage.kept WHERE name = '{table}' AND {unchanged.format(table)}"  # noqa: S608
        for (source,) in self._rows(kept):
            return str(source)
        self._run(f"CREATE TABLE stage.{image}_{table} AS TABLE {table}")
        return f"{image}_{table}"

    def _become(self, image: str) -> None:
        self._rows(f"SELECT stage.{image}()")

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement.replace("%", "%%"))

    def _rows(self, query: str) -> list[Any]:
        with self._engine.connect() as connection:
            return [*connection.exec_driver_sql(query)]
