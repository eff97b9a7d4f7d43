"""Tell people who came after an announcement was sent what still concerns them: one message, a day after they came.

The kansli marks such announcements with *Gäller även nya medlemmar*. By the next day people have said which
municipality and themes they belong to, so that the audience fits them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.news import list_notices
from bot.news.list_notices import CHUNK
from bot.register import audience, target
from bot.register.target import TEAM
from bot.swedish import date_of, is_open
from bot.turn import App
from storage import groups, news, news_lists
from storage.announcements import Announcement
from storage.news import Why

SETTLES = timedelta(days=1)
"""How long after they came people are told."""
NEW_FOR = timedelta(days=14)
"""How long people are new: what comes to concern them within it is told too, if they have got no list."""


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transactions that tell newcomers, a chunk of people at a time."""
    now = clock()
    if not is_open(now):
        return
    after = [0]
    while after:
        yield partial(_tell, app=app, after=after, now=now)


def _tell(session: Session, app: App, after: list[int], now: datetime) -> int:
    """Tell the next newcomers. Empty ``after`` when there are no more."""
    came = (now - NEW_FOR, now - SETTLES)
    people = news_lists.newcomers(session, came, date_of(now), after[0], CHUNK)
    after[:] = people[-1:] if len(people) == CHUNK else []
    marked = [row for row in news.current(session, date_of(now), now) if row.evergreen and row.prepared_at]
    if not people or not marked:
        return 0
    concerned = {row.id: _concerned(app, session, row, people, now) for row in marked}
    got = news.got(session, list(concerned), people)
    messages = []
    for person in people:
        rows = [row for row in marked if person in concerned[row.id] and (row.id, person) not in got]
        if rows:
            messages.append((list_notices.post(f"newcomer:{person}", person, rows), person, rows))
    for row in marked:
        news.add(session, row.id, {person: Why.NEWCOMER for _, person, rows in messages if row in rows}, now)
    return list_notices.send(session, messages, now)


def _concerned(app: App, session: Session, row: Announcement, people: Sequence[int], now: datetime) -> Collection[int]:
    """Return those of these people whom an announcement would go to now; nobody if its audience can't be read."""
    known = target.conditions(app)
    try:
        to = target.of(row.audience, known)
        there = set(audience.person_ids(session, to.people, now, known))
    except UserError:
        return ()
    for word in to.channels:
        there |= set(people) if word.startswith(TEAM) else set(groups.followers(session, word))
    return there & set(people)
