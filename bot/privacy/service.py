"""The rules of showing, taking away and erasing what is kept about a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.swedish import date_of
from bot.turn import UserError, is_kansli
from storage import audit, privacy, roles
from storage.people import Person, PersonRole
from storage.privacy import Erased, EraseHook

LAST_KANSLI = "Någon måste vara kansli. Ge rollen till en annan person först: skriv **roller**."
GONE = "Den personen finns inte kvar. Skriv **ta bort person** för att börja om."


def refuse_last_kansli(session: Session, settings: Settings, person: Person) -> None:
    """Raises :class:`UserError` where nobody would be the kansli any more.

    Who has left can't act, and does not count. The given roles are held, so that two who erase each other at once
    can't both succeed.
    """
    given = [row for row in roles.given(session, lock=True) if row.role == PersonRole.KANSLI]
    granted = {row.person_id for row in given if row.person.left_at is None}
    named = settings.kansli - {person.entra_id}
    if is_kansli(session, settings, person) and not (granted - {person.id} or named):
        raise UserError(LAST_KANSLI)


def erase(
    session: Session,
    settings: Settings,
    person: Person,
    *,
    by: int | None,
    now: datetime,
    hooks: Sequence[EraseHook] = (),
) -> Erased:
    """Erase a person, and write down that it was done, without whom. Raises :class:`UserError` where it can't be.

    ``by`` is a person's id, or None for an operator's command.
    """
    refuse_last_kansli(session, settings, person)
    own = by == person.id
    done = privacy.erase(session, person.id, now, date_of(now), hooks)
    if done is None:
        raise UserError(GONE)
    what = "En person har tagit bort sina egna uppgifter" if own else "Tagit bort en persons uppgifter"
    audit.record(session, None if own else by, what, f"erased:{done.reference}", now)
    session.flush()
    return done
