"""The product while Graph is at work, and the stand-in that Graph's work goes to. Each is a process of its own.

``python -m tests.bench.graph_beside standin`` serves a roster on ``PORT``. Without it, this is ``app.py`` while what
``BESIDE`` names goes on over and over: ``rest``, ``paced`` (a roster at Microsoft's pace), ``roster`` (as fast as it
goes), ``mail`` (four at a time), ``storm`` (of :mod:`tests.soak.graph`, from the bot's own outbox), or ``naive`` (the
roster through the SDK's models, on the loop that serves turns).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

import app
from bot import links
from bot.graph import Graph
from bot.graph.limits import Tempo
from bot.graph.wire import Wire
from bot.settings import Settings
from bot.tenant import Tenant
from storage.database import Database
from tests.soak.graph import Weather, enqueue, tempo
from tests.support.graph import CHAT, TEAM, connected_to, letter
from tests.support.graph_standin import GraphStandIn, StandInCredential

MEMBERS = 5000
FASTER, STORMY = 20.0, 500
"""How much faster than in life the storm is, and of how many mails and notifications."""
FREE = (10_000, 1.0)
FASTEST = Tempo(mail=FREE, calendar=FREE, feed=FREE, bulk=FREE, install=FREE, reading=FREE)


def roster() -> list[dict[str, Any]]:
    return [
        {
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "id": f"MCMjMiMjZTQ{number:064}",
            "roles": ["guest"] if number % 5 else [],
            "displayName": f"Namn Namnsson {number}",
            "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z",
            "userId": f"11111111-0000-4000-8000-{number:012}",
            "email": f"namn.namnsson{number}@kommun{number % 80}.example",
            "tenantId": "aaaaaaaa-0000-4000-8000-00000000000a",
        }
        for number in range(MEMBERS)
    ]


async def read_with_models(graph: Graph) -> int:
    """Return the roster as the SDK's documentation reads it, on whatever loop this is called from."""
    from kiota_abstractions.base_request_configuration import RequestConfiguration  # noqa: PLC0415
    from msgraph.generated.teams.item.members.members_request_builder import MembersRequestBuilder  # noqa: PLC0415

    query = MembersRequestBuilder.MembersRequestBuilderGetQueryParameters(top=999)
    members = graph.wire.client.teams.by_team_id(TEAM).members
    page = await members.get(RequestConfiguration(query_parameters=query))
    count = 0
    while page is not None:
        count += len(page.value or ())
        page = await members.with_url(page.odata_next_link).get() if page.odata_next_link else None
    return count


def fill_outbox(url: str) -> None:
    """More reminders by mail and feed than go out while anybody measures."""
    database, start = Database(url), time.time_ns() // 1_000_000 % 10**11  # an object id has twelve digits last
    database.play(lambda session: enqueue(session, range(start, start + STORMY)))
    database.close()


async def over_and_over(work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await work()


@asynccontextmanager
async def _tenant(settings: Settings, _clock: object) -> AsyncIterator[tuple[Tenant | None, Wire | None]]:
    """In the place of ``app._tenant``: Graph against the stand-in, at work."""
    beside, base = os.environ["BESIDE"], os.environ["GRAPH_BASE"]
    if beside == "rest":
        yield None, None
        return
    async with contextlib.AsyncExitStack() as stack:
        pace = {"paced": Tempo(), "storm": tempo(FASTER)}.get(beside, FASTEST)
        graph = await stack.enter_async_context(connected_to(base, pace))
        works: list[Callable[[], Awaitable[object]]]
        if beside == "naive":
            wire = Wire(graph.wire.thread, StandInCredential(), base=base)
            stack.push_async_callback(wire.close)
            works = [lambda: read_with_models(Graph(graph.tenant, wire))]
        elif beside == "storm":
            fill_outbox(settings.database_url)
            works = []
        elif beside == "mail":
            works = [lambda: graph.tenant.mail.send(letter())] * 4
        else:
            works = [lambda: graph.tenant.directory.team_members(TEAM)]
        tasks = [asyncio.create_task(over_and_over(work)) for work in works]
        try:
            yield graph.tenant, graph.wire
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def serve_standin() -> None:
    standin = GraphStandIn()
    standin.state.members[TEAM] = roster()
    if os.environ.get("STORM"):
        standin.chaos = Weather(1, FASTER)
    runner = web.AppRunner(standin.application)
    await runner.setup()
    port = int(os.environ["PORT"])
    standin.state.base = f"http://127.0.0.1:{port}/v1.0"
    await web.TCPSite(runner, "127.0.0.1", port).start()
    while True:
        await asyncio.sleep(1)
        standin.state.mails.clear()
        standin.state.pings.clear()
        standin.asked.clear()


if __name__ == "__main__":
    if sys.argv[1:] == ["standin"]:
        asyncio.run(serve_standin())
    vars(app).update(_tenant=_tenant)
    vars(links).update(chat=lambda _: CHAT)
    logging.disable(logging.INFO)
    sys.exit(app.main())
