"""All rows of a database: taken away, read, and put into another one, faster than how they came about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from storage import migrate
from storage.database import Database

Rows = dict[str, list[dict[str, Any]]]
"""By table, only those that have any."""


def clear(database: Database) -> None:
    """Make a PostgreSQL database as good as new. ``TRUNCATE`` of as many tables takes ten times as long."""
    gone = [str(table.delete()) for table in reversed(migrate.metadata.sorted_tables)]
    again = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
    with database.engine.begin() as connection:
        connection.exec_driver_sql("; ".join([*gone, again]))


def read(database: Database) -> Rows:
    """Everything in the database."""
    with database.engine.connect() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in migrate.metadata.sorted_tables
        }
    return {name: rows for name, rows in found.items() if rows}


def put(database: Database, found: Rows) -> None:
    """Put what :func:`read` gave into an empty database; new rows get higher ids."""
    with database.engine.begin() as connection:
        for table in migrate.metadata.sorted_tables:
            if table.name in found:
                connection.execute(table.insert(), found[table.name])
                if not database.sqlite and "id" in table.c:
                    sequence = func.pg_get_serial_sequence(table.name, "id")
                    connection.execute(select(func.setval(sequence, func.max(table.c.id))))
