"""Limit the server's connections: a new one takes the place of the one that has waited longest for a request.

Without a limit, a thousand connections that send nothing use up the process's files, and nobody gets in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

MOST = 400
"""The most connections at a time: well below a process's default limit of 1,024 files. Teams keeps a few dozen."""
IDLE = 75.0
"""Seconds to wait for a request's head, and for the next request on a kept connection; nginx uses the same."""
SAID_EVERY = 60.0
"""Seconds between two log lines about the same flood."""

logger = logging.getLogger(__name__)


class Connections:
    """The connections that wait for a request, oldest first."""

    def __init__(self) -> None:
        self._idle: dict[asyncio.BaseTransport, None] = {}
        self._open = 0
        self._said_at = -SAID_EVERY

    def limit(self, server: web.Server) -> None:
        """Limit this server's connections from now on."""
        made, lost = server.connection_made, server.connection_lost
        transports: dict[RequestHandler, asyncio.BaseTransport] = {}

        def connection_made(handler: RequestHandler, transport: asyncio.Transport) -> None:
            made(handler, transport)
            transports[handler] = transport
            self._open += 1
            self._idle[transport] = None
            if self._open > MOST:
                self._make_room()

        def connection_lost(handler: RequestHandler, exc: BaseException | None = None) -> None:
            lost(handler, exc)
            transport = transports.pop(handler, None)
            if transport is not None:
                self._open -= 1
                self._idle.pop(transport, None)

        server.connection_made = connection_made  # type: ignore[method-assign]
        server.connection_lost = connection_lost  # type: ignore[method-assign]

    @web.middleware
    async def busy(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Do not count a connection as idle while its request is answered."""
        transport = request.transport
        if transport is None:
            return await handler(request)
        self._idle.pop(transport, None)
        try:
            return await handler(request)
        finally:
            if not transport.is_closing():
                self._idle[transport] = None

    def _make_room(self) -> None:
        loop = asyncio.get_running_loop()
        longest = next(iter(self._idle), None)
        if longest is None:
            return
        del self._idle[longest]
        if isinstance(longest, asyncio.Transport):
            loop.call_soon(longest.abort)  # not at once: aiohttp has not begun with the newest yet
        now = loop.time()
        if now - self._said_at >= SAID_EVERY:
            self._said_at = now
            logger.warning("too many connections; those that send nothing are closed", extra={"most": MOST})
