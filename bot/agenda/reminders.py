"""The week's card, which comes on Monday morning, or on the first working day after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot import swedish
from bot.agenda import cards, notices, week
from bot.plan import Foreseen
from bot.swedish import OPENS, STOCKHOLM, date_of
from bot.turn import App
from storage import kansli, outbox
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transaction that plans the week's card, for ``bot.jobs``."""
    now = clock()
    yield lambda session: outbox.enqueue_all(session, due(app, session, now), now)


def due(app: App, session: Session, now: datetime) -> list[Outgoing]:
    """Return the week's card for each of the kansli who has not got it. Return none while nothing waits."""
    today = date_of(now)
    if today not in week.mornings(now) or not swedish.is_open(now) or week.is_afternoon(now):
        return []
    living = notices.living(week.name(now))
    present = [person.id for person in kansli.everyone(session) if not person.away(today)]
    here = {living.key(f"person:{person_id}"): person_id for person_id in present}
    told = outbox.known(session, here)
    people = [person_id for key, person_id in here.items() if key not in told]
    waiting = week.waiting(app, session, now) if people else []
    if not waiting:
        return []
    mail = cards.by_mail(waiting)
    posts = living.post_to(people, notices.card(app, session, now, waiting=waiting))
    return [replace(post, reach=Reach.REMINDER, mail=mail, expires_at=week.ends(now)) for post in posts]


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the weeks' cards that come before ``until``, if the decisions that wait now wait then too."""
    day = date_of(now)
    while (opens := datetime.combine(day, OPENS, STOCKHOLM).astimezone(UTC)) < until:
        moment = max(now, opens)
        if day == date_of(moment):
            yield from (Foreseen(moment, post) for post in due(app, session, moment))
        day += timedelta(days=1)


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether the person is still the kansli."""
    return isinstance(row.person_id, int) and row.person_id in {person.id for person in kansli.everyone(session)}
