"""Read Teams webinars through Graph: the organisers' plans become drafts, and the reports say who came.

Nothing here waits for the network inside a transaction. One replica reads at a time: it holds a lease, and checks it in
each of its transactions. What Graph refuses or delays is read again an hour later. Reading twice changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from bot import tenant
from bot.message import UserError
from bot.ports import Failed, TryLater, Uncertain, Unreachable
from bot.register.change import Change
from bot.schedule import life
from bot.schedule.plans import LONGEST_TITLE, EventPlan
from bot.schedule.times import Span
from bot.tenant import Attendance, Webinar
from bot.turn import App
from storage import events, leases, participations, people
from storage.events import WEBINAR, EventKind, EventState
from storage.participations import ParticipationSource

T = TypeVar("T")

EVERY = timedelta(hours=1)
REPORT_WITHIN = timedelta(days=7)
"""How long after a webinar its report is read each hour: Teams makes it late, and adds sessions to it."""
LEASE = "webinars"
LEASED = timedelta(minutes=10)
"""Longer than it takes to read one organiser or report, with all possible waits."""
READ = ("published", "canceled")
"""The states of a webinar that its organiser has finished planning. A draft in Teams is not read."""

logger = logging.getLogger(__name__)


class _LeaseGoneError(Exception):
    """Another replica has the lease now."""


class WebinarReader:
    """Read the webinars and reports that are due, each time :meth:`run` is called."""

    def __init__(self, app: App, clock: Callable[[], datetime], webinars: tenant.Webinars | None) -> None:
        """``webinars`` is None if Graph is not set up. Then nothing is read."""
        self._app = app
        self._clock = clock
        self._webinars = webinars
        self._holder = secrets.token_hex(8)
        self._running = asyncio.Lock()

    async def run(self) -> int:
        """Read everything that is due. Return how many rows changed. Log and skip what Graph does not give."""
        if self._webinars is None or self._running.locked():
            return 0
        async with self._running:
            changed = 0
            try:
                for organiser in sorted(self._app.settings.webinar_organisers):
                    await self._alone(lambda _: None)
                    webinars = await self._asked(self._webinars.organised_by(organiser), organiser)
                    for webinar in webinars:
                        changed += await self._alone(partial(keep, webinar=webinar, now=self._clock()))
                for event_id, webinar_id in await self._alone(self._reports):
                    report = await self._asked(self._webinars.attendance(webinar_id), webinar_id)
                    if report:
                        changed += await self._alone(
                            partial(count, event_id=event_id, report=report, now=self._clock())
                        )
                await self._alone(partial(leases.release, name=LEASE, holder=self._holder))
            except _LeaseGoneError:
                pass
            return changed

    def _reports(self, session: Session) -> list[tuple[int, str]]:
        now = self._clock()
        rows = events.from_webinars(session, now - REPORT_WITHIN, now)
        return [(row.id, str(row.source).removeprefix(WEBINAR)) for row in rows]

    async def _asked(self, answer: Awaitable[Sequence[T]], about: str) -> Sequence[T]:
        """Return what Graph answers; nothing if it does not answer now. Then the next hour asks again."""
        try:
            return await answer
        except (Unreachable, TryLater, Uncertain, Failed) as problem:
            logger.warning("webinars could not be read", extra={"about": about, "reason": str(problem)})
            return ()

    async def _alone(self, work: Callable[[Session], T]) -> T:
        """Play ``work`` in its own transaction. Raise :class:`_LeaseGoneError` if the lease is not ours in it."""

        def leased(session: Session) -> T:
            if not leases.hold(session, LEASE, self._holder, self._clock(), LEASED):
                raise _LeaseGoneError
            return work(session)

        return await self._app.database.run(partial(self._app.database.play, leased))


def keep(session: Session, webinar: Webinar, now: datetime) -> bool:
    """Make a webinar to come a draft, or bring its draft up to date. Return whether anything changed.

    An open event is the kansli's, so only the state in Teams is noted on it.
    """
    if webinar.status not in READ or not webinar.title.strip():
        return False
    source = f"{WEBINAR}{webinar.id}"
    event = events.by_source(session, source)
    change = Change(session, None, now)
    try:
        if event is None:
            if not _new(session, webinar, source, now):
                return False
            event = life.create(change, _plan(EventPlan(EventKind.WEBINAR, ""), webinar))
            event.source, event.source_status = source, webinar.status
            return True
        before = event.version, event.source_status
        event.source_status = webinar.status
        if event.state == EventState.DRAFT:
            life.save(change, event, _plan(EventPlan.of(event), webinar))
    except UserError as refusal:
        logger.warning("a webinar can't be an event", extra={"about": webinar.id, "reason": str(refusal)})
        return False
    return (event.version, event.source_status) != before


def count(session: Session, event_id: int, report: Sequence[Attendance], now: datetime) -> int:
    """Store who came to an event. Return for how many people that is new. People whom nobody knows are counted."""
    event = events.lock(session, event_id)
    if event is None or event.state != EventState.OPEN:
        return 0
    mails = sorted({came.mail for came in report if came.mail})
    by_mail = people.with_mails(session, mails)
    known = {mail: matches[0].id for mail, matches in by_mail.items() if len(matches) == 1}
    if not participations.listed(session, event_id):  # else the kansli's number stands
        event.others_came = max(event.others_came, sum(came.mail not in known for came in report))
    return participations.note(session, event_id, list(known.values()), ParticipationSource.GRAPH, now)


def _new(session: Session, webinar: Webinar, source: str, now: datetime) -> bool:
    """Return whether a webinar is to become a draft: it is still to come, and nobody threw its draft away."""
    if webinar.status != READ[0] or webinar.starts is None or webinar.ends is None or webinar.starts <= now:
        return False
    return not events.discarded(session, source)


def _plan(before: EventPlan, webinar: Webinar) -> EventPlan:
    title = " ".join(webinar.title.split())[:LONGEST_TITLE]
    when = Span(webinar.starts, webinar.ends) if webinar.starts and webinar.ends else before.when
    return replace(before, title=title, when=when)
