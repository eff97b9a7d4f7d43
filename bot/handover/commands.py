"""Handlers for the dossier: the holder of a seat sees theirs again, and the kansli any municipality's."""

from __future__ import annotations

from bot.handover import access, cards, dossier
from bot.message import Json, Reply, UserError, say, state
from bot.register import finder
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.schedule import seats
from bot.turn import Turn
from storage import contacts, municipalities
from storage.contacts import Contact

routes = Routes[Turn](where=Where.PERSONAL)

UNKNOWN = "Jag hittar ingen kommun eller region som heter så. Skriv **överlämning** och kommunens namn igen."


@routes.command(
    "överlämning",
    help="Se det en ny kontaktperson behöver veta: vad som är klart och kvar hos er.",
    aliases=("överlämningen", "överlämna"),
    takes="kommun",
)
def show(turn: Turn) -> Reply:
    """Show the person's own dossier; to the kansli that of the municipality that it names."""
    if turn.argument and turn.kansli:
        return say(card=_named(turn, turn.argument))
    held = contacts.held_by(turn.session, turn.person.id)
    if not held and turn.kansli:
        raise UserError("Vilken kommun gäller det? Skriv **överlämning** och kommunens namn.")
    if not held:
        raise UserError(access.NO_SEAT)
    if len(held) == 1:
        return say(card=_card(turn, held[0]))
    places = [(each, municipalities.require(turn.session, each.municipality_code)) for each in held]
    return say(card=cards.choose_own(places))


@routes.action("handover.show")
def show_one(turn: Turn) -> Reply:
    """Show the dossier of one seat."""
    return state(_card(turn, access.held(turn)))


@routes.action("handover.decline")
def decline(turn: Turn) -> Reply:
    """*Kan inte komma*: give up a place that came with the seat. The calendar follows within a minute."""
    contact, event = access.own(turn), access.event(turn)
    seats.decline(Change.of(turn), event, turn.person.id)
    return state(_card(turn, contact, f"Du är avanmäld från {event.title}."), done=True)


def _named(turn: Turn, name: str) -> Json:
    match finder.official().find(name):
        case finder.Found(code):
            place = municipalities.require(turn.session, code)
            return cards.choose(place, contacts.current(turn.session, code))
        case _:
            raise UserError(UNKNOWN)


def _card(turn: Turn, contact: Contact, said: str = "") -> Json:
    kansli = contact.person_id != turn.person.id
    shown = dossier.gather(turn.session, contact, turn.now, every_name=kansli)
    return cards.dossier(shown, turn.app.settings.contact, said, kansli=kansli)
