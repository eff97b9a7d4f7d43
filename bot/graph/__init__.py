"""Microsoft Graph: mail, calendar, feed, rosters, webinars, chats; the only importer of msgraph.

:func:`connected` gives the whole tenant. It imports msgraph (400 MB, a third of a second) only when called, on Graph's
own thread. msgraph is this project's extra ``graph``; ``make run`` works without it.
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
    """Graph is set up, but its package is not installed."""


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's identity in Graph."""

    mailbox: str
    """The sender of mail and invitations."""
    answer_to: str
    """The address that answers go to: the kansli's."""
    manifest_id: str
    """The id in the Teams app's manifest; ours is the app id."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The tenant through Graph, and the wire under it. The figures come from the wire's ``tally`` and ``faults``."""

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
    """Connect to Graph for as long as the block runs. No request goes out before something is sent.

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
        from bot.graph.chats import GraphChats  # noqa: PLC0415
        from bot.graph.feed import GraphFeed, GraphInstaller  # noqa: PLC0415
        from bot.graph.mail import GraphMail  # noqa: PLC0415
        from bot.graph.rosters import GraphDirectory  # noqa: PLC0415
        from bot.graph.webinars import GraphWebinars  # noqa: PLC0415
        from bot.graph.wire import Wire  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise GraphMissingError("msgraph-sdk is not installed; install the bot with its extra: .[graph]") from error
    wire = Wire(thread, credential(), base=base, tempo=tempo)
    installer = GraphInstaller(wire, account.manifest_id)
    tenant = Tenant(
        mail=GraphMail(wire, account.mailbox, account.answer_to, clock),
        calendar=GraphCalendar(wire, account.mailbox),
        feed=GraphFeed(wire),
        directory=GraphDirectory(wire),
        installer=installer,
        webinars=GraphWebinars(wire),
        chats=GraphChats(wire, account.mailbox, installer),
    )
    return Graph(tenant, wire)
