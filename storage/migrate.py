"""Bring a database to this version's tables, or say why it can't be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from storage.database import Base, Database

SCRIPTS = Path(__file__).parent / "migrations"
LONGEST = "10min"
"""How long to wait for another replica that migrates. Turns wait for a lock only 5 s."""
metadata = Base.metadata
"""Every table of the product."""


class NewerDatabaseError(Exception):
    """A later version of the program migrated the database. This version can't know what the tables mean."""

    def __init__(self, current: str, known: str) -> None:
        super().__init__(current)
        self.known = known
        """The newest migration of this program."""


class MovedError(Exception):
    """Another process migrated the database after we looked at it."""


def upgrade(database: Database) -> None:
    """Bring the tables to this version. Do nothing if they are there. Safe when several replicas start at once.

    Raises :class:`NewerDatabaseError`, and :class:`sqlalchemy.exc.DBAPIError` where the database can't be reached.
    """
    with database.engine.connect() as connection, _foreign_keys_off(database, connection), connection.begin():
        _alone(database, connection)
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in _revisions():
            raise NewerDatabaseError(current, _head())
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if database.sqlite and (astray := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
            raise AssertionError(f"a migration left rows that point nowhere: {astray}")


def downgrade(database: Database, revision: str) -> None:
    """Undo migrations down to ``revision``, for an earlier version of the bot. The data in their tables is lost.

    Only the program that made the later tables can undo them, so run this before you install the earlier version.
    Raises :class:`MovedError`, and the exceptions of :func:`upgrade`.
    """
    with database.engine.connect() as connection, _foreign_keys_off(database, connection), connection.begin():
        _alone(database, connection)
        current = MigrationContext.configure(connection).get_current_revision() or ""
        if current < revision or current not in _revisions():
            raise MovedError(current)
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        if database.sqlite and (astray := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
            raise AssertionError(f"undoing a migration left rows that point nowhere: {astray}")


def standing(database: Database) -> tuple[str | None, list[str]]:
    """Return the database's current migration, and all migrations of this program, oldest first."""
    with database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    return current, known[::-1]


def told(revision: str) -> str:
    """Return the first line of a migration's docstring."""
    script = ScriptDirectory.from_config(_config()).get_revision(revision)
    return str(script.doc) if script is not None else ""


def problems(database: Database, *, writing: bool = False) -> list[str]:
    """Return why this database can't be used, in words for an operator. ``writing`` also tries to write."""
    try:
        with database.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError:
        return ["the database can't be reached"]
    if current != (head := _head()):
        return [f"the database is at migration {current}, the program at {head}"]
    try:
        if writing:
            database.probe()
    except DBAPIError as error:
        return [f"the database can't be written: {database.reason(error)}"]
    return []


def _alone(database: Database, connection: Connection) -> None:
    """Let one replica migrate while the others wait, at most :data:`LONGEST`. SQLite's transaction is exclusive."""
    if not database.sqlite:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LONGEST}'")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5403911)")


@contextmanager
def _foreign_keys_off(database: Database, connection: Connection) -> Iterator[None]:
    """Turn foreign keys off in SQLite. It changes a column by rebuilding the table; dropping the old one would cascade.

    The switch has no effect inside a transaction, so we set it on the driver's connection before one begins.
    """
    driver = connection.connection.driver_connection
    if not database.sqlite or driver is None:
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def _head() -> str:
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
