"""The weekly digest: one message per person and week, with what has waited and is still valid, if there is something.

It comes on the week's first working day at nine, or as soon as the bot is up after that. It holds what waited at that
moment, so that nobody gets a second one in the same week, however late it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.news import list_notices
from bot.news.list_notices import CHUNK
from bot.register.subscriptions import digest_time
from bot.swedish import date_of, is_open
from storage import news_lists


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
    year, week, _ = today.isocalendar()
    return list_notices.send(session, f"digest:{year}-W{week:02}", lists, now)
