"""Microsoft Graph: mail, calendar, feed, rosters, webinars; the only importer of msgraph.

:func:`connected` gives the whole tenant. msgraph (400 MB, and a third of a second to import) is imported there and not
before, on Graph's own thread; it is the extra ``graph`` of this project, which ``make run`` does without.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.graph.limits import Tempo
from bot.graph.thread import GraphThread
from bot.tenant import Tenant

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from bot.graph.wire import Wire

BASE = "https://graph.microsoft.com/v1.0"


class GraphMissingError(Exception):
    """Graph is set up and its package is not installed."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who the bot is towards Graph."""

    mailbox: str
    """Where mail and invitations come from."""
    answer_to: str
    """Who reads what people answer: the kansli."""
    manifest_id: str
    """The id in the Teams app's manifest; ours is the app id."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The tenant through Graph, with the wire that it goes over, whose ``tally`` and ``faults`` figures are made of."""

    tenant: Tenant
    wire: Wire


@asynccontextmanager
async def connected(
    account: Account,
    credential: Callable[[], AsyncTokenCredential],
    clock: Callable[[], datetime],
    *,
    base: str = BASE,
    tempo: Tempo | None = None,
) -> AsyncIterator[Graph]:
    """Graph, for as long as the block runs. Nothing is asked of it before something is sent.

    ``credential`` is called on Graph's thread, whose loop it belongs to. Raises :class:`GraphMissingError`.
    """
    thread = GraphThread()
    try:
        graph = await thread.run(_open(thread, account, credential, clock, base=base, tempo=tempo))
        try:
            yield graph
        finally:
            await thread.run(graph.wire.close())
    finally:
        await thread.close()


async def _open(
    thread: GraphThread,
    account: Account,
    credential: Callable[[], AsyncTokenCredential],
    clock: Callable[[], datetime],
    *,
    base: str,
    tempo: Tempo | None,
) -> Graph:
    try:
        from bot.graph.calendar import GraphCalendar  # noqa: PLC0415 - the reason is in the module's docstring
        from bot.graph.feed import GraphFeed, GraphInstaller  # noqa: PLC0415
        from bot.graph.mail import GraphMail  # noqa: PLC0415
        from bot.graph.rosters import GraphDirectory  # noqa: PLC0415
        from bot.graph.webinars import GraphWebinars  # noqa: PLC0415
        from bot.graph.wire import Wire  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise GraphMissingError("msgraph-sdk is not installed; install the bot with its extra: .[graph]") from error
    wire = Wire(thread, credential(), base=base, tempo=tempo)
    tenant = Tenant(
        mail=GraphMail(wire, account.mailbox, account.answer_to, clock),
        calendar=GraphCalendar(wire, account.mailbox),
        feed=GraphFeed(wire),
        directory=GraphDirectory(wire),
        installer=GraphInstaller(wire, account.manifest_id),
        webinars=GraphWebinars(wire),
    )
    return Graph(tenant, wire)
