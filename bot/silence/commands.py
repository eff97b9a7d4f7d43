"""Handlers for the answers of silent people and their colleagues, and for the kansli's list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk import PreparedDecision
from bot.message import Json, Reply, say, state
from bot.routes import Role, Routes, Where
from bot.silence import access, cards, rules
from bot.silence.rules import SilenceNote
from bot.turn import App, Turn
from storage import contacts, municipalities, silences

routes = Routes[Turn](where=Where.PERSONAL)


@routes.action("silence.fine")
def fine(turn: Turn) -> Reply:
    """*Allt är bra*: the press is the sign of life that was asked for."""
    row = access.own(turn)
    if row.ended_at is None:
        rules.end(turn.session, row, SilenceNote.HEARD, turn.now)
    return state(cards.fine(), done=True)


@routes.action("silence.stay")
def stay(turn: Turn) -> Reply:
    """*Nej, jag är kvar*: nothing changes."""
    del turn
    return state(cards.fine())


@routes.action("silence.leave")
def leave(turn: Turn) -> Reply:
    """*Lämna*: ask what the person leaves before the kansli is told."""
    access.own(turn)
    held = contacts.held_by(turn.session, turn.person.id)
    code = held[0].municipality_code if held else turn.person.municipality_code
    return state(cards.leave(municipalities.find(turn.session, code), seated=bool(held)))


@routes.action("silence.yes")
def right(turn: Turn) -> Reply:
    """*Ja, det stämmer*: the colleague says that the person still has the seat."""
    rules.end(turn.session, access.colleague(turn), SilenceNote.VOUCHED, turn.now)
    return state(cards.vouched(), done=True)


@routes.action("silence.no")
def wrong(turn: Turn) -> Reply:
    """*Nej, vi behöver byta*: the kansli hears of it."""
    rules.hand_to_kansli(turn.session, access.colleague(turn), SilenceNote.REPLACE, turn.now)
    return state(cards.to_replace(), done=True)


@routes.command(
    "tysta",
    help="Se vilka medlemmar kansliet behöver höra av sig till, och byt kontaktperson.",
    aliases=("tysta medlemmar",),
    role=Role.KANSLI,
    button="silence.list",
)
def listing(turn: Turn) -> Reply:
    """List the people who were asked, and whose colleague was asked, without an answer."""
    return say(card=_listing(turn))


def waiting(turn: Turn) -> int:
    """Return how many people wait for the kansli to get in touch."""
    return len(silences.listed(turn.session))


@routes.action("silence.handled", role=Role.KANSLI)
def handled(turn: Turn) -> Reply:
    """*Klart*: the kansli has got in touch."""
    rules.end(turn.session, access.kept(turn), SilenceNote.HANDLED, turn.now)
    return state(_listing(turn, "Avklarat."), done=True)


def to_contact(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield a decision for each person whom the kansli should get in touch with."""
    del app, now
    for who in rules.listed(session):
        yield PreparedDecision(
            key=f"silence:{who.row.id}:{who.row.note}",
            title=f"Hör av dig till {who.what}",
            effect="Du ser varför, och kan skriva till personen eller byta kontaktperson.",
            usefulness=60,
            label="Visa",
            verb="silence.list",
            data={"page": 0},
        )


def _listing(turn: Turn, said: str = "") -> Json:
    return cards.listing(rules.listed(turn.session), turn.page, said)
