"""Points of view as files: a spreadsheet and a Markdown text. Nothing that a member wrote is run or formatted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.cards import escape
from bot.register import sheets, words
from bot.swedish import STOCKHOLM
from storage import name_keys
from storage.viewpoints import Behalf, Submitted

WHOSE: Mapping[str, str] = {Behalf.OWN: "Egen synpunkt", Behalf.MUNICIPALITY: "Kommunens synpunkt"}
HEADINGS = ("Kommun", "Roll", "Namn", "Vems", "Synpunkt", "Kom in", "Ändrad")
WIDTHS = (24, 20, 28, 20, 90, 18, 18)
ERASED = "Borttagen person"


def moment(when: datetime) -> str:
    """Return a time in Stockholm: "2026-11-24 12:00"."""
    return f"{when.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"


def signed(view: Submitted) -> str:
    """Return the writer: name, role and municipality."""
    parts = (view.name or ERASED, words.role(view.role), view.municipality)
    return ", ".join(part for part in parts if part)


def workbook(views: Sequence[Submitted]) -> bytes:
    """Return an Excel file with a row for each point of view."""
    return sheets.workbook("Synpunkter", [HEADINGS, *map(_cells, views)], WIDTHS)


def text(heading: str, views: Sequence[Submitted]) -> bytes:
    """Return a Markdown text with a section for each point of view."""
    parts = [f"# Synpunkter: {escape(heading)}", f"Antal: {len(views)}"]
    for number, view in enumerate(views, 1):
        lines = (f"> {escape(line)}".rstrip() for line in view.text.splitlines())
        changed = f", ändrad {moment(view.changed_at)}" if view.changed_at != view.at else ""
        signature = escape(name_keys.plain(signed(view)))
        parts += [f"## {number}. {signature}", f"{WHOSE[view.behalf]}, {moment(view.at)}{changed}", "  \n".join(lines)]
    return ("\n\n".join(parts) + "\n").encode()


def _cells(view: Submitted) -> tuple[str, ...]:
    changed = moment(view.changed_at) if view.changed_at != view.at else ""
    name = name_keys.plain(view.name) or ERASED
    facts = (view.municipality, words.role(view.role), name, WHOSE[view.behalf], view.text, moment(view.at), changed)
    return tuple(sheets.harmless(fact) for fact in facts)
