"""The core, as turns reach it: one hop to a database thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from time import perf_counter

from bot import conversation, metrics
from bot.conversation import TurnResult
from bot.delivery.replies import Unsent
from bot.message import Incoming, Reply, Sent
from bot.turn import App

TOGETHER = 0.02
"""Seconds. Nobody waits for it: a repeat that comes before is held by :class:`bot.teams.turns.Turns`."""


class Conversations:
    """What :class:`bot.teams.turns.Core` asks for, on :mod:`bot.conversation`."""

    def __init__(self, app: App, clock: Callable[[], datetime]) -> None:
        """``clock`` gives the time now, aware."""
        self._app = app
        self._clock = clock
        self._gone: list[Sent] = []
        """Replies that have gone and are not noted yet."""
        self._noting: asyncio.Task[None] | None = None
        """Writes the next note, with all that goes until then."""

    async def answer(self, incoming: Incoming) -> TurnResult:
        """Answer on a database thread, as of now."""
        started = perf_counter()
        answer = await self._app.database.run(lambda: conversation.respond(self._app, incoming, self._clock()))
        metrics.turn(incoming.kind, perf_counter() - started)
        if answer.edited:
            await self._app.bank.settled()  # a person who edits the bank finds the edit with their next message
        return answer

    async def sent(self, gone: Sent) -> None:
        """Note that the answer has gone, in one transaction with all others that go within :data:`TOGETHER`."""
        self._gone.append(gone)
        if self._noting is None:
            self._noting = asyncio.create_task(self._note())
        await asyncio.shield(self._noting)

    async def partly_sent(self, incoming: Incoming, rest: Reply) -> None:
        """Note at once what is left to send."""
        await self._app.database.run(lambda: conversation.partly_sent(self._app, incoming, rest))

    async def deliver_later(self, incoming: Incoming, unsent: Unsent) -> None:
        """Hand what could not be sent to the outbox, in the transaction that notes the activity as answered."""
        await self._app.database.run(lambda: conversation.deliver_later(self._app, incoming, unsent, self._clock()))

    async def _note(self) -> None:
        await asyncio.sleep(TOGETHER)
        gone, self._gone, self._noting = self._gone, [], None
        await self._app.database.run(lambda: conversation.sent(self._app, *gone))
