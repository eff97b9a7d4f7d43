"""After an event, a person says whether they came and whether it was worth their time."""

from __future__ import annotations

from datetime import timedelta

from bot.attendance import access, after_cards
from bot.message import Reply, UserError, say
from bot.routes import Routes, Where
from bot.turn import Turn
from storage import events, participations, registrations
from storage.participations import ParticipationSource
from storage.registrations import RegistrationState

routes = Routes[Turn](where=Where.PERSONAL)
ASKED_ABOUT = timedelta(days=60)
"""How far back ``omdöme`` goes."""
MOST = 6
"""Events to choose from."""


@routes.command(
    "omdöme",
    help="Säg om ett möte som du var anmäld till var värt din tid.",
    aliases=("omdömen", "mitt omdöme", "jag var med"),
)
def choose(turn: Turn) -> Reply:
    """Ask about the latest events that the person was registered for or came to, and has not rated."""
    own = registrations.mine(turn.session, turn.person.id)
    theirs = {number for number, row in own.items() if row.state == RegistrationState.REGISTERED}
    theirs |= set(participations.mine(turn.session, turn.person.id))
    shown = [
        event
        for event in events.held(turn.session, turn.now - ASKED_ABOUT, turn.now)
        if event.id in theirs and participations.rating_of(turn.session, event.id, turn.person.id) is None
    ]
    return say(card=after_cards.ask(shown[0]) if len(shown) == 1 else after_cards.choose(shown[:MOST]))


@routes.action("attendance.ask")
def ask(turn: Turn) -> Reply:
    """Show the question again."""
    return turn.in_place(after_cards.ask(access.attended(turn)))


@routes.action("attendance.rate")
def rate(turn: Turn) -> Reply:
    """Store the rating, and that the person came."""
    event = access.attended(turn)
    stars = turn.data.get("stars")
    if type(stars) is not int or stars not in after_cards.STARS:
        raise UserError("Tryck på en siffra från 1 till 5.")
    participations.note(turn.session, event.id, [turn.person.id], ParticipationSource.SELF, turn.now)
    participations.rate(turn.session, event.id, turn.person.id, stars, turn.now)
    row = participations.rating_of(turn.session, event.id, turn.person.id)
    return turn.in_place(after_cards.thanks(event, stars, row.comment if row else ""))


@routes.action("attendance.comment")
def comment(turn: Turn) -> Reply:
    """Store the line, of a person who has rated."""
    event = access.attended(turn)
    row = participations.rating_of(turn.session, event.id, turn.person.id)
    if row is None:
        raise UserError("Tryck först på en siffra från 1 till 5.")
    text = str(turn.data.get("comment") or "").strip()
    if len(text) > after_cards.LONGEST_COMMENT:
        raise UserError(f"Raden är {len(text)} tecken. Korta till högst {after_cards.LONGEST_COMMENT}.")
    row.comment = text
    return turn.in_place(
        after_cards.thanks(event, row.stars, text, "Raden är sparad." if text else "Raden är borttagen.")
    )


@routes.action("attendance.miss")
def miss(turn: Turn) -> Reply:
    """Store that the person missed it. A rating that they gave before goes."""
    event = access.attended(turn)
    participations.miss(turn.session, event.id, turn.person.id, turn.now)
    return turn.in_place(after_cards.missed(event))
