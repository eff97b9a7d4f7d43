"""``/metrics``, for a Prometheus that has the token. Without a token it is served in local mode only.

The address of a request proves nothing: behind a proxy on the same machine, every request comes from loopback.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import web

from bot import metrics
from bot.metrics import Around
from bot.turn import App
from storage import figures

FRESH = timedelta(seconds=5)
"""Seconds for which the same figures are used again, so that frequent requests cost nothing."""


class Metrics:
    """The handler of ``/metrics``."""

    def __init__(self, app: App, clock: Callable[[], datetime], around: Around) -> None:
        self._app = app
        self._clock = clock
        self._around = around
        self._reading = asyncio.Lock()
        self._last: tuple[datetime, bytes] | None = None
        token = app.settings.metrics_token
        self._expected = f"Bearer {token.get_secret_value()}".encode() if token else None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to serve: none for a bot that people can reach and that has no token."""
        served = self._expected is not None or self._app.settings.local
        return [web.get("/metrics", self.metrics)] if served else []

    async def metrics(self, request: web.Request) -> web.Response:
        """Return the figures."""
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")  # any bytes may come
        if self._expected is not None and not hmac.compare_digest(given, self._expected):
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        body = await self._current()
        return web.Response(body=body, headers={"Content-Type": metrics.CONTENT_TYPE, "Cache-Control": "no-store"})

    async def _current(self) -> bytes:
        async with self._reading:
            now = self._clock()
            if self._last is None or not now - FRESH < self._last[0] <= now:
                # on another thread: counting may take 100 ms, and turns must not wait for that
                read = await asyncio.to_thread(self._read, now)
                self._last = self._clock(), read
            return self._last[1]

    def _read(self, now: datetime) -> bytes:
        return metrics.written(figures.now_or_none(self._app.database, now), self._around)
