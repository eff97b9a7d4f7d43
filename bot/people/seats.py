"""The kansli's work with contact persons and with what members propose."""

from __future__ import annotations

from bot.people import access, contact_cards, manage, proposal_cards, service, telling
from bot.people.service import Deed
from bot.people.telling import Proposed
from bot.routes import Role, Routes, Where
from bot.turn import Json, Reply, Turn, state
from storage import contacts, municipalities

routes = Routes()


@routes.action("people.contact", role=Role.KANSLI, where=Where.PERSONAL)
def contact(turn: Turn) -> Reply:
    """A contact person: replace, correct or end."""
    held, person = access.current(turn)
    return state(contact_cards.contact(held, person, municipalities.require(turn.session, held.municipality_code)))


@routes.action("people.replace", role=Role.KANSLI, where=Where.PERSONAL)
def replace(turn: Turn) -> Reply:
    """Somebody else takes over a seat."""
    held, before = access.current(turn)
    name = service.checked_name(access.text(turn, "name"))
    deed = Deed.of(turn)
    person = service.person_with(deed, name, service.checked_mail(access.text(turn, "mail")))
    service.replace(deed, held, person)
    place = municipalities.require(turn.session, held.municipality_code).full_name
    telling.replaced(deed, held, person, place, turn.app.settings.contact)
    return _page(turn, held.municipality_code, f"{person.called} har tagit över efter {before.called}.")


@routes.action("people.correct", role=Role.KANSLI, where=Where.PERSONAL)
def correct(turn: Turn) -> Reply:
    """A contact person's name or address was wrong."""
    held, person = access.current(turn)
    name = service.checked_name(access.text(turn, "right_name"))
    service.correct(Deed.of(turn), held, person, name, service.checked_mail(access.text(turn, "right_mail")))
    return _page(turn, held.municipality_code, "Rättat.")


@routes.action("people.ask_end", role=Role.KANSLI, where=Where.PERSONAL)
def ask_end(turn: Turn) -> Reply:
    """Ask before a seat is left empty."""
    held, person = access.current(turn)
    return state(contact_cards.ask_end(held, person, municipalities.require(turn.session, held.municipality_code)))


@routes.action("people.end", role=Role.KANSLI, where=Where.PERSONAL)
def end(turn: Turn) -> Reply:
    """Leave a seat empty."""
    held, person = access.current(turn)
    service.end(Deed.of(turn), held)
    return _page(turn, held.municipality_code, f"{person.called} är inte längre kontaktperson.")


@routes.action("people.add", role=Role.KANSLI, where=Where.PERSONAL)
def add(turn: Turn) -> Reply:
    """The form for a new contact person."""
    return state(contact_cards.add(access.municipality(turn)))


@routes.action("people.save_contact", role=Role.KANSLI, where=Where.PERSONAL)
def save_contact(turn: Turn) -> Reply:
    """Keep a new contact person."""
    one = access.municipality(turn)
    seat = service.checked_seat(turn.data.get("seat"))
    name, deed = service.checked_name(access.text(turn, "name")), Deed.of(turn)
    person = service.person_with(deed, name, service.checked_mail(access.text(turn, "mail")))
    service.appoint(deed, one.code, seat, person)
    return _page(turn, one.code, f"{person.called} är nu kontaktperson.")


@routes.action("people.proposals", role=Role.KANSLI, where=Where.PERSONAL)
def proposals(turn: Turn) -> Reply:
    """What members have proposed."""
    return state(_proposals(turn))


@routes.action("people.accept", role=Role.KANSLI, where=Where.PERSONAL)
def accept(turn: Turn) -> Reply:
    """Do what a member proposed."""
    proposal, deed = access.proposal(turn), Deed.of(turn)
    was, person, place = Proposed.of(proposal), proposal.person, proposal.municipality.full_name
    said = service.accept(deed, proposal)
    contact = turn.app.settings.contact
    telling.replaced(deed, was.replaced, person, place, contact)
    return _decided(turn, telling.decided(deed, was, turn.person, contact, yes=True), said)


@routes.action("people.decline", role=Role.KANSLI, where=Where.PERSONAL)
def decline(turn: Turn) -> Reply:
    """Take a proposal away."""
    proposal, deed = access.proposal(turn), Deed.of(turn)
    was = Proposed.of(proposal)
    said = service.decline(deed, proposal)
    contact = turn.app.settings.contact
    return _decided(turn, telling.decided(deed, was, turn.person, contact, yes=False), said)


def _decided(turn: Turn, card: Json, said: str) -> Reply:
    """The card that came by itself says what was decided; the list goes on with the next."""
    return state(card if turn.data.get("note") == proposal_cards.NOTE else _proposals(turn, said))


def _proposals(turn: Turn, said: str = "") -> Json:
    return proposal_cards.listing(contacts.proposals(turn.session), said)


def _page(turn: Turn, code: str, said: str) -> Reply:
    return state(manage.page(turn, municipalities.require(turn.session, code), said))
