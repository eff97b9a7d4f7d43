"""Decide who may say something of an event that has been, and who may see what people said. Handlers load events here.

=========================  ====================================  ======================================
what                       may be seen by                        may be changed by
=========================  ====================================  ======================================
a person's own answer      the person                            the person, if they had answered the
                                                                 invitation or are known to have come
the list of who came       the kansli, in 1:1                    the kansli, in 1:1
the figures and the lines  the kansli, in 1:1, from three        nobody
                           answers on, without names
=========================  ====================================  ======================================
"""

from __future__ import annotations

from bot.message import UserError
from bot.turn import Turn
from storage import events, participations, registrations
from storage.events import Event, EventState

GONE = "Det mötet finns inte kvar. Skriv **webbinarier** för att se dem som finns."
NOT_YET = "Mötet är inte över än. Jag frågar dig efteråt."
NOT_YOURS = "Det där kan bara de som var anmälda svara på."
NOT_BEGUN = "Mötet har inte börjat än."


def attended(turn: Turn) -> Event:
    """Return the event that a button names, for a person who may say whether they came."""
    row = events.find(turn.session, turn.data.get("event"))
    if row is None or row.state != EventState.OPEN:
        raise UserError(GONE)
    if row.ends_at is None or row.ends_at > turn.now:
        raise UserError(NOT_YET)
    ids = row.id, turn.person.id
    if registrations.of_person(turn.session, *ids) is None and participations.of_person(turn.session, *ids) is None:
        raise UserError(NOT_YOURS)
    return row


def counted(turn: Turn) -> Event:
    """Return the event that a button names, its row locked, for the kansli; only one that has begun."""
    turn.refuse_members()
    row = events.lock(turn.session, turn.data.get("event"))
    if row is None or row.state != EventState.OPEN:
        raise UserError(GONE)
    if row.starts_at is None or row.starts_at > turn.now:
        raise UserError(NOT_BEGUN)
    return row
