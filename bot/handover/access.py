"""Decide who may read a municipality's dossier: the holder of a seat their own, and the kansli every one."""

from __future__ import annotations

from bot.message import UserError
from bot.turn import Turn
from storage import contacts, events
from storage.contacts import Contact
from storage.events import Event, EventState

GONE = "Det uppdraget är avslutat. Skriv **överlämning**, så ser du det som gäller nu."
NO_SEAT = (
    "Överlämningen är för kommunens kontaktpersoner, och du står inte som det. Stämmer det inte? Skriv **jag har tagit "
    "över efter** och namnet på den som hade uppdraget före dig."
)


def held(turn: Turn) -> Contact:
    """Return the seat that a button names, if it is the person's own, or the person is the kansli."""
    contact = contacts.find(turn.session, turn.data.get("contact"))
    if contact is None or contact.until is not None:
        raise UserError(GONE)
    if contact.person_id != turn.person.id and not turn.kansli:
        raise UserError(NO_SEAT)
    return contact


def own(turn: Turn) -> Contact:
    """Return the seat that a button names, if it is the person's own."""
    contact = held(turn)
    if contact.person_id != turn.person.id:
        raise UserError(NO_SEAT)
    return contact


def event(turn: Turn) -> Event:
    """Return the event that a button names. The rules of its seats say whether the person has one."""
    row = events.find(turn.session, turn.data.get("event"))
    if row is None or row.state == EventState.DRAFT:
        raise UserError("Det mötet finns inte kvar. Skriv **webbinarier** för att se dem som finns.")
    return row
