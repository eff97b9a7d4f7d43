"""The form of a duty: what is offered in it, and what the kansli wrote in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from bot import form_fields
from bot.message import UserError
from bot.progress import doers, plans
from bot.progress.plans import DutyPlan
from bot.schedule.plans import checked_link
from bot.swedish import STOCKHOLM
from storage import events, municipalities
from storage.duties import DutyKind
from storage.events import Event, EventKind

MOST_RUNGS = 6
EARLIEST_RUNG, LATEST_RUNG = -90, 60
"""Days from the last day. A reminder further away helps nobody."""
NO_EVENT = "none"
"""The value of a form for a duty that no event decides. A list would show nothing for an empty value."""
_DAYS = re.compile(r"[+-]?[0-9]{1,3}")


def read(session: Session, data: Mapping[str, Any]) -> DutyPlan:
    """Return the plan in a form. Raise :class:`UserError` for a field that can't be read."""
    kind = data.get("kind")
    if kind not in set(DutyKind):
        raise UserError("Välj vilken sorts uppgift det är.")
    seats = _chosen(data, "seats", [seat.value for seat in doers.ORDER])
    if not seats:
        raise UserError("Välj vem i kommunen som gör uppgiften.")
    rows = municipalities.everyone(session)
    return DutyPlan(
        kind=DutyKind(str(kind)),
        year=_number(data, "year", "Skriv året med fyra siffror, till exempel 2027.") or 0,
        title=" ".join(form_fields.text(data, "heading").split()),
        why=form_fields.text(data, "why"),
        how=form_fields.text(data, "how"),
        link=checked_link(form_fields.text(data, "link"), "Länken"),
        minutes=_number(data, "minutes", "Skriv tiden i minuter med siffror, eller lämna rutan tom."),
        opens=form_fields.on_day(data, "opens", "dagen då den öppnar"),
        due=form_fields.on_day(data, "due", "sista dagen"),
        seats=seats,
        rungs=_rungs(form_fields.text(data, "ladder")),
        codes=plans.named(form_fields.text(data, "towns")),
        counties=_chosen(data, "counties", [row.county for row in rows]),
        size_groups=_chosen(data, "size_groups", [row.size_group for row in rows if row.size_group]),
        event_id=_event(session, data),
    )


def meetings(session: Session, year: int, chosen: int | None) -> list[Event]:
    """Return the annual meetings that may decide a duty of this year, and the ``chosen`` one whatever became of it."""
    since = datetime.combine(date(max(year, 2000) - 1, 1, 1), time(), STOCKHOLM)
    offered = list(events.of_kind(session, EventKind.ANNUAL_MEETING, since))
    before = events.find(session, chosen)
    return offered if before is None or before in offered else [before, *offered]


def _rungs(text: str) -> tuple[int, ...]:
    """Return the days of a ladder, earliest first. Raise :class:`UserError` for anything else."""
    parts = text.replace("−", "-").replace("–", "-").replace(",", " ").split()
    if not all(_DAYS.fullmatch(part) for part in parts):
        raise UserError("Skriv påminnelserna som dagar från sista dagen, till exempel -30, -14, -3, 1, 7, 14.")
    rungs = sorted({int(part) for part in parts})
    if len(rungs) > MOST_RUNGS:
        raise UserError(f"Högst {MOST_RUNGS} påminnelser. Den som får fler slutar läsa dem.")
    if rungs and not (rungs[0] >= EARLIEST_RUNG and rungs[-1] <= LATEST_RUNG):
        raise UserError(f"Påminnelserna får gå från {-EARLIEST_RUNG} dagar före till {LATEST_RUNG} dagar efter.")
    return tuple(rungs)


def _event(session: Session, data: Mapping[str, Any]) -> int | None:
    """Return the number of the annual meeting in a form; None if it names none."""
    value = form_fields.text(data, "event")
    if value in ("", NO_EVENT):
        return None
    event = events.find(session, int(value)) if value.isascii() and value.isdecimal() and len(value) < 9 else None  # noqa: PLR2004 - as _number
    if event is None or event.kind != EventKind.ANNUAL_MEETING:
        raise UserError("Mötet finns inte kvar. Öppna formuläret igen och välj ett annat.")
    return event.id


def _chosen(data: Mapping[str, Any], name: str, offered: list[str]) -> tuple[str, ...]:
    wanted = {part.strip() for part in form_fields.text(data, name).split(",")} - {""}
    if not wanted <= set(offered):
        raise UserError("Valen har ändrats sedan formuläret visades. Öppna det igen.")
    return tuple(dict.fromkeys(value for value in offered if value in wanted))


def _number(data: Mapping[str, Any], name: str, refusal: str) -> int | None:
    text = form_fields.text(data, name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 9):  # noqa: PLR2004 - far above every limit
        raise UserError(refusal)
    return int(text)
