"""Decide who may see and change an event. Every handler loads its event here.

=========  ======================  ===================================
event      may be seen by          may be changed by
=========  ======================  ===================================
draft      the kansli              the kansli, at its newest version
open       everybody               the kansli, at its newest version
cancelled  everybody               nobody
=========  ======================  ===================================

The list of registered people is for the kansli only, in 1:1.
"""

from __future__ import annotations

from bot.message import UserError
from bot.turn import Turn
from storage import events
from storage.events import Event, EventState

GONE = "Det mötet finns inte kvar. Skriv **webbinarier** för att se dem som finns."
CHANGED = "Någon har ändrat mötet sedan kortet visades. Skriv **planera möten** och öppna det igen."
STATES = {
    EventState.DRAFT: "Mötet är ett utkast.",
    EventState.OPEN: "Mötet är redan publicerat.",
    EventState.CANCELLED: "Mötet är inställt.",
}
"""Refusals of a press that does not fit where the event stands."""


def seen(turn: Turn) -> Event:
    """Return the event that a button names, its row locked, for anybody who may see it."""
    row = events.lock(turn.session, turn.data.get("event"))
    if row is None or row.state == EventState.DRAFT:
        raise UserError(GONE)
    return row


def kept(turn: Turn, *states: EventState) -> Event:
    """Return the event that a button names, its row locked, for the kansli.

    With ``states``, refuse an event in any other.
    """
    turn.refuse_members()
    row = events.lock(turn.session, turn.data.get("event"))
    if row is None:
        raise UserError(GONE)
    if states and row.state not in states:
        raise UserError(f"{STATES[EventState(row.state)]} Skriv **planera möten** för att se hur det står till.")
    return row


def current(turn: Turn, *states: EventState) -> Event:
    """Return the same if the button was shown for the newest version."""
    row = kept(turn, *states)
    if turn.data.get("version") != row.version:
        raise UserError(CHANGED)
    return row


def editable(turn: Turn) -> Event:
    """Return a draft or an open event at its newest version."""
    return current(turn, EventState.DRAFT, EventState.OPEN)


def named(turn: Turn) -> bool:
    """Return whether the button names an event, as the form of a saved one does."""
    return turn.data.get("event") is not None
