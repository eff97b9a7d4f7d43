"""Decide who may see and change a duty, and a municipality's state. Every handler loads them here.

=====================  ======================================  ==================================
object                 may be seen by                          may be changed by
=====================  ======================================  ==================================
duty                   every member                            the kansli, at its newest version
state of a             its own people and the kansli           its own people while the duty runs,
municipality                                                   and the kansli
=====================  ======================================  ==================================

A municipality's own people work there, or hold a seat there. :mod:`bot.conversation` stops people who have left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.message import UserError
from bot.progress import states
from bot.register.access import visible
from bot.swedish import date_of
from bot.turn import Turn
from storage import contacts, duties, municipalities
from storage.duties import Duty, DutyState
from storage.municipalities import Municipality
from storage.people import Person

KANSLI_ONLY = "Det där kan bara kansliet göra."
GONE = "Den uppgiften finns inte kvar. Skriv **att göra** för att se vad som gäller nu."
CHANGED = "Uppgiften har ändrats sedan kortet visades. Skriv **rapportering** och öppna den igen."
HOMELESS = (
    "Jag vet inte vilken kommun du arbetar för, så jag kan inte visa er uppgift. Skriv **min kommun** till mig och "
    "välj kommun, så ordnar det sig."
)
NOT_YOURS = "Den uppgiften gäller en annan kommun än din. Skriv **att göra** för att se din egen kommuns år."
OLD_AFTER = timedelta(days=60)
"""How long after its last day a card of an earlier year still works: reminders end two weeks after the day."""


@dataclass(frozen=True, slots=True)
class Own:
    """A duty and the municipality of the person who acts on it."""

    duty: Duty
    place: Municipality


def kept(turn: Turn) -> Duty:
    """Return the duty that a button names, its row locked, for the kansli."""
    if not turn.kansli:
        raise UserError(KANSLI_ONLY)
    row = duties.lock(turn.session, turn.data.get("duty"))
    if row is None:
        raise UserError(GONE)
    return row


def current(turn: Turn) -> Duty:
    """Return the same if the button was shown for the newest version."""
    row = kept(turn)
    if turn.data.get("version") != row.version:
        raise UserError(CHANGED)
    return row


def kept_place(turn: Turn, duty: Duty) -> Municipality:
    """Return the municipality that a button names, for the kansli to set its state. The duty must concern it."""
    if not turn.kansli:
        raise UserError(KANSLI_ONLY)
    place = municipalities.find(turn.session, turn.data.get("code"))
    if place is None or not states.concerns(duty, place):
        raise UserError("Uppgiften gäller inte den kommunen. Skriv **rapportering** för att se vilka den gäller.")
    return place


def home(turn: Turn) -> Municipality | None:
    """Return the municipality that the person works for, or else holds a seat in; None if there is none."""
    own = municipalities.find(turn.session, turn.person.municipality_code)
    held = () if own is not None else contacts.held_by(turn.session, turn.person.id)
    return own or next((municipalities.require(turn.session, seat.municipality_code) for seat in held), None)


def own(turn: Turn) -> Own:
    """Return the duty that a button names and the municipality on its card, if the person belongs to that."""
    row = duties.find(turn.session, turn.data.get("duty"))
    if row is None:
        raise UserError(GONE)
    place = home(turn)
    if place is None:
        raise UserError(HOMELESS)
    code = turn.data.get("code", place.code)
    if code != place.code:
        named = next(
            (seat for seat in contacts.held_by(turn.session, turn.person.id) if code == seat.municipality_code), None
        )
        if named is None:
            raise UserError(NOT_YOURS)
        place = municipalities.require(turn.session, named.municipality_code)
    if not states.concerns(row, place):
        raise UserError(f"”{row.title}” gäller inte {place.full_name}. Skriv **att göra** för att se vad ni har.")
    return Own(row, place)


def running(turn: Turn) -> Own:
    """Return the same while the municipality may change its state: not closed, of this year, not exempt."""
    mine = own(turn)
    states.refuse_closed(mine.duty)
    row = states.status(turn.session, mine.duty, mine.place.code)
    if is_over(mine.duty, states.deadline(mine.duty, row), date_of(turn.now)):
        raise UserError(
            f"Kortet gäller ”{mine.duty.title}” för {mine.duty.year}, som är över. Skriv **att göra**, så ser du vad "
            "som gäller nu."
        )
    if row is not None and row.state == DutyState.EXEMPT:
        raise UserError(
            f"Kansliet har undantagit {mine.place.full_name} från ”{mine.duty.title}”, så ni behöver inte göra något. "
            "Stämmer det inte? Skriv till kansliet."
        )
    return mine


def is_over(duty: Duty, deadline: date | None, today: date) -> bool:
    """Return whether a duty of an earlier year is so old that its cards no longer work."""
    return duty.year < today.year and (deadline or date(duty.year, 12, 31)) + OLD_AFTER < today


def colleague(turn: Turn, mine: Own) -> Person:
    """Return the person of the municipality that a form names."""
    chosen = turn.data.get("instead")
    named = next((person for person in colleagues(turn, mine) if str(person.id) == chosen), None)
    if named is None:
        raise UserError(f"Välj en person i {mine.place.full_name} i listan, eller Vet inte.")
    return named


def colleagues(turn: Turn, mine: Own) -> list[Person]:
    """Return the people who may do a duty in the person's place. They have not said *Inte jag* themselves."""
    said_no = duties.handed_over(turn.session, mine.duty, mine.place.code)
    may_name = visible(turn, mine.place.code)
    return [person for person in people_of(turn, mine.place) if person.id not in said_no and may_name(person)]


def people_of(turn: Turn, place: Municipality) -> list[Person]:
    """Return the municipality's other people who are still in the network, by name."""
    working = contacts.working_in(turn.session, [place.code])
    seated = [seat.person for seat in contacts.current(turn.session, place.code) if seat.person and not seat.gone]
    theirs = {person.id: person for person in (*working, *seated) if person.id != turn.person.id}
    return sorted(theirs.values(), key=lambda person: (person.name, person.id))
