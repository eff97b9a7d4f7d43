"""The weekly digest: one message per person and week, with what has waited and is still valid, if there is something.

It comes on the week's first working day at nine, or as soon as the bot is up after that. It holds what waited at that
moment, so that nobody gets a second one in the same week, however late it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.news import list_notices
from bot.news.list_notices import CHUNK
from bot.plan import Foreseen
from bot.register.subscriptions import digest_time, next_digest
from bot.swedish import date_of, is_open
from bot.turn import App
from storage import news_lists

EVERYBODY = 100_000
"""More people than any network has."""


def run(clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transactions that send this week's digests, a chunk of people at a time."""
    now = clock()
    begins = digest_time(date_of(now))
    if begins is None or now < begins or not is_open(now):
        return
    after = [0]
    while after:
        yield partial(_send, after=after, begins=begins, now=now)


def _send(session: Session, after: list[int], begins: datetime, now: datetime) -> int:
    """Send the digest to the next people. Empty ``after`` when there are no more."""
    today = date_of(now)
    people = news_lists.waiting(session, begins, today, after[0], CHUNK)
    lists = news_lists.to_list(session, people, begins, today)
    after[:] = people[-1:] if len(people) == CHUNK else []
    return list_notices.send(session, _subject(today), lists, now)


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the next digests that come before ``until``, with what waits now."""
    del app
    begins = digest_time(date_of(now))
    if begins is None or now < begins or not is_open(now):
        begins = begins if begins is not None and now < begins else next_digest(now)
    at = max(now, begins)
    if at >= until:
        return
    people = news_lists.waiting(session, begins, date_of(at), 0, EVERYBODY, lock=False)
    lists = news_lists.to_list(session, people, begins, date_of(at))
    yield from (Foreseen(at, message) for message in list_notices.foreseen(_subject(date_of(at)), lists))


def _subject(today: date) -> str:
    year, week, _ = today.isocalendar()
    return f"digest:{year}-W{week:02}"
