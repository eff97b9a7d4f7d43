"""Takes what points out an erased person out of every text in the database, whoever's row it stands in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, String, Table, Text, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from storage.database import Base

NOBODY = "[borttagen person]"
"""What stands where a name stood."""
UNTOUCHED = frozenset({"people", "erased_identities", "erased_salt", "municipalities", "named_kansli"})
"""Tables left as they are: people have rows of their own, hashes say nothing, and the rest is no member's text.

``named_kansli`` mirrors the operator's setting at every start.
"""
DROPPED = frozenset({"faq_question_texts"})
"""Where a row that names somebody goes altogether: it is kept in a folded form beside."""
_END = r"s?(?!\w)"
"""A name ends here, perhaps in the genitive."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What to look for. ``ids`` (addresses and ids) are unique in the world; ``names`` must stand as whole words."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    reference: str

    def out_of(self, text: str) -> str:
        """``text`` without the traces."""
        for one in self.ids:
            text = re.sub(re.escape(one), f"erased-{self.reference}", text, flags=re.IGNORECASE)
        for name in self.names:
            text = re.sub(rf"(?<!\w){re.escape(name)}{_END}", NOBODY, text, flags=re.IGNORECASE)
        return text

    def patterns(self) -> list[str]:
        """What a text or JSON value holds that may have one. The database folds A–Z only."""
        words = (*self.ids, *self.names)
        spelt = [one for word in words for one in ((word,) if word.isascii() else (word, word.lower(), word.upper()))]
        escaped = [json.dumps(one, ensure_ascii=ascii_only)[1:-1] for one in spelt for ascii_only in (True, False)]
        return list(dict.fromkeys((*spelt, *escaped)))


def scrub(session: Session, traces: Traces, metadata: Any = Base.metadata) -> Counter[str]:
    """Take the traces out of every text; how many rows of which table had any. ``contents`` is not touched here."""
    done: Counter[str] = Counter()
    patterns = traces.patterns()
    for table in metadata.sorted_tables:
        if table.name in UNTOUCHED or table.name == "contents":
            continue
        columns = [column for column in table.columns if holds_text(column)]
        if columns and patterns:
            done[table.name] += _scrub(session, table, columns, traces, patterns)
    return +done


def holds_text(column: Column[Any]) -> bool:
    """Whether somebody's name or address can stand in it. A foreign key only repeats a key."""
    return isinstance(column.type, String | JSON) and not column.foreign_keys


def matching(columns: Iterable[Column[Any]], patterns: Iterable[str]) -> ColumnElement[bool]:
    """The condition that one of the columns may hold one of the patterns."""
    texts = [cast(column, Text) if isinstance(column.type, JSON) else column for column in columns]
    return or_(*(text.icontains(pattern, autoescape=True) for text in texts for pattern in patterns))


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
