"""Rows that the database makes from the rows of another table, without a value of theirs passing through the bot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ClauseElement, ColumnElement, literal, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import InstrumentedAttribute, QueryableAttribute, Session

from storage.database import Base, table_of


def insert_selected(
    session: Session,
    table: type[Base],
    values: Mapping[str, Any],
    each: InstrumentedAttribute[Any],
    which: ColumnElement[bool],
) -> int:
    """Insert a row for ``each`` one that matches ``which``, unless one with the same unique key exists.

    ``values`` has constants, and expressions over the rows of ``each``. It is one statement, in the order of ``each``.
    Return how many rows were inserted.
    """
    columns = table_of(table).c
    chosen: list[Any] = [
        value if isinstance(value, ClauseElement | QueryableAttribute) else literal(value, columns[name].type)
        for name, value in values.items()
    ]
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    rows = select(*chosen).where(which).order_by(each)
    statement = insert(table_of(table)).from_select(list(values), rows).on_conflict_do_nothing()
    return len(session.execute(statement.returning(literal(1))).all())  # PostgreSQL's driver may not know rowcount
