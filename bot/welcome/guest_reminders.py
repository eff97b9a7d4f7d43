"""Mails to guests who have not accepted the invitation: two at most, and none once they have accepted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.delivery.ladder import Ladder, Rung
from bot.plan import Foreseen
from bot.welcome import welcome_mails
from storage import guests, outbox
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToMail

SUBJECT = "invited"
LADDER = Ladder((Rung(3), Rung(14)), stamp="%Y-%m-%d")
"""Days after the invitation. A new invitation has a new date, and so new mails."""
OLD = timedelta(days=180)
"""An invitation that is older may be forgotten for good reasons. The kansli sees it, and no mail goes."""


def plan(session: Session, now: datetime) -> int:
    """Enqueue the mails that are due by now. Return how many are new."""
    return outbox.enqueue_all(session, due(session, now), now)


def ahead(session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the mails that will be due before ``until`` if nobody accepts."""
    moments = {rung.moment(guest.since) for guest, _ in guests.pending(session) for rung in LADDER.rungs}
    for at in sorted({now, *moments}):
        if now <= at < until:
            yield from (Foreseen(at, mail) for mail in due(session, at))


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the mails that are due by now."""
    mails = []
    for guest, person in guests.pending(session):
        step = LADDER.due(guest.since, now)
        if step is None or not person.mail or guest.since < now - OLD:
            continue
        last = step.rung == LADDER.rungs[-1]
        mails.append(
            Outgoing(
                key=step.key(SUBJECT, person.id),
                subject=SUBJECT,
                to=ToMail(person.id),
                text=welcome_mails.INVITED,
                not_before=step.not_before,
                expires_at=step.until,
                reach=Reach.ANNOUNCEMENT,
                mail=welcome_mails.invited(last=last),
            )
        )
    return mails


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether a guest has still not accepted."""
    return row.person_id is not None and guests.is_pending(session, row.person_id)
