"""Where municipalities stand with a duty, as an Excel file in which nothing runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.progress import standings
from bot.register import sheets, words
from storage import contacts, duties, name_keys
from storage.duties import Duty

HEADINGS = (
    "Kommunkod",
    "Kommun",
    "Län",
    "Kommungrupp",
    "Läge",
    "Sista dag",
    "Uppskjutet till",
    "Skäl",
    "Ändrat",
    "Personer",
)
WIDTHS = (12, 28, 24, 14, 20, 14, 16, 40, 14, 60)


def rows(session: Session, duty: Duty, now: datetime) -> list[tuple[str, ...]]:
    """Return a row for each municipality that the duty concerns, in Swedish order."""
    everywhere = standings.load(session, [duty], now)
    known = duties.statuses(session, [duty.id])
    people: dict[str, list[str]] = defaultdict(list)
    for seat in contacts.current(session):
        if seat.person is not None and not seat.gone:
            name = name_keys.plain(seat.person.called)
            people[seat.municipality_code].append(f"{name} ({words.role(seat.seat)})")
    found = []
    for place in sorted(everywhere.places[duty.id], key=lambda place: words.order(place.full_name)):
        standing, row = everywhere.of(duty.id, place.code), known.get((duty.id, place.code))
        found.append(
            (
                *(place.code, place.full_name, place.county, place.size_group, standings.STATE_NAMES[standing.state]),
                *(day.isoformat() if day else "" for day in (standing.deadline, standing.until)),
                row.reason if row else "",
                f"{row.since:%Y-%m-%d}" if row else "",
                ", ".join(people[place.code]),
            )
        )
    return found


def workbook(table: Sequence[Sequence[str]]) -> bytes:
    """Return rows as an Excel file."""
    cells = [tuple(map(sheets.harmless, row)) for row in table]
    return sheets.workbook("Rapportering", [HEADINGS, *cells], WIDTHS)
