"""Handlers for roles that the kansli gives and takes: kansli and board."""

from __future__ import annotations

from bot.members import contact_cards
from bot.message import Json, Reply, UserError, say, state
from bot.register import access, grants
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.turn import Turn
from storage import people, roles
from storage.people import Person

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


@routes.command(
    "roller",
    help="Ge eller ta bort rollerna kansli och styrelse.",
    aliases=("roll", "behörigheter"),
    button="people.roles",
)
def overview(turn: Turn) -> Reply:
    """Show the people with a role, and the way to give one."""
    return say(card=_roles(turn))


@routes.action("people.find_person")
def find_person(turn: Turn) -> Reply:
    """Find the person to give a role to, by a name or an address."""
    role, name = grants.checked_role(turn.data.get("role")), access.text(turn, "name", 120)
    if len(name) < 2:  # noqa: PLR2004 - one letter finds everybody
        raise UserError("Skriv personens namn eller mejladress, minst två tecken.")
    matches = people.search(turn.session, name, contact_cards.SHOWN + 1)
    return state(contact_cards.people(matches, role) if matches else contact_cards.missing(name))


@routes.action("people.give")
def give(turn: Turn) -> Reply:
    """Give somebody a role."""
    role = grants.checked_role(turn.data.get("role"))
    return state(_roles(turn, grants.give(Change.of(turn), _person(turn), role)))


@routes.action("people.ask_take")
def ask_take(turn: Turn) -> Reply:
    """Ask for a confirmation before a role is taken away."""
    return state(contact_cards.ask_take(_person(turn), grants.checked_role(turn.data.get("role"))))


@routes.action("people.take")
def take(turn: Turn) -> Reply:
    """Take a role away."""
    role = grants.checked_role(turn.data.get("role"))
    return state(_roles(turn, grants.take(turn, _person(turn), role)))


def _roles(turn: Turn, said: str = "") -> Json:
    wanted = turn.app.settings.kansli
    known = people.by_entra(turn.session, wanted)
    unnamed, page = len(wanted - {person.entra_id for person in known}), turn.page
    return contact_cards.roles(roles.given(turn.session), [person.called for person in known], unnamed, page, said)


def _person(turn: Turn) -> Person:
    return access.person(turn, "Den personen finns inte kvar. Skriv **roller** för att börja om.")
