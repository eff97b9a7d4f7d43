"""Decide who may use a list for a duty, and who answers when a list contradicts them.

The kansli reads lists, for duties that are not closed. A doubt is answered by the person who said *Klart*, and by
nobody else, while that is what holds.
"""

from __future__ import annotations

from bot.message import UserError
from bot.turn import Turn
from storage import duties, municipalities
from storage.duties import Duty, DutyState, DutyStatus

GONE = "Den uppgiften finns inte kvar, eller är stängd. Skriv **planera uppgifter** för att se dem som finns."
ANSWERED = "Det är redan besvarat, eller så gäller något annat nu. Skriv **att göra** för att se läget."


def open_duty(turn: Turn, number: object) -> Duty:
    """Return a duty that a list can be read for, for the kansli."""
    turn.refuse_members()
    duty = duties.find(turn.session, number)
    if duty is None or duty.closed_at is not None:
        raise UserError(GONE)
    return duty


def pressed_duty(turn: Turn) -> Duty:
    """Return the same of the duty that a button names."""
    return open_duty(turn, turn.data.get("duty"))


def doubted(turn: Turn) -> tuple[Duty, DutyStatus]:
    """Return the duty and the state that a person was asked about, if they were the one who said *Klart*."""
    duty = duties.lock(turn.session, turn.data.get("duty"))
    place = municipalities.find(turn.session, turn.data.get("code"))
    row = duties.status(turn.session, duty.id, place.code) if duty is not None and place is not None else None
    if duty is None or row is None or row.by_id != turn.person.id or row.doubted_at is None:
        raise UserError(ANSWERED)
    if row.state != DutyState.SAYS_DONE or duty.closed_at is not None:
        raise UserError(ANSWERED)
    return duty, row
