"""The rules for giving and taking the roles of kansli and board."""

from __future__ import annotations

from bot.message import UserError
from bot.register import words
from bot.register.change import Change
from bot.turn import Turn
from storage import roles
from storage.people import GRANTED, Person, PersonRole


def checked_role(value: object) -> PersonRole:
    """Return the role. Raise :class:`UserError` if it is not in :data:`GRANTED`."""
    if value not in GRANTED:
        raise UserError("Välj kansli eller styrelse.")
    return PersonRole(str(value))


def give(change: Change, person: Person, role: PersonRole) -> str:
    """Give a role. Return a sentence about it. Raise :class:`UserError` for kansli people the bot has not met."""
    if role is PersonRole.KANSLI and person.teams_id is None:
        raise UserError(
            f"{person.called} har inte skrivit till mig än, så jag vet inte säkert vem det är. "
            "Be personen skriva hej till mig först."
        )
    if not roles.give(change.session, person.id, role, change.by, change.now):
        return f"{person.called} har redan rollen {words.role(role)}."
    change.record(f"Gett rollen {words.role(role)}", f"person:{person.id}", person.id)
    return f"{person.called} har nu rollen {words.role(role)}."


def take(turn: Turn, person: Person, role: PersonRole) -> str:
    """Take a role away. Return a sentence about it. Raise :class:`UserError` if that is not allowed.

    You cannot take the kansli's role from yourself, and only the kansli may take it from others. The rows are locked
    until the transaction ends. So if two people take the role from each other, only one succeeds.
    """
    change = Change.of(turn)
    if role is PersonRole.KANSLI:
        roles.given(turn.session, lock=True)
        if person.id == turn.person.id:
            raise UserError("Du kan inte ta bort kansliets roll från dig själv. Be en kollega på kansliet.")
        if not turn.kansli:
            raise UserError("Du har inte längre kansliets roll.")
    if not roles.take(change.session, person.id, role):
        return f"{person.called} hade inte rollen {words.role(role)}."
    change.record(f"Tagit bort rollen {words.role(role)}", f"person:{person.id}", person.id)
    return f"{person.called} har inte längre rollen {words.role(role)}."
