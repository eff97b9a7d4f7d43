"""The HTTP side: ``/api/messages`` for Teams, ``/healthz`` and ``/readyz`` for the operator."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

import orjson
from aiohttp import web

from bot.message import Json
from bot.teams.adapter import Adapter
from bot.teams.bot import TeamsBot
from bot.teams.codec import decode, parse
from bot.teams.connections import IDLE, Connections
from bot.teams.gate import Gate
from bot.teams.refusal import RefusedError, malformed

LARGEST_BODY = 256 * 1024
"""The most bytes of a body. Teams' own messages have at most 100 kB."""
FRESH = 2.0
"""Seconds for which an answer about readiness is used again."""
SLOWEST_BODY = 10
"""Seconds within which the whole body must arrive."""

CONNECTIONS = web.AppKey("connections", Connections)

logger = logging.getLogger(__name__)

Problems = Callable[[], Awaitable[list[str]]]
"""Return the reasons why the bot can't answer right now, in words for an operator; empty if it can."""


class Endpoint:
    """Teams' entrance. Cheap checks come before expensive ones, and no body is trusted before its token is checked."""

    def __init__(self, gate: Gate, adapter: Adapter, bot: TeamsBot) -> None:
        self._gate = gate
        self._adapter = adapter
        self._bot = bot

    async def messages(self, request: web.Request) -> web.Response:
        """Handle one activity. Answer 201, or an invoke's own status and body; 400–503 for a refusal, never 500."""
        try:
            _check_headers(request)
            claims = await self._gate.identify(request.headers.get("Authorization"))
            activity = decode(parse(await _read(request)))
            if not activity.type:
                raise malformed("the activity has no type")
            self._gate.admit(claims, activity)
            answer = await self._adapter.process(activity, self._bot.on_turn)
        except RefusedError as refused:
            logger.info("request refused", extra={"status": refused.status, "reason": str(refused)})
            return _refusal(refused)
        if answer is None:
            return web.Response(status=201)
        return _json(answer.status, answer.body)


class Readiness:
    """Look for problems at most every :data:`FRESH` seconds: anybody may ask, and the check writes to the database."""

    def __init__(self, ask: Problems) -> None:
        self._ask = ask
        self._asking = asyncio.Lock()
        self._until = 0.0
        self._last: list[str] = []

    async def problems(self) -> list[str]:
        """Return the reasons why the bot can't answer, at most :data:`FRESH` seconds old."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now >= self._until:
                self._last = await self._ask()
                self._until = asyncio.get_running_loop().time() + FRESH
            return self._last


def make_web_app(
    gate: Gate,
    adapter: Adapter,
    bot: TeamsBot,
    problems: Problems,
    pages: Iterable[web.RouteDef] = (),
    *,
    facts: Callable[[], Mapping[str, str]] = dict,
) -> web.Application:
    """Return the whole HTTP application, with ``pages`` for browsers. Serve it with :func:`make_runner`.

    ``facts`` are told with ``/readyz``, whether the bot is ready or not.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return _json(200, {"alive": True})

    async def readyz(_request: web.Request) -> web.Response:
        reasons = await problems()
        ready = {"ready": False, "problems": reasons} if reasons else {"ready": True}
        return _json(503 if reasons else 200, {**ready, **facts()})

    async def drain(_app: web.Application) -> None:
        await bot.turns.drain()

    connections = Connections()
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[connections.busy])
    app[CONNECTIONS] = connections
    app.router.add_post("/api/messages", Endpoint(gate, adapter, bot).messages)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_routes(pages)
    app.on_shutdown.append(drain)
    return app


async def make_runner(app: web.Application) -> web.AppRunner:
    """Return a server that is set up but does not listen yet.

    It never inflates a body (a bomb of 256 kB is 256 MB), reads no more of a refused request, and keeps no more
    connections than :mod:`bot.teams.connections` allows.
    """
    runner = web.AppRunner(app, access_log=None, auto_decompress=False, lingering_time=0, keepalive_timeout=IDLE)
    await runner.setup()
    if runner.server is not None:
        app[CONNECTIONS].limit(runner.server)
    return runner


def _check_headers(request: web.Request) -> None:
    if "Content-Encoding" in request.headers:
        raise RefusedError(415, "compressed bodies are not read")
    if request.content_type != "application/json":
        raise RefusedError(415, "the body is not application/json")
    if (request.content_length or 0) > LARGEST_BODY:
        raise RefusedError(413, "the body is too large")


async def _read(request: web.Request) -> bytes:
    try:
        if request.content.is_eof():  # nearly always: the body came with the head
            return await request.read()
        async with asyncio.timeout(SLOWEST_BODY):
            return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise RefusedError(413, "the body is too large") from error
    except TimeoutError as error:
        raise RefusedError(408, "the body came too slowly") from error


def _refusal(refused: RefusedError) -> web.Response:
    response = _json(refused.status, {"error": {"message": str(refused)}})
    if refused.status == 401:  # noqa: PLR2004
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.status in (408, 413, 415):
        response.force_close()  # do not read the rest of the body
    return response


def _json(status: int, body: Json | None) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def port_problem(host: str, port: int, error: OSError) -> str:
    """Return why the bot can't listen there, and the remedy, for the operator."""
    where = f"{host} port {port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is taken by another program. Stop that one, or choose another port: PORT=3979 python app.py"
    return f"it can't listen on {where}: {error.strerror}. Choose another HOST or PORT"
