"""The database: engine, transactions, threads, and every difference between SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeGuard, TypeVar, cast

import orjson
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    Executable,
    ForeignKey,
    Table,
    create_engine,
    event,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, MappedColumn, Session, mapped_column, sessionmaker
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")

ATTEMPTS = 3
"""How many times a transaction that loses a race is run before the conflict becomes a fault."""
POSTGRESQL_THREADS = 8
"""Turns at a time per process on PostgreSQL; the connection pool is as large."""
SEEN = "seen"
"""In a session's ``info``: what this process has seen in the database and need not look at again, by any key."""
PURGE = "purge"
"""Wake it to have what a transaction deletes leave SQLite's files too. PostgreSQL promises that to nobody."""
CONFLICTS = frozenset({"40001", "40P01", "55P03", "23503"})
"""PostgreSQL's SQLSTATEs for a lost race: serialization failure, deadlock, no lock, and an erased parent row."""
_JSON: dict[str, Any] = {
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
}
"""Faster than the standard library, and Å stays Å, so that stored text can be searched."""


class Utc(TypeDecorator[datetime]):
    """An aware UTC time. SQLite stores no zone, so we add it again when reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the time in UTC. Raises :class:`ValueError` for a naive time: its hour is ambiguous."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the stored time, always aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base class of all tables. Replace a JSON value as a whole: a change in place is not noticed."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Utc,
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[str]: JSON().with_variant(JSONB(), "postgresql"),
        list[dict[str, Any]]: JSON().with_variant(JSONB(), "postgresql"),
    }


def person_key(*, on_erase: str, nullable: bool = False, index: bool = True, **column: Any) -> MappedColumn[Any]:
    """Return a foreign key to ``people`` that says what happens to the row when the person is erased.

    ``on_erase`` is ``"delete"`` (the row is deleted with the person) or ``"anonymise"`` (the row stays, the key becomes
    null; needs ``nullable``). Raises :class:`ValueError` for anything else.
    """
    if on_erase not in ("delete", "anonymise") or (on_erase == "anonymise" and not nullable):
        raise ValueError(f"person_key can't do on_erase={on_erase!r} with nullable={nullable}")
    rule = "CASCADE" if on_erase == "delete" else "SET NULL"
    key = ForeignKey("people.id", ondelete=rule)
    info = {"on_erase": on_erase}
    return mapped_column(key, nullable=nullable, index=index, info=info, **column)


class TooLongError(ValueError):
    """A text is longer than its column. ``most`` is how many characters the column takes."""

    def __init__(self, column: str, most: int) -> None:
        super().__init__(f"a text is longer than {column} takes: {most} characters")
        self.most = most


class Database:
    """One database and the threads that may touch it.

    SQLite gets one thread, shared by everything in the process; PostgreSQL a small pool. Never wait for the event
    loop from inside, and never call :meth:`run` from a function that :meth:`run` is running.
    """

    def __init__(self, url: str) -> None:
        """Prepare ``url`` (``sqlite:///…`` or ``postgresql+psycopg://…``); nothing is opened yet."""
        self.engine = make_engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._file = self.engine.url.database or ""
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info={SEEN: {}})
        event.listen(self._sessions, "before_flush", _check_lengths)
        self._readers = sessionmaker(self.engine.execution_options(reading=True))
        self._wakers: dict[str, Callable[[], None]] = {PURGE: self._purge}
        self._pool = ThreadPoolExecutor(1 if self.sqlite else POSTGRESQL_THREADS, thread_name_prefix="database")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session in a transaction: leaving commits, raising rolls back."""
        with self._sessions.begin() as session:
            yield session

    def play(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a transaction. If it loses a race, roll it back and run it again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.transaction() as session:
                    result = work(session)
            except (DBAPIError, StaleDataError) as error:
                if attempt == ATTEMPTS or not _is_conflict(error):
                    raise
                continue
            for name in session.info.get("wake", ()):
                self._wakers.get(name, _nobody)()
            return result
        raise AssertionError("unreachable")

    def look(self, work: Callable[[Session], T]) -> T:
        """Run ``work``, which may only read. It does not wait for writers, and writers do not wait for it."""
        with self._readers.begin() as session:
            return work(session)

    def on_commit(self, name: str, waker: Callable[[], None]) -> None:
        """Call ``waker`` after every commit that :func:`wake` marked with ``name``.

        It runs on a database thread and must be quick.
        """
        self._wakers[name] = waker

    async def run(self, work: Callable[[], T]) -> T:
        """Run ``work`` on a database thread. Cancelling the caller does not cancel work that may have committed."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._pool, work))

    def probe(self) -> None:
        """Write something that changes nothing. Raises :class:`sqlalchemy.exc.DBAPIError` where that fails.

        A full disk and a read-only database answer questions as before, while every turn fails.
        """
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))

    def _purge(self) -> None:
        """Empty SQLite's log, which still has what ``secure_delete`` overwrote. A long reader puts it off."""
        if self.sqlite:
            with closing(self.engine.raw_connection()) as connection:  # in a transaction it can't be done
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def make_folder(self) -> None:
        """Make the folder for SQLite's file. Raises :class:`OSError`."""
        if self.sqlite:
            Path(self._file).parent.mkdir(parents=True, exist_ok=True)

    def reason(self, error: SQLAlchemyError) -> str:
        """Return why the database can't be used, on one line. Names the file, which SQLite itself does not."""
        reason = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
        if not self.sqlite:
            return reason
        remedy = (
            ". Whoever runs the bot must be allowed to write it and its folder" if "unable to open" in reason else ""
        )
        return f"{reason}: {self._file}{remedy}"

    def close(self) -> None:
        """Wait for running work, then close every connection."""
        self._pool.shutdown()
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """Return an engine for ``url``, set up for the bot. Opens no connection yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"check_same_thread": False}, hide_parameters=True, **_JSON)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    return create_engine(
        parsed,
        pool_size=POSTGRESQL_THREADS + 2,  # two more for operator work and health checks
        pool_pre_ping=True,
        hide_parameters=True,  # an error must not carry people's texts into a log
        connect_args={"options": "-c lock_timeout=5000 -c timezone=UTC", "connect_timeout": 5},
        **_JSON,
    )


def wake(session: Session, name: str) -> None:
    """Call the waker of ``name`` when this transaction commits, but not if it rolls back."""
    session.info.setdefault("wake", set()).add(name)


def wakes(session: Session, name: str) -> bool:
    """Return whether :func:`wake` was called for ``name`` in this transaction."""
    return name in session.info.get("wake", ())


def alone(session: Session) -> bool:
    """Return whether this transaction keeps all others out until it ends, as SQLite's transactions do."""
    return session.get_bind().dialect.name == "sqlite"


def is_id(value: object) -> TypeGuard[int]:
    """Return whether ``value``, which may be anything from a client, can be a row's id in both databases."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def insert_new(session: Session, table: type[Base], **values: Any) -> bool:
    """Insert a row unless one with the same unique key exists. Return whether it was inserted.

    On PostgreSQL this waits for a competing transaction, so the answer is final.
    """
    return session.execute(_insert_new(table, session.get_bind().dialect.name), values).first() is not None


def insert_all_new(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Do the same as :func:`insert_new` with many rows at once. Return how many were inserted."""
    new = _insert_new(table, session.get_bind().dialect.name, many=True)
    return int(session.execute(new, rows).rowcount) if rows else 0  # type: ignore[attr-defined]


@cache
def _insert_new(table: type[Base], dialect: str, *, many: bool = False) -> Executable:
    """Build the statement once for each table: building it takes longer than running it."""
    insert = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table_of(table)).on_conflict_do_nothing()
    return insert.execution_options(preserve_rowcount=True) if many else insert.returning(literal(1))


def table_of(model: type[Base]) -> Table:
    """Return the table of a class, for statements on the hot path that load no objects."""
    return cast("Table", model.__table__)


def _check_lengths(session: Session, _context: object, _instances: object) -> None:
    """Refuse a text that is longer than its column on both databases; SQLite alone would take it."""
    for row in (*session.new, *session.dirty):
        for column in table_of(type(row)).columns:
            most = getattr(column.type, "length", None)
            value = row.__dict__.get(column.key)
            if most is not None and isinstance(value, str) and len(value) > most:
                raise TooLongError(str(column), most)


def _nobody() -> None:
    """Do nothing: this process has no waker of that name."""


def _sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    """Take over transactions from the driver: its legacy mode begins too late and loses updates silently."""
    connection.isolation_level = None
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000;"
        "PRAGMA secure_delete=ON;"  # what is erased is overwritten, not only forgotten
        "PRAGMA cache_size=-8000; PRAGMA wal_autocheckpoint=4000;"  # kB that hold all a turn reads; pages, 16 MB
    )


def _sqlite_begin(connection: Connection) -> None:
    """Take the write lock at once: SQLite can't upgrade a transaction that read first after others have written."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _is_conflict(error: DBAPIError | StaleDataError) -> bool:
    if isinstance(error, StaleDataError):  # a row that was read is gone: its person was erased in between
        return True
    if isinstance(error.orig, sqlite3.OperationalError):
        return isinstance(error, OperationalError) and "locked" in str(error.orig)
    return getattr(error.orig, "sqlstate", None) in CONFLICTS
