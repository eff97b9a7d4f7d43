"""Teams as the outbox sees it: messages that the bot starts itself end up in the histories of people and channels.

The product's own courier claims and settles the rows. Only the last step, Teams itself, is replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from bot import jobs
from bot.delivery.courier import Courier
from bot.delivery.tenant_routes import TenantRoutes
from bot.message import Json, Message
from bot.ports import DeliveryWay, Posted, Reason, Route, Unreachable
from bot.turn import App
from storage import copies
from storage.copies import Copies
from storage.database import Utc
from storage.outbox import Delivery, State
from storage.outgoing import Reach, ToPerson

_ids = count(1)


@dataclass
class Shown:
    """A message as Teams keeps it: what everyone sees, and what single people see instead."""

    id: str
    message: Message
    views: dict[str, Json] = field(default_factory=dict)
    only: str = ""
    """The Teams id of the only person who sees it; empty if everybody does."""

    def card_for(self, teams_id: str) -> Json | None:
        if self.only not in ("", teams_id):
            return None
        return self.views.get(teams_id, self.message.card)


History = dict[str, list[Shown]]
"""What stands in each conversation, oldest first."""


def copied(history: History) -> History:
    """Return the same messages, which then change by themselves. Their cards are replaced and never changed."""
    return {place: [replace(one, views={**one.views}) for one in shown] for place, shown in history.items()}


@dataclass
class Teams:
    """A :class:`bot.ports.Messenger` on the tests' histories. It can't write to whom or what is ``blocked``."""

    history: History
    blocked: Collection[str] = ()

    async def open_chat(self, route: Route) -> str:
        assert route.member
        self._refuse(f"a:{route.member.id.removeprefix('29:')}")
        return f"a:{route.member.id.removeprefix('29:')}"

    async def send(self, route: Route, message: Message) -> Posted:
        self._refuse(route.conversation_id)
        if route.way is DeliveryWay.MENTION and route.member:
            message = Message(f"@{route.member.name} {message.text}", message.card)
        sent = Shown(f"o{next(_ids)}", message)
        self.history.setdefault(route.conversation_id, []).append(sent)
        thread = sent.id if route.way is DeliveryWay.CHANNEL else route.thread_id
        return Posted(route.conversation_id, thread, sent.id)

    async def update(self, route: Route, message: Message) -> Posted:
        found = next(one for one in self.history[route.conversation_id] if one.id == route.activity_id)
        found.message, found.views = message, {}
        return Posted(route.conversation_id, route.thread_id, route.activity_id)

    async def delete(self, route: Route) -> Posted:
        self.history[route.conversation_id] = [
            one for one in self.history[route.conversation_id] if one.id != route.activity_id
        ]
        return Posted(route.conversation_id, route.thread_id, route.activity_id)

    def _refuse(self, conversation: str) -> None:
        if conversation.startswith("a:") and f"29:{conversation[2:]}" in self.blocked:
            raise Unreachable(Reason.BLOCKED)
        if conversation in self.blocked:
            raise Unreachable(Reason.NOT_IN_ROSTER)


def deliver(app: App, teams: Teams, now: datetime, elsewhere: TenantRoutes | None = None) -> None:
    """Send everything that is due. Each round has a courier of its own, because the tests' clock stands still."""
    left = app.database.look(lambda session: _due(session, now))

    async def rounds(left: int) -> None:
        before = 0
        while left and left != before:  # a round may only end what has expired
            rules = {"still_wanted": jobs.STILL_WANTED, "elsewhere": elsewhere}
            courier = Courier(app.database, teams, lambda: now, **rules)  # type: ignore[arg-type]
            await courier.deliver()
            await courier.drain()
            left, before = app.database.look(lambda session: _due(session, now)), left

    if left:
        asyncio.run(rounds(left))


def plan(app: App, now: datetime) -> tuple[int, bool]:
    """Enqueue whatever any feature has due, as the clock's ticks do; how many rows were new, and whether any is due."""

    def work(session: Session) -> tuple[int, bool]:
        found = [outgoing for due in jobs.DUE for outgoing in due(session, now)]
        for one in (each.pattern if isinstance(each, Copies) else each for each in found):
            # what comes unasked comes the way that its person chose, or as an announcement
            assert one.reach is not Reach.ANSWER or not isinstance(one.to, ToPerson), one.key
        return copies.enqueue_all(session, found, now) if found else 0, is_due(session, now)

    return app.database.play(work)


_WAITS = Delivery.state == State.WAITING, Delivery.not_before <= bindparam("now", type_=Utc)
_ANY_WAITS = select(exists().where(*_WAITS))
_ALL_THAT_WAIT = select(func.count()).select_from(Delivery).where(*_WAITS)
"""Built once, because that takes longer than running them, and each message of a test asks."""


def is_due(session: Session, now: datetime) -> bool:
    """Return whether anything waits to be delivered."""
    return bool(session.scalar(_ANY_WAITS, {"now": now}))


def _due(session: Session, now: datetime) -> int:
    return session.scalar(_ALL_THAT_WAIT, {"now": now}) or 0
