"""Removes everything that points out an erased person from every text in the database, in anybody's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, String, Table, Text, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from storage.database import Base
from storage.erasure.traces import Traces

UNTOUCHED = frozenset({"people", "erased_identities", "erased_salt", "municipalities", "named_kansli"})
"""Tables left as they are: people have rows of their own, hashes say nothing, and the rest is no member's text.

``named_kansli`` mirrors the operator's setting at every start.
"""
SAID = {"people": frozenset({"helps_with"})}
"""What somebody wrote in a table that is else left as it is."""
DROPPED = frozenset({"faq_question_texts"})
"""Where a row that names somebody goes altogether: it is also kept in a folded form."""


def scrub(session: Session, traces: Traces, metadata: Any = Base.metadata) -> Counter[str]:
    """Take the traces out of every text; how many rows of which table had any. ``contents`` is not touched here."""
    done: Counter[str] = Counter()
    patterns = traces.patterns()
    for table in metadata.sorted_tables:
        if table.name == "contents":
            continue
        columns = [column for column in table.columns if _is_searched(table, column)]
        if columns and patterns:
            done[table.name] += _scrub(session, table, columns, traces, patterns)
    return +done


def _is_searched(table: Table, column: Column[Any]) -> bool:
    said = SAID.get(table.name, frozenset()) if table.name in UNTOUCHED else {column.name}
    return column.name in said and holds_text(column)


def holds_text(column: Column[Any]) -> bool:
    """Whether somebody's name or address can stand in it. A foreign key only repeats a key."""
    return isinstance(column.type, String | JSON) and not column.foreign_keys


def matching(columns: Iterable[Column[Any]], patterns: Iterable[str]) -> ColumnElement[bool]:
    """The condition that one of the columns may hold one of the LIKE patterns."""
    texts = [cast(column, Text) if isinstance(column.type, JSON) else column for column in columns]
    return or_(*(text.ilike(pattern) for text in texts for pattern in patterns))


def cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    """A text, or a JSON value with all its texts, cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {key: cleaned(one, clean) for key, one in value.items()}
    if isinstance(value, list):
        return [cleaned(one, clean) for one in value]
    return value


def _scrub(session: Session, table: Table, columns: list[Column[Any]], traces: Traces, patterns: list[str]) -> int:
    keys = list(table.primary_key.columns)
    wanted = [*keys, *(column for column in columns if not column.primary_key)]
    touched = 0
    for row in session.execute(select(*wanted).where(matching(columns, patterns))).mappings().all():
        fresh = {column.name: _fitting(column, cleaned(row[column], traces.out_of)) for column in columns}
        changed = {name: value for name, value in fresh.items() if value != row[table.c[name]]}
        this = [key == row[key] for key in keys]
        if changed:
            dropped = table.name in DROPPED
            session.execute(delete(table).where(*this) if dropped else update(table).where(*this).values(changed))
            touched += 1
    return touched


def _fitting(column: Column[Any], value: Any) -> Any:
    """What stands for a name may be longer than the name."""
    length = getattr(column.type, "length", None)
    return value[:length] if isinstance(value, str) and length else value
