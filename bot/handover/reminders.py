"""The job that finds new holders of seats, and hands over to each what the person before left.

An hour passes between the two, so that the kansli can undo a change before anybody hears of it. Nothing is handed over
in quiet times, unless an event that the person before has a place at would begin before they end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.handover import dossier, moves, notices, succession
from bot.plan import Foreseen
from bot.register.change import Change
from bot.schedule import seats
from bot.swedish import next_day_time, next_open
from bot.turn import App
from storage import contacts, handovers, municipalities, outbox
from storage.contacts import Contact
from storage.handovers import Handover, HandoverState

SETTLES = timedelta(hours=1)
"""How long a seat must have had its new holder: time for the kansli to see and undo a mistake."""


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transaction that finds new holders, and one for each handover whose time has come."""
    due: list[int] = []
    yield partial(_find, due=due, now=clock())
    for contact_id in due:
        yield partial(_hand_over, app=app, contact_id=contact_id, clock=clock)


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the dossiers and thanks of the handovers that are found, with what would stand in them now.

    The places at events are not in the thanks yet: they are known when they move.
    """
    for row, contact in handovers.waiting(session):
        at, previous = _moment(session, row, now), contacts.find(session, row.before_id)
        if at >= until or not _is_there(contact) or previous is None:
            continue
        yield from (Foreseen(at, each) for each in notices.to_previous(session, contact, previous, moves.NOTHING))
        if not _is_back(session, contact):
            yield Foreseen(at, notices.dossier(contact, dossier.gather(session, contact, now), app.settings.contact))


def _find(session: Session, due: list[int], now: datetime) -> int:
    """Drop the handovers of seats that are held no more, store the new ones, and note which are due."""
    for row, contact in handovers.waiting(session):
        if contact.until is not None or contact.person is None:
            row.state, row.done_at = HandoverState.DROPPED, now
    session.flush()
    new = 0
    for contact in handovers.unseen(session):
        new += _store(session, contact, now)
    due += [
        contact.id
        for row, contact in handovers.waiting(session)
        if _is_there(contact) and _moment(session, row, now) <= now
    ]
    return new


def _store(session: Session, contact: Contact, now: datetime) -> bool:
    if contact.until is not None:
        return handovers.add(session, contact.id, None, HandoverState.DROPPED, now)
    previous = succession.before(contact, handovers.of_seat(session, contact.municipality_code, contact.seat))
    if previous is None:
        return handovers.add(session, contact.id, None, HandoverState.NOBODY, now)
    return handovers.add(session, contact.id, previous.id, HandoverState.FOUND, now)


def _moment(session: Session, row: Handover, now: datetime) -> datetime:
    """Return when a handover is carried out, ``now`` at the earliest."""
    at = max(now, row.found_at + SETTLES)
    opens = next_open(at)
    previous = contacts.find(session, row.before_id)
    if opens == at or previous is None or previous.person_id is None:
        return opens
    ahead = handovers.seats_ahead(session, previous.person_id, seats.IN_TOUCH, at)
    begins = ahead[0].starts_at if ahead else None
    if begins is None or begins >= opens:
        return opens
    by_day = next_day_time(at)
    return by_day if by_day < begins else at


def _is_there(contact: Contact) -> bool:
    """Return whether there is somebody to hand over to. A person who has left may come back."""
    return contact.until is None and contact.person is not None and contact.person.left_at is None


def _is_back(session: Session, contact: Contact) -> bool:
    return succession.is_back(contact, handovers.of_seat(session, contact.municipality_code, contact.seat))


def _hand_over(session: Session, app: App, contact_id: int, clock: Callable[[], datetime]) -> int:
    """Move what moves, and tell both. Look again whether it is still to be done: replicas work at the same time."""
    now, found = clock(), contacts.find(session, contact_id)
    if found is None:
        return 0
    municipalities.lock(session, found.municipality_code)  # as everybody does who changes a seat
    session.refresh(found)
    row = handovers.lock(session, contact_id)
    if row is None or row.state != HandoverState.FOUND or not _is_there(found):
        return 0
    previous = contacts.find(session, row.before_id)
    row.state, row.done_at = HandoverState.DONE, now
    if previous is None:
        return 0
    change = Change(session, None, now)
    moved = moves.move(change, found, previous)
    rows = list(notices.to_previous(session, found, previous, moved))
    if moved.events or not _is_back(session, found):  # who has places again must know
        shown = dossier.gather(session, found, now, moved=moved)
        rows.append(notices.dossier(found, shown, app.settings.contact))
    return outbox.enqueue_all(session, rows, now)
