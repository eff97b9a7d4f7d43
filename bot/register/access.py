"""Decide who may see and change the objects of the register. Every handler loads its object here.

=============  ===============================  ============================
object         may be seen by                   may be changed by
=============  ===============================  ============================
municipality   its name by everybody, its       the kansli
               people by them and the kansli
contact        its municipality and the kansli  the kansli
proposal       its maker and the kansli         the kansli
a name         members, as the person chooses   the person
person         themselves and the kansli        themselves and the kansli
=============  ===============================  ============================

:mod:`bot.conversation` stops people who have left before they get here.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.message import UserError
from bot.register.change import refuse_stale
from bot.turn import Turn
from storage import contacts, municipalities, people
from storage.contacts import Contact, Proposal
from storage.municipalities import Municipality
from storage.people import Person, VisibleTo


def municipality(turn: Turn) -> Municipality:
    """Return the municipality that a button names. Its name is public; the kansli's knowledge about it is not."""
    named = municipalities.find(turn.session, turn.data.get("code"))
    if named is None:
        raise UserError("Den kommunen hittar jag inte. Skriv **medlemmar** för att börja om.")
    return named


def kept_municipality(turn: Turn) -> Municipality:
    """Return the municipality that a button names, for the kansli to read and change."""
    turn.refuse_members()
    return municipality(turn)


def names_municipality(turn: Turn) -> bool:
    """Return whether the button names a municipality by its code. If not, the person wrote its name."""
    return turn.data.get("code") is not None


def own_municipality(turn: Turn) -> Municipality | None:
    """Return the municipality that the person works for, whose people they may see."""
    return municipalities.find(turn.session, turn.person.municipality_code)


def contact(turn: Turn) -> tuple[Contact, Person]:
    """Return the contact that a button names, and the seat's holder, for the kansli to change."""
    turn.refuse_members()
    return _held(turn)


def own_contact(turn: Turn, own: Municipality, seat: str) -> Contact | None:
    """Return the contact, in the person's own municipality, whose seat they say they have; None for an empty seat."""
    if turn.data.get("contact") is None:
        return None
    held, _ = _held(turn)
    if held.municipality_code != own.code or held.seat != seat:
        raise UserError("Det uppdraget hör inte till din kommun.")
    return held


def proposal(turn: Turn) -> Proposal:
    """Return the proposal that a button names, for the kansli to decide."""
    turn.refuse_members()
    named = contacts.find_proposal(turn.session, turn.data.get("proposal"))
    if named is None:
        raise UserError("Det förslaget är redan avgjort eller återtaget.")
    refuse_stale(
        turn, named.created_at, "Förslaget har ändrats sedan kortet kom. Skriv **medlemmar** och välj Förslag."
    )
    return named


def person(turn: Turn, gone: str) -> Person:
    """Return the person that a button names, for the kansli. ``gone`` is the refusal if the person was erased."""
    turn.refuse_members()
    named = people.by_id(turn.session, turn.data.get("person"))
    if named is None:
        raise UserError(gone)
    return named


def visible(turn: Turn, code: str | None) -> Callable[[Person], bool]:
    """Return a function that says whether a person of the municipality ``code`` may be named to the turn's person."""
    kansli, own = turn.kansli, code is not None and turn.person.municipality_code == code
    allowed = (VisibleTo.NETWORK, VisibleTo.MUNICIPALITY) if own else (VisibleTo.NETWORK,)
    return lambda person: kansli or person.id == turn.person.id or person.visible_to in allowed


def refuse_others(turn: Turn, refusal: str) -> None:
    """Refuse a card about another person's data. A person who was erased and comes back counts as another one."""
    if turn.data.get("person") != turn.person.id:
        raise UserError(refusal)


def text(turn: Turn, name: str, most: int = 300) -> str:
    """Return a form's input as one line. Cut it at ``most`` characters, which no real form exceeds."""
    return " ".join(str(turn.data.get(name) or "").split())[:most]


def _held(turn: Turn) -> tuple[Contact, Person]:
    named = contacts.find(turn.session, turn.data.get("contact"))
    if named is None or named.until is not None or named.person is None:
        raise UserError("Det uppdraget är redan avslutat. Öppna kommunen igen, så ser du vad som gäller nu.")
    return named, named.person
