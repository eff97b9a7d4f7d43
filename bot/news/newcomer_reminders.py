"""Tell people who came after an announcement was sent what still concerns them: one message, a day after they came.

The kansli marks such announcements with *Gäller även nya medlemmar*. By the next day people have said which
municipality and themes they belong to, so that the audience fits them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.news import list_notices
from bot.news.list_notices import CHUNK
from bot.plan import Foreseen
from bot.register import audience, target
from bot.register.target import TEAM
from bot.swedish import date_of, is_open
from bot.turn import App
from storage import announcements, groups, news, news_lists
from storage.announcements import Announcement
from storage.news import Why
from storage.outgoing import Outgoing

HOUR = timedelta(hours=1)

SETTLES = timedelta(days=1)
"""How long after they came people are told."""
NEW_FOR = timedelta(days=14)
"""How long people are new: what comes to concern them within it is told too, if they have got no list."""


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transactions that tell newcomers: one for each marked announcement, then one for each chunk."""
    now = clock()
    if not is_open(now):
        return
    marked: list[int] = []
    lacking: dict[int, list[int]] = {}
    yield partial(_look, lacking=lacking, marked=marked, now=now)
    for number in marked:
        yield partial(_compare, app=app, number=number, lacking=lacking, now=now)
    people = sorted(person for person, numbers in lacking.items() if numbers)
    for at in range(0, len(people), CHUNK):
        chunk = {person: lacking[person] for person in people[at : at + CHUNK]}
        yield partial(_tell, lacking=chunk, now=now)


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the lists to newcomers who are here now, hour by hour until ``until``."""
    told: set[int] = set()
    at = now
    while at < until:
        if is_open(at):
            fresh = set(news_lists.newcomers(session, *_came(at), date_of(at))) - told
            told |= fresh
            yield from (Foreseen(at, message) for message in _foreseen(app, session, fresh, at))
        at += HOUR


def _foreseen(app: App, session: Session, people: set[int], at: datetime) -> Iterator[Outgoing]:
    if not people:
        return
    lists: dict[int, list[Announcement]] = {}
    for row in news.current(session, date_of(at), at):
        if row.evergreen and row.prepared_at:
            for person in _concerned(app, session, row, people, at) - news.got(session, row):
                lists.setdefault(person, []).append(row)
    yield from list_notices.foreseen(f"newcomer:{date_of(at)}", lists)


def _came(now: datetime) -> tuple[datetime, datetime]:
    return now - NEW_FOR, now - SETTLES


def _look(session: Session, lacking: dict[int, list[int]], marked: list[int], now: datetime) -> int:
    """Fill in the newcomers, and the announcements that concern new members, newest first."""
    lacking.update({person: [] for person in news_lists.newcomers(session, *_came(now), date_of(now))})
    if lacking:
        rows = news.current(session, date_of(now), now)
        marked += [row.id for row in rows if row.evergreen and row.prepared_at]
    return len(lacking)


def _compare(session: Session, app: App, number: int, lacking: dict[int, list[int]], now: datetime) -> int:
    """Note the newcomers whom one announcement concerns and who have not got it."""
    row = announcements.find(session, number)
    if row is None:
        return 0
    missed = _concerned(app, session, row, lacking, now) - news.got(session, row)
    for person in missed:
        lacking[person].append(number)
    return len(missed)


def _tell(session: Session, lacking: Mapping[int, list[int]], now: datetime) -> int:
    """Send one chunk of newcomers their list. Look again whether they still lack it: replicas work at the same time."""
    people = news_lists.newcomers(session, *_came(now), date_of(now), lacking)
    rows = {row.id: row for row in news.current(session, date_of(now), now)}
    lists = {person: [rows[number] for number in lacking[person] if number in rows] for person in people}
    lists = {person: items for person, items in lists.items() if items}
    for number, row in rows.items():
        news.add(session, number, {person: Why.NEWCOMER for person, items in lists.items() if row in items}, now)
    return list_notices.send(session, f"newcomer:{date_of(now)}", lists, now)


def _concerned(app: App, session: Session, row: Announcement, people: Collection[int], now: datetime) -> set[int]:
    """Return those of these people whom an announcement would go to now; nobody if its audience can't be read."""
    known = target.conditions(app)
    try:
        to = target.of(row.audience, known)
        there = set(audience.person_ids(session, to.people, now, known))
    except UserError:
        return set()
    for word in to.channels:
        there |= set(people) if word.startswith(TEAM) else set(groups.followers(session, word))
    return there & set(people)
