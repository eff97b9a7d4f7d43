"""The rules of showing, taking away and erasing what is kept about a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.swedish import date_of
from bot.turn import UserError
from storage import audit, kansli, privacy, roles
from storage.people import Person, PersonRole
from storage.privacy import Erased, EraseHook

LAST_KANSLI = "Någon måste vara kansli. Ge rollen till en annan person först: skriv **roller**."
RESTING_KANSLI = (
    "Den enda som har kansliets roll kan inte tas bort, inte heller när rollen vilar för att personen har lämnat "
    "nätverkets team. Be den som sköter driften att skriva in någon annan i SEKOM_KANSLI. Försök sedan igen."
)
GONE = "Den personen finns inte kvar. Skriv **ta bort person** för att börja om."


def refuse_last_kansli(session: Session, settings: Settings, person: Person) -> None:
    """Raises :class:`UserError` where nobody would be the kansli any more, also for a role that rests."""
    going = privacy.same_person(session, person)
    acts = any(kansli.includes(session, one, settings.kansli) for one in going)
    rests = any(roles.has(session, one.id, PersonRole.KANSLI) for one in going)
    if (acts or rests) and not kansli.remains(session, settings.kansli, going):
        raise UserError(LAST_KANSLI if acts else RESTING_KANSLI)


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
