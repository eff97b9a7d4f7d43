"""Handlers for what people say of themselves: each becomes a proposal that the kansli confirms."""

from __future__ import annotations

from bot.members import commands, notices, statement_cards
from bot.members.register_cards import unknown
from bot.message import Json, Reply, state
from bot.register import access, checks, finder
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.turn import Turn
from bot.wording.register_questions import RegisterQuestion, RegisterTopic
from storage import contacts, municipalities
from storage.contacts import Contact, ProposalKind
from storage.municipalities import Municipality
from storage.people import PersonRole

routes = Routes[Turn](where=Where.PERSONAL)


def answer(turn: Turn, statement: RegisterQuestion) -> Json | None:
    """Return the card that follows a statement; None if it names no place that we know."""
    if statement.topic is RegisterTopic.NEW_SEAT:
        return _new_seat(turn, statement)
    return _left(turn, seats_only=statement.topic is RegisterTopic.LEFT_SEAT)


@routes.action("people.leave")
def leave(turn: Turn) -> Reply:
    """Tell the kansli that the person has left the municipality, or only their seats there."""
    seats_only = turn.data.get("seats_only") is True
    named = access.municipality(turn)
    place, held = _place(turn, seats_only=seats_only)
    if place is not named or (seats_only and not held):
        return state(statement_cards.nothing_to_end("Jag har slutat."))
    seat = held[0].seat if seats_only else ""
    _propose(turn, ProposalKind.LEAVES, place, seat)
    return state(statement_cards.told_left(place))


@routes.action("people.ask_seat")
def ask_seat(turn: Turn) -> Reply:
    """Take a button under *Vilken menar du?* or *Vilket uppdrag har du?*."""
    chosen = turn.data.get("seat")
    return state(_ask(turn, access.municipality(turn), checks.checked_seat(chosen) if chosen else None))


@routes.action("people.propose_seat")
def propose_seat(turn: Turn) -> Reply:
    """Propose to the kansli that the person holds a seat, also in a municipality that they do not belong to yet."""
    place, seat = access.municipality(turn), checks.checked_seat(turn.data.get("seat"))
    _propose(turn, ProposalKind.SEAT, place, seat)
    return state(statement_cards.proposed(place, seat))


def _left(turn: Turn, *, seats_only: bool) -> Json:
    place, held = _place(turn, seats_only=seats_only)
    if place is None:
        return statement_cards.nothing_to_end(turn.incoming.text)
    return statement_cards.ask_left(place, held, seats_only=seats_only)


def _place(turn: Turn, *, seats_only: bool) -> tuple[Municipality | None, list[Contact]]:
    """Return the municipality that the person may leave, and the seats that they hold there."""
    held = contacts.held_by(turn.session, turn.person.id)
    own = turn.person.municipality_code
    code = own if own and not (seats_only and all(each.municipality_code != own for each in held)) else None
    code = code or (held[0].municipality_code if held else None)
    return municipalities.find(turn.session, code), [each for each in held if each.municipality_code == code]


def _new_seat(turn: Turn, statement: RegisterQuestion) -> Json | None:
    if not statement.about:
        own = access.own_municipality(turn)
        return _ask(turn, own, statement.seat) if own else commands.where_from(turn)
    match finder.official().find(statement.about):
        case finder.Found(code):
            return _ask(turn, municipalities.require(turn.session, code), statement.seat)
        case finder.Ask(codes):
            places = [municipalities.require(turn.session, code) for code in codes]
            return statement_cards.which_place(places, statement.seat)
        case None:
            return unknown(statement.about) if statement.about[:1].isupper() else None


def _ask(turn: Turn, place: Municipality, seat: PersonRole | None) -> Json:
    """Ask what is missing: the seat, whom the person follows in their own municipality, or only a confirmation."""
    held = contacts.current(turn.session, place.code)
    mine = next((each for each in held if each.person_id == turn.person.id and seat in (None, each.seat)), None)
    if mine is not None:
        return statement_cards.has_it(place, PersonRole(mine.seat))
    if turn.person.municipality_code == place.code and any(seat in (None, each.seat) for each in held):
        return commands.takeover(turn)
    return statement_cards.sure(place, seat) if seat else statement_cards.which_seat(place)


def _propose(turn: Turn, kind: ProposalKind, place: Municipality, seat: str) -> None:
    before = notices.waiting(turn.session, kind, turn.person.id)
    row = contacts.propose(turn.session, kind, turn.person.id, place.code, turn.now, seat=seat)
    notices.made(Change.of(turn), row, before)
