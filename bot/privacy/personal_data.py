"""The rules of showing, taking away and erasing what is kept about a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from bot.message import NOTHING, UserError, say
from bot.settings import Settings
from bot.swedish import date_of
from storage import audit, kansli, leavers, people, privacy, roles, turns
from storage.erasure import messages
from storage.leavers import Since
from storage.people import Person, PersonRole
from storage.privacy import Erased, EraseHook

LAST_KANSLI = "Någon måste vara kansli. Ge rollen till en annan person först: skriv **roller**."
RESTING_KANSLI = (
    "Den enda som har kansliets roll kan inte tas bort, inte heller när rollen vilar för att personen har lämnat "
    "nätverkets team. Be den som sköter driften att skriva in någon annan i SEKOM_KANSLI. Försök sedan igen."
)
LOST = "Jag tappade bort mitt svar. Skriv igen, så svarar jag."
"""To somebody whose reply had not gone when another person was erased: it may have named them."""
GONE = "Den personen finns inte kvar. Skriv **ta bort person** för att börja om."


def refuse_last_kansli(session: Session, settings: Settings, person: Person) -> None:
    """Refuse where nobody would be the kansli any more, also for a role that rests. Raises :class:`UserError`."""
    going = privacy.same_person(session, person)
    if _is_last_kansli(session, settings, going):
        acts = any(kansli.includes(session, one, settings.kansli) for one in going)
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
    """Erase a person, and write down that it was done, but not whom. Raises :class:`UserError` where it can't be.

    ``by`` is a person's id, or None for an operator's command.
    """
    refuse_last_kansli(session, settings, person)
    own = by == person.id
    done = _erase(session, settings, person, now, hooks, lasting=True)
    if done is None:
        raise UserError(GONE)
    what = "En person har tagit bort sina egna uppgifter" if own else "Tagit bort en persons uppgifter"
    return _recorded(session, done, what, None if own else by, now)


def left_long_ago(session: Session, settings: Settings, now: datetime) -> Iterator[Person]:
    """Return the people whom retention erases now, their rows held. The last of the kansli is never among them."""
    before = now - timedelta(days=settings.leaver_days)
    since = Since(before, date_of(before), settings.kansli)
    seen: set[int] = set()
    for person_id in leavers.due(session, since):
        person = people.by_id(session, person_id) if person_id not in seen else None
        if person is None:  # erased meanwhile, as the same person as another
            continue
        rows = privacy.same_person(session, person, lock=True)
        seen |= {row.id for row in rows}
        if rows and leavers.are_due(session, rows, since) and not _is_last_kansli(session, settings, rows):
            yield person


def erase_leavers(session: Session, settings: Settings, now: datetime, most: int, hooks: Sequence[EraseHook]) -> int:
    """Erase at most ``most`` people who left long ago, and return how many. A roster may bring them back as new."""
    going = list(islice(left_long_ago(session, settings, now), most))
    for person in going:
        done = _erase(session, settings, person, now, hooks, lasting=False)
        if done is not None:
            _recorded(session, done, "Gallrat en person som har lämnat", None, now)
    return len(going)


def _erase(
    session: Session, settings: Settings, person: Person, now: datetime, hooks: Sequence[EraseHook], *, lasting: bool
) -> Erased | None:
    spared = [settings.contact.casefold()]
    done = privacy.erase(session, person.id, now, date_of(now), hooks, lasting=lasting, spared=spared)
    turns.blank(session, sent=NOTHING.to_json(), unsent=say(LOST).to_json())
    messages.forget_replies(session, LOST, now)
    return done


def _recorded(session: Session, done: Erased, what: str, by: int | None, now: datetime) -> Erased:
    audit.record(session, by, what, f"erased:{done.reference}", now)
    session.flush()
    return done


def _is_last_kansli(session: Session, settings: Settings, going: Sequence[Person]) -> bool:
    """Whether these are one person who has the kansli's role, also resting, and nobody else has it."""
    acts = any(kansli.includes(session, one, settings.kansli) for one in going)
    rests = any(roles.has(session, one.id, PersonRole.KANSLI) for one in going)
    return (acts or rests) and not kansli.remains(session, settings.kansli, going)
