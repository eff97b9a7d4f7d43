"""Mirror the rosters of teams and theme channels, each night and on change, to know who has left.

Nothing here waits for the network inside a transaction. One replica reads at a time: it holds a lease, and checks it in
each of its transactions. A reading that is repeated, cut off or late gives the same rows.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from bot import tenant
from bot.ports import Failed, Listed, TeamDirectory, TryLater, Uncertain, Unreachable
from bot.register.rosters import keep, merged
from bot.swedish import STOCKHOLM
from bot.turn import App
from storage import leases, rosters
from storage.rosters import Readable

T = TypeVar("T")

EVERY = timedelta(minutes=1)
"""How often to look for rosters to read: each one every night, and a changed one soon after the change."""
NIGHT = 3
"""The hour in Stockholm from which every roster is read again."""
CHUNK = 15
"""How many members to store in one transaction: at most about 50 ms, so that turns get in between."""
LEASE = "rosters"
LEASED = timedelta(minutes=10)
"""Longer than it takes to read one roster, with all possible waits."""
AGAIN = timedelta(minutes=10)
"""The wait after a roster could not be read; longer if Teams or Graph asks for it."""
REFUSED_FOR = timedelta(hours=6)
"""The wait after Teams and Graph did not let the bot read a roster."""

logger = logging.getLogger(__name__)


class _LeaseLostError(Exception):
    """Another replica has the lease now."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading one roster."""

    members: Sequence[Listed]
    wait: timedelta | None
    """None if all of it was read, else when to try again. Then nobody counts as gone for not being in ``members``."""


class Mirror:
    """Read the rosters that are due, each time :meth:`run` is called."""

    def __init__(
        self, app: App, clock: Callable[[], datetime], teams: TeamDirectory, graph: tenant.Directory | None = None
    ) -> None:
        """``graph`` is None if Graph is not set up. Then the Connector's answers have to do."""
        self._app = app
        self._clock = clock
        self._teams = teams
        self._graph = graph
        self._holder = secrets.token_hex(8)
        self._running = asyncio.Lock()

    async def run(self) -> int:
        """Read every roster that is due. Return how many members were stored. Log and skip an unreadable roster."""
        if self._running.locked():
            return 0
        async with self._running:
            stored = 0
            try:
                for place in await self._alone(self._due):
                    stored += await self._mirror(place)
                await self._alone(partial(leases.release, name=LEASE, holder=self._holder))
            except _LeaseLostError:
                pass
            return stored

    def _due(self, session: Session) -> list[Readable]:
        now = self._clock()
        return rosters.due(session, now, night(now))

    async def _mirror(self, place: Readable) -> int:
        began = self._clock()
        reading = await self._read(place)
        step = partial(self._alone, since=began)
        stored = 0
        for start in range(0, len(reading.members), CHUNK):
            chunk = reading.members[start : start + CHUNK]
            tenants = self._app.settings.allowed_tenants
            stored += await step(partial(keep, place=place, members=chunk, now=began, tenants=tenants))
        if reading.wait is not None:
            until = self._clock() + reading.wait
            await step(partial(rosters.postpone, roster_id=place.id, until=until))
            return stored
        if await step(partial(rosters.believe, roster_id=place.id, read_at=began)):
            while await step(partial(rosters.drop, roster_id=place.id, read_at=began, most=CHUNK)) == CHUNK:
                pass
        else:
            logger.warning("a roster has lost most of its members; not believed yet", extra={"roster": place.id})
        await step(partial(rosters.done, roster_id=place.id, read_at=began))
        return stored

    async def _read(self, place: Readable) -> Reading:
        """Return the Connector's members with Graph's additions. If one of the two doesn't know us, use the other."""
        listed: Sequence[Listed] = ()
        added: Sequence[tenant.DirectoryMember] = ()
        waits: list[timedelta] = []
        try:
            listed = await self._teams.members(place.service_url, place.id)
        except (Unreachable, TryLater) as problem:
            waits += _told(place, "Connector", problem)
        if self._graph is not None:
            try:
                added = await self._from_graph(self._graph, place)
            except (Unreachable, TryLater, Uncertain, Failed) as problem:
                waits += _told(place, "Graph", problem)
        members = merged(listed, added)
        if not members and not waits:  # no team is empty
            waits = [REFUSED_FOR]
        return Reading(members, max(waits, default=None))

    async def _from_graph(self, graph: tenant.Directory, place: Readable) -> Sequence[tenant.DirectoryMember]:
        group = await self._teams.group(place.service_url, place.team_id)
        if place.channel:
            return await graph.all_channel_members(group, place.id)
        return await graph.team_members(group)

    async def _alone(self, work: Callable[[Session], T], since: datetime | None = None) -> T:
        """Play ``work`` in its own transaction. Raise :class:`_LeaseLostError` if the lease is not ours in it.

        Data read ``since`` a time longer ago than a lease may be older than data that another replica has stored.
        """

        def leased(session: Session) -> T:
            now = self._clock()
            if since is not None and now - since >= LEASED:
                raise _LeaseLostError
            if not leases.hold(session, LEASE, self._holder, now, LEASED):
                raise _LeaseLostError
            return work(session)

        return await self._app.database.run(partial(self._app.database.play, leased))


def night(now: datetime) -> datetime:
    """Return when the latest night's :data:`NIGHT` was."""
    local = now.astimezone(STOCKHOLM)
    latest = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return latest if latest <= local else latest - timedelta(days=1)


def _told(place: Readable, by: str, problem: Unreachable | TryLater | Uncertain | Failed) -> list[timedelta]:
    """Log that a roster could not be read. Return how long to wait. Until then nobody on it counts as gone."""
    logger.warning("a roster could not be read", extra={"roster": place.id, "by": by, "reason": str(problem)})
    match problem:
        case Unreachable():  # then the other of the two has to do
            return []
        case TryLater(after=float() | int() as after):
            return [max(AGAIN, timedelta(seconds=after))]
        case _:
            return [AGAIN]
