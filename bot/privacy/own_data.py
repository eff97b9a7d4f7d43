"""The data kept about a person, as a text that they can read, and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import orjson

from bot.privacy import column_names, notes, words
from bot.settings import Settings
from bot.swedish import STOCKHOLM, day

Rows = Mapping[str, list[dict[str, Any]]]
"""Table → rows, as :func:`storage.privacy.export` gives them."""
PAGE = 1800
"""Characters of a page in the chat: what a phone shows in a few screens."""


def as_json(rows: Rows, settings: Settings, now: datetime) -> bytes:
    """Everything, for a machine: by class its description and the rows of its tables."""
    classes = [
        {
            "klass": one.title,
            "vad": one.what,
            "varför": one.why,
            "hur länge": one.how_long(settings),
            "tabeller": {table: rows[table] for table in tables},
        }
        for one, tables in words.classes_of(list(rows))
    ]
    whole = {"format": "sekom-bot personuppgifter 1", "skapad": now, "klasser": classes}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2, default=str)


def as_text(rows: Rows, settings: Settings, now: datetime) -> bytes:
    """Everything that tells a reader something, as a text file."""
    lines = [f"Dina uppgifter hos SEKOM-boten, {day(now)}", "", *lines_of(rows, settings)]
    lines += ["", notes.ANONYMOUS, f"Frågor om uppgifterna: {settings.contact}", ""]
    return "\r\n".join(lines).encode("utf-8-sig")


def lines_of(rows: Rows, settings: Settings) -> Iterator[str]:
    """The text, line by line; each class begins with its name in capitals."""
    for one, tables in words.classes_of(list(rows)):
        yield one.title.upper()
        yield f"Varför: {one.why}"
        yield f"Hur länge: {one.how_long(settings)}"
        for table in tables:
            for row in rows[table]:
                told = [f"{column_names.COLUMNS[name]}: {shown}" for name, shown in _told(row)]
                if told:
                    yield "• " + "; ".join(told)
        yield ""


def pages(rows: Rows, settings: Settings) -> list[list[str]]:
    """The text in pages of whole lines, for the chat."""
    made: list[list[str]] = [[]]
    for line in lines_of(rows, settings):
        for piece in _pieces(line):
            if sum(map(len, made[-1])) + len(piece) > PAGE:
                made.append([])
            made[-1].append(piece)
    return made


def _pieces(line: str) -> list[str]:
    return [line[start : start + PAGE] for start in range(0, len(line), PAGE)] or [""]


def _told(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        if name in column_names.COLUMNS and value not in (None, "", [], {}):
            shown = _shown(column_names.VALUES.get(value, value) if name in column_names.CODED else value)
            if shown:
                yield name, shown


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "ja" if value else "nej"
        case datetime():
            return f"{value.astimezone(STOCKHOLM):%Y-%m-%d kl. %H.%M}"
        case date():
            return value.isoformat()
        case dict() | list():
            return " / ".join(dict.fromkeys(_texts(value)))
        case _:
            return " ".join(str(value).split())


def _texts(value: Any) -> Iterator[str]:
    """What a stored message or form says: a card by its summary."""
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, dict) and value.get("type") == "AdaptiveCard":
        yield from _texts(value.get("fallbackText") or "")
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from (text for text in _texts(one) if text)
