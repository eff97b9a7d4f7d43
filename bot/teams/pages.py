"""The bot's own pages over HTTP: the page about personal data, the terms, and files behind a one-time link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot import downloads
from bot.privacy import pages
from bot.turn import App

_SAFE = {
    "Content-Security-Policy": f"default-src 'none'; style-src '{pages.STYLE}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_PRIVATE = {**_SAFE, "Cache-Control": "no-store"}


class Pages:
    """The handlers of the pages. Looking at a link never uses it up; only its button does."""

    def __init__(self, app: App, clock: Callable[[], datetime]) -> None:
        """``clock`` returns the current time, with its time zone."""
        self._app = app
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to serve."""
        return [
            web.get("/integritet", self.privacy),
            web.get("/villkor", self.terms),
            web.get("/hamta/{token}", self.confirm),
            web.post("/hamta/{token}", self.fetch),
        ]

    async def privacy(self, _request: web.Request) -> web.Response:
        """Serve the page about the data kept about people."""
        return _page(pages.privacy(self._app.settings))

    async def terms(self, _request: web.Request) -> web.Response:
        """Serve the terms of use."""
        return _page(pages.terms(self._app.settings))

    async def confirm(self, request: web.Request) -> web.Response:
        """Show a page with a button before the file is fetched."""
        token, now = request.match_info["token"], self._clock()
        database = self._app.database
        app = self._app
        name = await database.run(lambda: database.play(lambda session: downloads.look(app, session, token, now)))
        return self._expired() if name is None else _page(pages.confirm(name, self._app.settings), headers=_PRIVATE)

    async def fetch(self, request: web.Request) -> web.Response:
        """Serve the file, once."""
        token, now = request.match_info["token"], self._clock()
        app, database = self._app, self._app.database
        file = await database.run(lambda: database.play(lambda session: downloads.fetch(app, session, token, now)))
        if file is None:
            return self._expired()
        content = await asyncio.to_thread(file.content)  # not on the turns' thread
        attached = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        letters = "utf-8" if file.content_type.startswith(("text/", "application/json")) else None
        return web.Response(
            body=content, content_type=file.content_type, charset=letters, headers={**_PRIVATE, **attached}
        )

    def _expired(self) -> web.Response:
        return _page(pages.expired(self._app.settings), status=410, headers=_PRIVATE)


def _page(html: str, *, status: int = 200, headers: dict[str, str] = _SAFE) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html", headers=headers)
