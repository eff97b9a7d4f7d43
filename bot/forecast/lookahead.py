"""Foresee what the features are going to plan, with the code that plans it.

The state and the time decide which messages are due. So each feature is asked at moments to come, and a message is
foreseen at the first minute at which it is due. The moments are those at which a rung of a ladder is reached, which
are exact, and two fixed ones each day. A message that appears between two moments is searched for, to the minute.

Not foreseen: what follows from what people do, and what is due for less than the time between two moments without
being on a ladder.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.delivery.ladder import watching
from bot.plan import Due, Foreseen, Planned
from bot.swedish import STOCKHOLM, date_of
from bot.turn import App
from storage import outbox
from storage.copies import Copies
from storage.outgoing import Outgoing

HOURS = (9, 15)
"""When the features are asked each day: once in the morning and once in the afternoon of a working day."""
MINUTE = timedelta(minutes=1)
"""How often the clock plans, so how exact a moment can be."""


def foresee(app: App, session: Session, now: datetime, until: datetime) -> list[Foreseen]:
    """Return what is going to be planned from ``now`` until before ``until``, and has no row in the outbox yet."""
    found: dict[str, Foreseen] = {}
    told: set[str] = set()
    session.info[outbox.FORESEEN] = told  # what is foreseen is not asked for again, as if it was planned
    try:
        for due in app.plan.due:
            for message in _Search(due, session, now, until, told).found():
                found.setdefault(message.outgoing.key, message)
        for ahead in app.plan.ahead:
            for message in ahead(app, session, now, until):
                found.setdefault(message.outgoing.key, message)
                told.add(message.outgoing.key)
    finally:
        del session.info[outbox.FORESEEN]
    known = outbox.known(session, found)
    return [message for key, message in found.items() if key not in known]


class _Search:
    """The search for one feature's messages."""

    def __init__(self, due: Due, session: Session, now: datetime, until: datetime, told: set[str]) -> None:
        self._told = told
        self._due, self._session, self._now, self._until = due, session, now, until
        self._first: dict[str, Foreseen] = {}

    def found(self) -> Iterator[Foreseen]:
        """Return each message with the first minute at which it is due."""
        moments = [self._now, *_fixed(self._now, self._until)]
        heapq.heapify(moments)
        queued, before = set(moments), self._now
        while moments:
            at = heapq.heappop(moments)
            with watching() as rungs:
                there = self._asked(at)
            for rung in rungs:
                if at < rung < self._until and rung not in queued:
                    queued.add(rung)
                    heapq.heappush(moments, rung)
            fresh = {key: outgoing for key, outgoing in there.items() if key not in self._first}
            if fresh:
                self._narrow(before, at, fresh)
                self._told.update(fresh)
            before = at
        return iter(self._first.values())

    def _asked(self, at: datetime) -> dict[str, Outgoing]:
        return {outgoing.key: outgoing for planned in self._due(self._session, at) for outgoing in _each(planned)}

    def _narrow(self, before: datetime, at: datetime, fresh: dict[str, Outgoing], *, last: bool = True) -> None:
        """Note the first minutes of messages that are due ``at``, and were not ``before``.

        ``last``: try the last minute first, because a rung is due at its moment.
        """
        if at - before <= MINUTE or not fresh:
            self._first |= {key: Foreseen(at, outgoing) for key, outgoing in fresh.items()}
            return
        middle = at - MINUTE if last else at - max(1, (at - before) // MINUTE // 2) * MINUTE
        there = self._asked(middle)
        later = {key: outgoing for key, outgoing in fresh.items() if key not in there}
        self._narrow(middle, at, later, last=False)
        self._narrow(before, middle, {key: there[key] for key in fresh if key in there}, last=False)


def _each(planned: Planned) -> Iterable[Outgoing]:
    return planned.each() if isinstance(planned, Copies) else (planned,)


def _fixed(now: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the fixed moments between ``now`` and ``until``."""
    day = date_of(now)
    while day <= date_of(until):
        for hour in HOURS:
            moment = datetime.combine(day, time(hour), STOCKHOLM).astimezone(UTC)
            if now < moment < until:
                yield moment
        day += timedelta(days=1)
