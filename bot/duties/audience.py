"""Audiences by duty: the people of municipalities that have a duty left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.progress import standings
from bot.register.audience import Condition
from storage import audiences, duties
from storage.audiences import PersonIds
from storage.duties import ENDED, Duty


def _people(session: Session, argument: str, now: datetime) -> PersonIds:
    """Return the people of municipalities that are not done and are not exempt, also if they postponed it."""
    duty = _duty(session, argument)
    now_ = standings.load(session, [duty], now)
    left = [place.code for place in now_.places[duty.id] if now_.of(duty.id, place.code).state not in ENDED]
    return audiences.connected_to(left)


def _words(session: Session, argument: str) -> str:
    duty = _duty(session, argument)
    return f"hör till en kommun som har ”{duty.title}” {duty.year} kvar"


def _choices(session: Session) -> Sequence[tuple[str, str]]:
    return [(str(duty.id), f"Kommunen har kvar: {duty.title} {duty.year}") for duty in duties.unclosed(session)]


def _duty(session: Session, argument: str) -> Duty:
    named = argument.isascii() and argument.isdecimal()
    duty = duties.find(session, int(argument)) if named else None
    if duty is None:
        raise UserError("Urvalet gäller en uppgift som inte finns. Välj mottagare igen.")
    return duty


CONDITIONS: Mapping[str, Condition] = {"undone": Condition(_people, _words, _choices)}
"""By name, with the duty's number as the argument."""
