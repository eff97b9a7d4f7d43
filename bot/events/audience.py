"""Audiences by registration: the people who registered for an event, wait for a seat, or have not answered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register import target
from bot.register.audience import Condition, from_json, person_ids, to_json
from bot.register.target import Target
from bot.schedule.seats import INVITE
from bot.swedish import day
from bot.turn import App
from storage import deliveries, events, registrations
from storage.audiences import Audience, Part, PersonIds
from storage.events import Event
from storage.registrations import RegistrationState


def _condition(states: Collection[RegistrationState], what: str) -> Condition:
    def people(session: Session, argument: str, now: datetime) -> PersonIds:
        del now
        return registrations.in_states(_event(session, argument).id, states)

    def words(session: Session, argument: str) -> str:
        return f"{what} ”{_event(session, argument).title}”"

    return Condition(people, words, _choices(what))


def _choices(what: str) -> Callable[[Session], Sequence[tuple[str, str]]]:
    def choices(session: Session) -> Sequence[tuple[str, str]]:
        return [(str(event.id), f"{what.capitalize()}: {_titled(event)}") for event in events.newest(session)]

    return choices


def _titled(event: Event) -> str:
    return f"{event.title}, {day(event.starts_at)}" if event.starts_at else event.title


def _event(session: Session, argument: str) -> Event:
    named = argument.isascii() and argument.isdecimal()
    event = events.find(session, int(argument)) if named else None
    if event is None:
        raise UserError("Urvalet gäller ett möte som inte finns. Välj mottagare igen.")
    return event


def invited(app: App, event: Event) -> tuple[Target, str]:
    """Return who is invited; if the audience names a condition that is gone, nobody, and the words about that."""
    try:
        return Target(people=from_json(event.audience, target.conditions(app))), ""
    except UserError as refusal:
        return Target(), str(refusal)


def concerns(app: App, session: Session, event: Event, person_id: int, now: datetime) -> bool:
    """Return whether the event is for this person: its audience has them, or an invitation went to them."""
    same = [event, *events.of_series(session, event.series)]
    if deliveries.was_told(session, [f"{INVITE}:{other.id}" for other in same], person_id):
        return True
    chosen, known = invited(app, event)[0].people, target.conditions(app)
    return person_id in person_ids(session, chosen, now, known, only=person_id)


def followers(themes: Sequence[str]) -> dict[str, Any]:
    """Return the audience of an event that nobody has chosen one for: people who follow its groups."""
    return to_json(Audience((Part(themes=tuple(themes)),))) if themes else {}


CONDITIONS: Mapping[str, Condition] = {
    "registered": _condition((RegistrationState.REGISTERED,), "är anmäld till"),
    "waiting": _condition((RegistrationState.WAITING, RegistrationState.OFFERED), "står i kö till"),
    "declined": _condition((RegistrationState.DECLINED, RegistrationState.LEFT), "har tackat nej till"),
}
"""By name, with the event's number as the argument."""
