"""Stop what is going to be sent, and undo that. Both stand in the audit log, which says who did it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from bot.forecast import words
from bot.forecast.sendings import Sending
from bot.message import UserError
from bot.register.change import Change
from bot.swedish import count, day
from storage import audit, people, stops
from storage.outbox import Delivery

GONE = "Det är redan skickat eller stoppat. Skriv **kommande utskick** för att se vad som gäller nu."
TOO_LATE = "Det går inte att ångra längre. Skriv **kommande utskick** för att se vad som gäller nu."


@dataclass(frozen=True, slots=True)
class Stop:
    """Messages that were stopped together, and have not reached their time."""

    name: str
    what: str
    by: str
    """The name of the person who did it; empty for somebody who was erased."""
    rows: Sequence[Delivery]


def stop(change: Change, sendings: Sequence[Sending]) -> str:
    """Stop messages. Return what was stopped, in one sentence. Raise :class:`UserError` if all have gone."""
    keys = ",".join(sorted(sending.key for sending in sendings))
    name = f"{stops.NAME}{change.now:%Y%m%dT%H%M%S}:{sha256(keys.encode()).hexdigest()[:12]}"
    waiting = [sending.row.id for sending in sendings if not sending.foreseen]
    planned = [sending.planned for sending in sendings if sending.foreseen]
    number = stops.stop(change.session, waiting, planned, name, change.now)
    if not number:
        raise UserError(GONE)
    first = sendings[0]
    kind = words.KINDS.get(first.kind, first.kind)
    what = f"{kind}, {day(first.at)}: {count(number, 'meddelande', 'meddelanden')}"
    change.record(f"Stoppat innan det gick: {what}", name)
    return what


def undo(change: Change, stopped: Stop) -> str:
    """Let the messages go after all. Return what goes, in one sentence."""
    number = stops.undo(change.session, stopped.name, change.now)
    what = count(number, "meddelande går ändå", "meddelanden går ändå")
    change.record(f"Stoppet ångrat: {what}", stopped.name)
    return what


def coming(session: Session, now: datetime) -> list[Stop]:
    """Return the stops that can be undone, the first ones first."""
    by_name: dict[str, list[Delivery]] = {}
    for row in stops.coming(session, now):
        by_name.setdefault(row.error, []).append(row)
    return [_stop(session, name, rows) for name, rows in by_name.items()]


def _stop(session: Session, name: str, rows: Sequence[Delivery]) -> Stop:
    written = audit.latest(session, name, 1)
    what = written[0].what.partition(": ")[2] if written else words.KINDS.get(rows[0].subject.partition(":")[0], "")
    person = people.by_id(session, written[0].by_id) if written else None
    return Stop(name, what, person.called if person else "", rows)
