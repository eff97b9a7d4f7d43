"""Store what a roster says about people: activities have no mail or guest state, and some people never wrote."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.plain_text import clean_line
from bot.ports import Listed
from bot.register import checks, seats
from bot.register.change import Change
from bot.tenant import DirectoryMember
from storage import absorption, people, rosters
from storage.erasure import hashes
from storage.people import Person
from storage.rosters import Readable

LONGEST_TEAMS_ID, LONGEST_ENTRA_ID = 200, 64
"""The most characters that the database stores; a longer id is not a real one."""


def merged(listed: Sequence[Listed], added: Sequence[DirectoryMember]) -> list[Listed]:
    """Return the Connector's members, corrected by Graph, and the people that only Graph has."""
    from_graph = {member.entra_id.casefold(): member for member in added}
    members = []
    for member in listed:
        more = from_graph.pop(member.entra_id.casefold(), None) if member.entra_id else None
        members.append(
            member
            if more is None
            else replace(member, name=member.name or more.name, mail=more.mail or member.mail, guest=more.guest)
        )
    members += [
        Listed(None, member.entra_id, member.name or None, member.mail, member.guest, member.tenant_id)
        for member in from_graph.values()
    ]
    return members


def keep(
    session: Session, place: Readable, members: Sequence[Listed], now: datetime, tenants: Collection[str] = ()
) -> int:
    """Store what a roster says about people. Return how many it was. ``now`` is when the reading began."""
    rosters.begin(session, place.id)
    persons = [_known(session, place, member, now, tenants) for member in members]
    for person in persons:
        if person is not None:
            rosters.see(session, place.id, person, now)
    return len([person for person in persons if person is not None])


def _known(session: Session, place: Readable, member: Listed, now: datetime, tenants: Collection[str]) -> Person | None:
    """Return the person, new or known; None for erased people and for other tenants' people in a shared channel.

    The latter have no account here and can't get messages, so nothing is stored about them.
    """
    entra_id = member.entra_id.casefold() if member.entra_id else None
    name = clean_line(member.name or "")
    mail = address(member.mail)
    if not _real(member.teams_id, LONGEST_TEAMS_ID) or not _real(entra_id, LONGEST_ENTRA_ID):
        return None
    # member.mail too: an erased person may have an address that no mail reaches
    if hashes.is_erased(session, member.teams_id, entra_id, mail, member.mail):
        return None  # until they write to the bot themselves
    outside = place.channel and member.tenant_id is not None and tenants and member.tenant_id.casefold() not in tenants
    if outside and not people.is_known(session, member.teams_id, entra_id):
        return None
    if member.teams_id:
        person = people.meet(session, member.teams_id, entra_id, name, now, active=False)
    elif entra_id:
        person = people.meet_in_directory(session, entra_id, name, now)
    else:
        return None
    session.flush()
    if mail is not None and mail != person.mail:
        _recognise(Change(session, None, now), person, mail)
        person.mail = mail
    if member.guest is not None and member.guest != person.guest:
        person.guest = member.guest
    return person


def _real(identity: str | None, longest: int) -> bool:
    return identity is None or (len(identity) <= longest and identity.isprintable())


def _recognise(change: Change, person: Person, mail: str) -> None:
    """Merge a person from the kansli's list with the same person as the bot now knows them.

    The listed person's seats move too, so the audit log records it. People who share an address under different names
    stay two rows; the log records that too.
    """
    others = [other for other in people.with_mail(change.session, mail) if other.id != person.id]
    listed = [other for other in others if other.teams_id is None and other.entra_id in (None, person.entra_id)]
    same = next((other for other in listed if seats.is_called(other, person.name)), None)
    if same is not None:
        absorption.absorb(change.session, person, same)
        change.record("Känd från medlemslistan: samma mejladress och namn", f"person:{person.id}", person.id)
    elif others:
        change.record("Samma mejladress som en annan person: inte sammanslagna", f"person:{person.id}", person.id)


def address(mail: str | None) -> str | None:
    """Return a roster's mail as an address; None for a guest's sign-in name, which gets no mail."""
    try:
        return checks.checked_mail(mail or "")
    except UserError:
        return None
