"""Teams' side of an announcement: its limits, its moods, and how fast the simplest sender gets through."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.delivery.pace import PER_CONVERSATION
from tests.support.fakes import BLOCKED, FakeConnector, Json, Trouble, refusal

RATE = 50
"""Teams' limit: requests a second of one app in one tenant (platform.md §3)."""
GIVES_UP = ClientTimeout(total=1.0, connect=0.5)
REFUSALS = (
    BLOCKED,
    refusal(403, "ForbiddenOperationException"),
    refusal(404, "ConversationNotFound"),
    refusal(413, "MessageSizeTooBig"),
    refusal(403, "BotDisabledByAdmin"),
)


def weather(chance: random.Random) -> Trouble | None:
    """One call in twenty goes wrong, in each of the ways of platform.md §3; one in fifty is answered without an id."""
    arrives, dice = chance.random() < 0.5, chance.random()
    kinds = [
        Trouble(status=429, body={}, headers={"Retry-After": "0.3"}),
        Trouble(status=412, body={}),
        Trouble(status=chance.choice([502, 503, 504]), body={}, arrives=arrives),
        Trouble(arrives=arrives),
        Trouble(arrives=arrives, seconds=1.5),
    ]
    if dice < 0.05:
        return chance.choice(kinds)
    return Trouble(status=201, body={}, arrives=True) if dice < 0.07 else None


class Teams(FakeConnector):
    """The Connector with Teams' limits: in all, and in each conversation. What is over them is answered with 429."""

    def __init__(self, within: float = 1.0) -> None:
        """``within``: the seconds in which :data:`RATE` requests are taken."""
        super().__init__()
        self.times: list[float] = []
        """When each request came that was within the limits."""
        self.first: dict[str, float] = {}
        """When the first request about each conversation came."""
        self.over: list[str] = []
        """The requests that were over a limit."""
        self._within = within
        self._all: deque[float] = deque(maxlen=RATE)
        self._each: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=PER_CONVERSATION[-1][0]))

    def _wrong_with(self, request: web.Request, body: Json) -> Trouble | None:
        now, conversation = monotonic(), request.match_info.get("conversation", "")
        self.first.setdefault(conversation, now)
        sent = self._each[conversation] if conversation else deque[float]()
        full = [1 for most, seconds in PER_CONVERSATION if len(sent) >= most and now - sent[-most] < seconds]
        if full or (len(self._all) == RATE and now - self._all[0] < self._within):
            self.over.append(conversation)
            return Trouble(status=429, body={}, headers={"Retry-After": "1"})
        self.times.append(now)
        sent.append(now)
        self._all.append(now)
        return super()._wrong_with(request, body)


async def simplest(messages: int, chaos: Callable[[], Trouble | None]) -> float:
    """Return the requests a second that a sender without a database or a retry reaches at this stand-in, here and now.

    It starts one request each fiftieth of a second, and never more than :data:`RATE` in a second.
    """
    async with Teams() as teams, ClientSession(timeout=GIVES_UP) as session:
        teams.chaos = chaos
        loop = asyncio.get_running_loop()

        async def send(number: int) -> None:
            url = f"{teams.url}v3/conversations/a:p{number}/activities"
            body: dict[str, Any] = {"type": "message", "text": "x" * 1000}
            try:
                async with session.post(url, json=body) as answer:
                    await answer.read()
            except (ClientError, TimeoutError):
                pass

        sends, last = [], deque[float](maxlen=RATE)
        due = loop.time()
        for number in range(messages):
            after = last[0] + 1.0 if len(last) == RATE else 0.0
            await asyncio.sleep(max(due, after) - loop.time())
            last.append(loop.time())
            sends.append(asyncio.create_task(send(number)))
            due += 1 / RATE
        await asyncio.gather(*sends)
        return (messages - 1) / (teams.times[-1] - teams.times[0])
