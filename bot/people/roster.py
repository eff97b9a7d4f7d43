"""Mirrors the teams' rosters: mail addresses and guest state are in no activity, so a job reads them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.people import service
from bot.ports import Directory, Listed, TryLater, Unreachable
from bot.turn import App, UserError
from storage import erased, people
from storage.people import Person

CHUNK = 20
"""Members kept in one transaction, at most about 50 ms, so that turns get in between."""

logger = logging.getLogger(__name__)


async def read_rosters(app: App, directory: Directory, clock: Callable[[], datetime]) -> int:
    """Read every team that the bot is in; how many members were kept. A team that can't be read is logged and left."""
    kept = 0
    teams = await app.database.run(lambda: app.database.play(people.teams))
    for team_id, service_url in teams:
        try:
            members = await directory.members(service_url, team_id)
        except (Unreachable, TryLater) as problem:
            logger.warning("a roster could not be read", extra={"reason": str(problem)})
            continue
        for start in range(0, len(members), CHUNK):
            work = partial(keep, members=members[start : start + CHUNK], now=clock())
            kept += await app.database.run(partial(app.database.play, work))
    return kept


def keep(session: Session, members: Sequence[Listed], now: datetime) -> int:
    """Bring people up to date with what a roster says of them; how many."""
    known = [member for member in members if member.teams_id]
    for member in known:
        _keep(session, member, now)
    return len(known)


def _keep(session: Session, member: Listed, now: datetime) -> None:
    entra_id = member.entra_id.casefold() if member.entra_id else None
    if erased.is_erased(session, member.teams_id, entra_id, address(member.mail)):
        return  # until they write to the bot themselves
    person = people.meet(session, member.teams_id or "", entra_id, member.name or "", now, active=False)
    session.flush()
    mail = address(member.mail)
    if mail is not None and mail != person.mail:
        _recognise(session, person, mail)
        person.mail = mail
    if member.guest is not None and member.guest != person.guest:
        person.guest = member.guest


def _recognise(session: Session, person: Person, mail: str) -> None:
    """Somebody from the kansli's list whom the bot now knows: two rows become one."""
    listed = people.by_mail(session, [mail]).get(mail)
    if listed is not None and listed.id != person.id and listed.teams_id is None:
        people.absorb(session, person, listed)


def address(mail: str | None) -> str | None:
    """A roster's mail as an address, or None for what is none (a guest's sign-in name)."""
    try:
        return service.checked_mail(mail or "")
    except UserError:
        return None
