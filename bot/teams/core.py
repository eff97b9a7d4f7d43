"""Let turns reach the core with one hop to a database thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import perf_counter

from bot import conversation, metrics
from bot.conversation import TurnResult
from bot.delivery.replies import Unsent
from bot.message import Incoming, Reply, Sent
from bot.turn import App

logger = logging.getLogger(__name__)

TOGETHER = 0.02
"""Seconds to collect notes. Nobody waits: :class:`bot.teams.turns.Turns` holds a repeat that comes before."""


def finished(reply: Reply) -> Reply:
    """Return the reply with its long work done, or as it was committed if that fails: it must not cost the turn."""
    try:
        return reply.later().shown() if reply.later is not None else reply
    except Exception:
        metrics.fault("a reply's long work")
        logger.exception("a reply's long work failed")
        return replace(reply, later=None)


class Conversations:
    """:class:`bot.teams.turns.Core` on top of :mod:`bot.conversation`."""

    def __init__(self, app: App, clock: Callable[[], datetime]) -> None:
        """``clock`` returns the current time, with its time zone."""
        self._app = app
        self._clock = clock
        self._gone: list[Sent] = []
        """Replies that were sent but are not yet noted as sent."""
        self._noting: asyncio.Task[None] | None = None
        """The task that writes the next note, about all replies sent until then."""

    async def answer(self, incoming: Incoming) -> TurnResult:
        """Answer on a database thread, with the current time."""
        started = perf_counter()
        answer = await self._app.database.run(lambda: conversation.respond(self._app, incoming, self._clock()))
        metrics.turn(incoming.kind, perf_counter() - started)
        if answer.edited:
            await self._app.bank.settled()  # so that an editor finds the edit with the next message
        if answer.reply.later is not None:
            return replace(answer, reply=await asyncio.to_thread(finished, answer.reply))
        return answer

    async def sent(self, gone: Sent) -> None:
        """Note that the answer was sent, in one transaction with all others within :data:`TOGETHER`."""
        self._gone.append(gone)
        if self._noting is None:
            self._noting = asyncio.create_task(self._note())
        await asyncio.shield(self._noting)

    async def partly_sent(self, incoming: Incoming, rest: Reply) -> None:
        """Note at once which part is left to send."""
        await self._app.database.run(lambda: conversation.partly_sent(self._app, incoming, rest))

    async def deliver_later(self, incoming: Incoming, unsent: Unsent) -> None:
        """Hand unsent messages to the outbox, in the transaction that notes the activity as answered."""
        await self._app.database.run(lambda: conversation.deliver_later(self._app, incoming, unsent, self._clock()))

    async def _note(self) -> None:
        await asyncio.sleep(TOGETHER)
        gone, self._gone, self._noting = self._gone, [], None
        await self._app.database.run(lambda: conversation.sent(self._app, *gone))
