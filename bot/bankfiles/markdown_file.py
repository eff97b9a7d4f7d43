"""The bank as a Markdown file: a heading for each entry, its facts as a list, and its longer texts under it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.bankfiles.columns import MOST_ENTRIES, BankRow, BankSheet
from bot.bankfiles.values import LONG, NAMES
from bot.message import UserError
from bot.plain_text import visible
from bot.register import sheets, text_tables

_TOP = (
    "# Kunskapsbanken",
    "",
    "Ändra texterna och läs in filen igen. Låt ID och Version stå. Ett nytt svar: en ny rubrik med ##, utan ID.",
)
_FIELDS = {name.casefold(): field for field, name in NAMES.items()}
_ENTRY = re.compile(r"##\s+(?P<question>.*?)\s*")
_PART = re.compile(r"###\s+(?P<name>.*?)\s*")
_FACT = re.compile(r"(?:[-*+]\s+)?\**(?P<name>[^:*]{1,30})\**:\**\s*(?P<value>.*?)\s*")
_ITEM = re.compile(r"\s*[-*+]\s+")
_STRUCTURE = re.compile(r"(?=\\*###?\s)")
_KEPT = re.compile(r"\\(?=\\*###?\s)")
"""A line of an answer that looks like our headings is written with a backslash before it."""


def write(rows: Iterable[Mapping[str, str]]) -> str:
    """Return entries, each as its cells by field, as Markdown."""
    lines = [*_TOP]
    for cells in rows:
        lines += ["", f"## {' '.join(cells['question'].split())}", ""]
        lines += [
            f"- {name}: {cells[field]}".rstrip()
            for field, name in NAMES.items()
            if field not in LONG and field != "question"
        ]
        for field in LONG:
            if cells[field]:
                lines += ["", f"### {NAMES[field]}", "", *_written(field, cells[field])]
    return "\n".join(lines) + "\n"


def is_bank(text: str) -> bool:
    """Return whether a text is a bank in Markdown: an entry's heading, and under it its facts or its answer."""
    lines = [line.strip().casefold() for line in text.splitlines()]
    return any(_ENTRY.fullmatch(line) for line in lines) and ("### svar" in lines or any(map(_is_id, lines)))


def read(text: str) -> BankSheet:
    """Return the entries of a Markdown file. Raises :class:`UserError` if it has none, or far too many.

    Its cells are those of a spreadsheet that was exported: no text in Markdown is a formula.
    """
    text_tables.refuse_lost_letters(text)
    records: list[BankRow] = []
    for number, question, lines in _entries(text):
        if len(records) == MOST_ENTRIES:
            raise UserError(f"Filen har fler än {MOST_ENTRIES} svar. Dela upp den.")
        cells = {"question": question, **_cells(lines)}
        records.append(BankRow(number, {field: sheets.harmless(cell) for field, cell in cells.items()}))
    if not records:
        raise UserError("Jag hittar inga frågor i texten. Varje fråga ska vara en rubrik som börjar med ##.")
    return BankSheet(tuple(records))


def _is_id(line: str) -> bool:
    return re.fullmatch(r"[-*+]\s+id:.*", line) is not None


def _written(field: str, text: str) -> list[str]:
    if field in ("phrasings", "sources"):
        return [f"- {line}" for line in text.splitlines()]
    return [_STRUCTURE.sub(r"\\", line, count=1) if _STRUCTURE.match(line) else line for line in text.splitlines()]


def _entries(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Yield the line number of each entry's heading, its question, and the lines under it."""
    lines = visible(text).splitlines()
    starts = [(at, heading) for at, line in enumerate(lines) if (heading := _ENTRY.fullmatch(line))]
    ends = [*(at for at, _ in starts[1:]), len(lines)]
    for (at, heading), end in zip(starts, ends, strict=True):
        yield at + 1, heading["question"], lines[at + 1 : end]


def _cells(lines: Sequence[str]) -> dict[str, str]:
    """Return what stands under an entry's heading, by field. Text outside the known parts is the answer."""
    cells: dict[str, str] = {}
    parts: dict[str, list[str]] = {}
    part = ""
    for line in lines:
        heading = _PART.fullmatch(line)
        fact = _FACT.fullmatch(line) if not part else None
        if heading and heading["name"].casefold() in _FIELDS:
            part = _FIELDS[heading["name"].casefold()]
            parts.setdefault(part, [])
        elif fact and fact["name"].strip().casefold() in _FIELDS:
            cells[_FIELDS[fact["name"].strip().casefold()]] = fact["value"]
        elif part or line.strip():
            part = part or "answer"
            parts.setdefault(part, []).append(line)
    facts = bool(cells)
    for field in LONG:
        if field in parts or facts:  # a whole entry from an export says that what it lacks is empty
            cells[field] = _joined(field, parts.get(field, []))
    return cells


def _joined(field: str, lines: Iterable[str]) -> str:
    if field in ("phrasings", "sources"):
        return "\n".join(_ITEM.sub("", line, count=1).strip() for line in lines if line.strip())
    return "\n".join(_KEPT.sub("", line, count=1) for line in lines).strip()
