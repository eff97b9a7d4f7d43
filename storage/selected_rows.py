"""Rows that the database makes for many people, without a value of theirs passing through the bot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, Column, ColumnElement, Executable, Integer, String, any_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from storage.database import Base, table_of
from storage.people import Person

_IDS = "_people"
"""The parameter with the ids. It is one value: a parameter for each id takes SQLAlchemy as long as the row itself."""


def insert_for(
    session: Session, table: type[Base], values: Mapping[str, Any], stems: Mapping[str, str], people: Collection[int]
) -> int:
    """Insert a row for each of these people, unless the person is gone or a row with the same unique key exists.

    ``values`` are the same in every row. ``stems`` are the columns that end with the person's id, with the text before
    it. It is one statement, in the order of the people's ids. Return how many rows were inserted.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    statement = _insert_for(table, tuple(values), tuple(stems), sqlite=sqlite)
    ids = orjson.dumps(list(people)).decode() if sqlite else list(people)
    return int(session.execute(statement, {**values, **stems, _IDS: ids}).rowcount)  # type: ignore[attr-defined]


@cache
def _insert_for(table: type[Base], values: tuple[str, ...], stems: tuple[str, ...], *, sqlite: bool) -> Executable:
    """Build the statement once for each set of columns: building it takes as long as making a hundred rows."""
    columns, person = table_of(table).c, table_of(Person).c.id
    same = [bindparam(name, type_=columns[name].type) for name in values]
    own = [bindparam(name, type_=String()) + cast(person, String) for name in stems]
    rows = select(*same, *own, person).where(_among(person, sqlite=sqlite)).order_by(person)
    insert = sqlite_insert if sqlite else postgresql_insert
    statement = insert(table_of(table)).from_select([*values, *stems, "person_id"], rows).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)


def _among(person: Column[int], *, sqlite: bool) -> ColumnElement[bool]:
    """Return the condition that a person is one of the ids."""
    if sqlite:
        return person.in_(select(func.json_each(bindparam(_IDS, type_=String())).table_valued("value").c.value))
    return person == any_(bindparam(_IDS, type_=ARRAY(Integer)))
