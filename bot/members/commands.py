"""Handlers for members: see their municipality, say where they belong or what they took over, set their choices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.members import cards, contact_cards, kansli_commands, notices
from bot.message import Json, Reply, UserError, say, state
from bot.register import access, checks, coverage, finder, seats
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.swedish import date_of
from bot.turn import Turn
from storage import contacts, municipalities, people
from storage.contacts import Contact, ProposalKind
from storage.municipalities import Municipality
from storage.people import SEATS

routes = Routes[Turn](where=Where.PERSONAL)

NOT_FOUND = "Jag hittar ingen kommun eller region som heter så. Skriv namnet igen, till exempel Sotenäs."


@routes.command(
    "min kommun",
    help="Se vilka som är med från din kommun, ert program och vad som väntas av er.",
    aliases=("min region", "vår kommun"),
    menu=True,
    button="people.mine",
)
def mine(turn: Turn) -> Reply:
    """Show the person's municipality, or ask which it is."""
    return say(card=_mine(turn))


@routes.command(
    "jag har tagit över efter",
    help="Berätta för kansliet att du är ny kontaktperson.",
    aliases=("jag tar över efter", "jag har tagit över", "jag har efterträtt"),
    takes="namn",
)
def took_over(turn: Turn) -> Reply:
    """Propose that the person has taken over somebody's seat. The kansli confirms it."""
    return say(card=takeover(turn, turn.argument))


@routes.command(
    "byt kontaktperson",
    help="Byt kontaktperson i en kommun, eller säg att du har tagit över.",
    aliases=("ny kontaktperson", "byta kontaktperson"),
    takes="kommun",
    menu=True,
)
def swap(turn: Turn) -> Reply:
    """Replace a contact person: the kansli in any municipality, a member by a proposal for their own."""
    if not turn.kansli:
        return say(card=takeover(turn, ""))
    return say(card=kansli_commands.open_named(turn, turn.argument) if turn.argument else contact_cards.swap())


@routes.action("people.other")
def another(turn: Turn) -> Reply:
    """Ask again, because the suggested municipality was wrong."""
    del turn
    return state(cards.ask_municipality())


@routes.action("people.claim")
def claim(turn: Turn) -> Reply:
    """Find the municipality in the text that the person wrote, and connect the person to it."""
    match finder.official().find(access.text(turn, "name", 80)):
        case finder.Found(code):
            return state(_claim(turn, municipalities.find(turn.session, code)))
        case finder.Ask(codes):
            rows = [municipalities.find(turn.session, code) for code in codes]
            return state(cards.which_mine([row for row in rows if row is not None]))
        case None:
            return state(cards.ask_municipality(NOT_FOUND))


@routes.action("people.choose")
def choose(turn: Turn) -> Reply:
    """*Ja*, or a button under *Vilken menar du?*: connect the person to that municipality."""
    return state(_claim(turn, access.municipality(turn)))


@routes.action("people.takeover")
def presstakeover(turn: Turn) -> Reply:
    """Show the form for a seat that the person has taken over."""
    return state(takeover(turn, ""))


@routes.action("people.propose")
def propose(turn: Turn) -> Reply:
    """Propose to the kansli that this person holds a seat of their own municipality."""
    municipality = _required(turn)
    seat = checks.checked_seat(turn.data.get("seat"))
    replaces = access.own_contact(turn, municipality, seat)
    change, about = Change.of(turn), (ProposalKind.SEAT, turn.person.id)
    before = notices.waiting(turn.session, *about)
    old = replaces.id if replaces else None
    row = contacts.propose(turn.session, *about, municipality.code, turn.now, seat=seat, replaces_id=old)
    notices.made(change, row, before)
    return state(_mine(turn))


@routes.action("people.profile")
def profile(turn: Turn) -> Reply:
    """Show the form for the person's own choices."""
    return state(cards.profile(turn.person))


@routes.action("people.save_profile")
def save_profile(turn: Turn) -> Reply:
    """Save the person's own choices."""
    chosen = turn.data.get("role")
    role = checks.checked_own_role("" if chosen == cards.NO_ROLE else chosen)
    turn.person.role = role
    turn.person.helps_with = access.text(turn, "helps_with", 500)
    if "phone" in turn.data:  # a card from before the choice existed has none, and neither has the next one
        turn.person.phone = checks.checked_phone(access.text(turn, "phone"))
    if "visible_to" in turn.data:
        turn.person.visible_to = checks.checked_visibility(turn.data.get("visible_to"))
    return state(cards.profile(turn.person, said="Sparat."), done=True)


@routes.erasing
def forget(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Delete the person's proposals, and end the kansli's cards about them."""
    return notices.forgetting(session, person_id, now)


def _mine(turn: Turn) -> Json:
    municipality = access.own_municipality(turn)
    if municipality is None:
        return where_from(turn)
    held = contacts.current(turn.session, municipality.code)
    seated = {each.person_id for each in held}
    may_name = access.visible(turn, municipality.code)
    ours = people.of_municipality(turn.session, municipality.code)
    others = [each for each in ours if each.id not in seated and each.left_at is None and may_name(each)]
    lacking = coverage.gaps(municipality, held, date_of(turn.now).year)
    waiting = contacts.proposed_by(turn.session, turn.person.id)
    return cards.mine(municipality, held, others, lacking, waiting, may_name=may_name)


def where_from(turn: Turn) -> Json:
    """Ask which municipality the person works for, or say that the kansli is deciding it."""
    waiting = [
        proposal
        for proposal in contacts.proposed_by(turn.session, turn.person.id)
        if proposal.kind == ProposalKind.BELONGS
    ]
    if waiting:
        return cards.waits(waiting[0].municipality)
    suggested = seats.suggested(turn.session, turn.person)
    return cards.is_it(suggested) if suggested else cards.ask_municipality()


def _claim(turn: Turn, municipality: Municipality | None) -> Json:
    if municipality is None:
        return cards.ask_municipality(NOT_FOUND)
    mine = notices.claim(Change.of(turn), turn.person, municipality.code)
    return _mine(turn) if mine else cards.waits(municipality)


def takeover(turn: Turn, name: str = "") -> Json:
    """Ask which seat the person has taken over, in their own municipality."""
    municipality = access.own_municipality(turn)
    if municipality is None:
        return where_from(turn)
    held = [each for each in contacts.current(turn.session, municipality.code) if each.person_id != turn.person.id]
    may_name = access.visible(turn, municipality.code)
    named = _named([each for each in held if each.person and may_name(each.person)], name)
    if named is not None and named.person is not None:
        return cards.sure(named, named.person.name)
    note = f"Jag hittar ingen kontaktperson hos er som heter {name}." if name else ""
    empty = [seat for seat in SEATS if seat not in {each.seat for each in held}]
    return cards.takeover(municipality, held, empty, may_name, note)


def _named(held: list[Contact], name: str) -> Contact | None:
    """Return the only contact whose name has all words of ``name``; None if there is none or more than one."""
    wanted = set(name.casefold().split())
    matches = [
        contact
        for contact in held
        if contact.person and wanted and wanted <= set(contact.person.name.casefold().split())
    ]
    return matches[0] if len(matches) == 1 else None


def _required(turn: Turn) -> Municipality:
    municipality = access.own_municipality(turn)
    if municipality is None:
        raise UserError("Jag vet inte vilken kommun du arbetar för. Skriv **min kommun** först.")
    return municipality
