"""Handlers for the kansli's work with contact persons and members' proposals."""

from __future__ import annotations

from bot.members import contact_cards, kansli_commands, notices, proposal_cards
from bot.members.notices import Proposed
from bot.message import Json, Reply, state
from bot.register import access, checks, proposals, seats
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.turn import Turn
from storage import contacts, municipalities

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


@routes.action("people.contact")
def contact(turn: Turn) -> Reply:
    """Show a contact person: replace, correct or end."""
    held, person = access.contact(turn)
    return state(contact_cards.contact(held, person, municipalities.require(turn.session, held.municipality_code)))


@routes.action("people.replace")
def replace(turn: Turn) -> Reply:
    """Let somebody else take over a seat."""
    held, before = access.contact(turn)
    name = checks.checked_name(access.text(turn, "name"))
    change = Change.of(turn)
    person = seats.person_with(change, name, checks.checked_mail(access.text(turn, "mail")))
    seats.replace(change, held, person)
    place = municipalities.require(turn.session, held.municipality_code).full_name
    notices.replaced(change, held, person, place, turn.app.settings.contact)
    return _page(turn, held.municipality_code, f"{person.called} har tagit över efter {before.called}.")


@routes.action("people.correct")
def correct(turn: Turn) -> Reply:
    """Correct a contact person's name or address."""
    held, person = access.contact(turn)
    name, mail = checks.checked_name(access.text(turn, "right_name")), access.text(turn, "right_mail")
    wanted = access.text(turn, "right_phone")
    phone = checks.checked_phone(wanted) if "right_phone" in turn.data else person.phone  # an older card has none
    seats.correct(Change.of(turn), held, name, checks.checked_mail(mail), phone)
    return _page(turn, held.municipality_code, "Rättat.")


@routes.action("people.ask_end")
def ask_end(turn: Turn) -> Reply:
    """Ask for a confirmation before a seat is left empty."""
    held, person = access.contact(turn)
    return state(contact_cards.ask_end(held, person, municipalities.require(turn.session, held.municipality_code)))


@routes.action("people.end")
def end(turn: Turn) -> Reply:
    """Leave a seat empty."""
    held, person = access.contact(turn)
    seats.end(Change.of(turn), held)
    return _page(turn, held.municipality_code, f"{person.called} är inte längre kontaktperson.")


@routes.action("people.add")
def add(turn: Turn) -> Reply:
    """Show the form for a new contact person."""
    return state(contact_cards.add(access.kept_municipality(turn)))


@routes.action("people.save_contact")
def save_contact(turn: Turn) -> Reply:
    """Save a new contact person."""
    municipality = access.kept_municipality(turn)
    seat = checks.checked_seat(turn.data.get("seat"))
    name, change = checks.checked_name(access.text(turn, "name")), Change.of(turn)
    phone = checks.checked_phone(access.text(turn, "phone"))
    person = seats.person_with(change, name, checks.checked_mail(access.text(turn, "mail")))
    person.phone = phone or person.phone
    seats.appoint(change, municipality.code, seat, person)
    return _page(turn, municipality.code, f"{person.called} är nu kontaktperson.")


@routes.action("people.proposals")
def list_proposals(turn: Turn) -> Reply:
    """Show the proposals that members have made."""
    return state(_proposals(turn))


@routes.action("people.accept")
def accept(turn: Turn) -> Reply:
    """Accept a member's proposal and carry it out."""
    note, card = notices.accept(turn, access.proposal(turn))
    return _decided(turn, card, note)


@routes.action("people.decline")
def decline(turn: Turn) -> Reply:
    """Decline a member's proposal."""
    proposal, change = access.proposal(turn), Change.of(turn)
    was = Proposed.of(proposal)
    note = proposals.decline(change, proposal)
    contact = turn.app.settings.contact
    return _decided(turn, notices.decided(change, was, turn.person, contact, yes=False), note)


def _decided(turn: Turn, card: Json, said: str) -> Reply:
    """Show the decision on a card that came by itself. On the list, go on with the next proposal."""
    return state(card if turn.data.get("note") == proposal_cards.NOTE else _proposals(turn, said))


def _proposals(turn: Turn, said: str = "") -> Json:
    return proposal_cards.listing(contacts.proposals(turn.session), said)


def _page(turn: Turn, code: str, said: str) -> Reply:
    return state(kansli_commands.page(turn, municipalities.require(turn.session, code), said))
