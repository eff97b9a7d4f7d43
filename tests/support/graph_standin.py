"""Microsoft Graph on loopback: the second of the two fakes. The real SDK speaks to it over HTTP.

Each request is checked against ``graph_calls.toml``: method, path, query, headers, and the body, which the SDK's own
models must read back with nothing left over. Violations of the documentation are kept in ``violations``, which tests
want empty. It can be slow, throttle, fail, and cut the line after a request was carried out. It counts how many asked
at a time and how fast.
"""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import re
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from importlib import import_module
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory

from tests.support.fakes import Json, Trouble
from tests.support.graph_state import Answer, State

TOKEN = "a-token-of-the-stand-in"
MAILBOX = "bot@ekokommuner.example"
OUTLOOK = frozenset({"sendMail", "createEvent", "findEvent", "readEvent", "updateEvent", "cancelEvent"})


class StandInCredential:
    """Gives the stand-in's token, as azure-identity would."""

    def __init__(self) -> None:
        self.scopes: set[str] = set()
        self.error: Exception | None = None
        self.closed = False

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.update(scopes)
        if self.error is not None:
            raise self.error
        return AccessToken(TOKEN, int(time.time()) + 3600)

    async def close(self) -> None:
        self.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@dataclass(frozen=True)
class Documented:
    """One call of the table."""

    name: str
    method: str
    path: str
    permission: tuple[str, ...]
    denied: str
    status: int
    source: str
    query: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    annotations: tuple[str, ...] = ()

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+?)", re.escape(self.path)))


def documented() -> list[Documented]:
    table = tomllib.loads((Path(__file__).parent / "graph_calls.toml").read_text("utf-8"))["call"]
    lists = ("permission", "query", "annotations")
    made: Callable[..., Documented] = Documented
    return [made(**{k: tuple(v) if k in lists else v for k, v in call.items()}) for call in table]


@dataclass(frozen=True)
class Asked:
    """One request, as it came."""

    call: str
    path: str
    query: dict[str, str]
    body: Any
    at: float


class GraphStandIn:
    """Graph with one mailbox and a tenant; an async context manager."""

    def __init__(self) -> None:
        self.state = State(MAILBOX)
        self.granted = {permission for call in documented() for permission in call.permission}
        self.violations: list[str] = []
        self.asked: list[Asked] = []
        self.arrivals: dict[str, list[float]] = defaultdict(list)
        self.answers: Counter[int] = Counter()
        self.delay = 0.0
        self.delays: Callable[[], float] = lambda: self.delay
        self.most_at_once = 0
        self.chaos: Callable[[str], Trouble | None] = lambda _: None
        """Asked at each request, with the call's name."""
        self._calls = [(call, call.pattern) for call in documented()]
        self._at_once = 0
        self.application = web.Application(client_max_size=8 * 1024 * 1024)
        self.application.router.add_route("*", "/v1.0/{rest:.*}", self._handle)
        self._server = TestServer(self.application)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        self.state.base = self.base
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def base(self) -> str:
        return str(self._server.make_url("/v1.0"))

    def fail(self, status: int, code: str = "", *, times: int = 1, message: str = "", **more: Any) -> None:
        """Answer the next ``times`` requests with an error; without a status, cut the line."""
        body = {"error": {"code": code, "message": message}} if code else None
        left = [times]

        def once(_: str) -> Trouble | None:
            left[0] -= 1
            return Trouble(status=status, body=body, **more) if left[0] >= 0 else None

        self.chaos = once

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.url.raw_path.removeprefix("/v1.0"))
        call, given = self._find(request.method, path)
        if call is None:
            self.violations.append(f"not documented: {request.method} {path}")
            return _error(404, "ResourceNotFound", "no such call")
        raw = await request.read()
        self.arrivals[call.name].append(time.monotonic())
        with self._counted(call):
            body = self._body(call, raw)
            self.asked.append(Asked(call.name, path, dict(request.query), body, time.monotonic()))
            self._check(call, request)
            await asyncio.sleep(self.delays())
            answer = await self._answer(call, request, given, body)
        self.answers[answer.status if answer else 0] += 1
        if answer is None:  # the line is cut after the request was received
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return answer

    async def _answer(
        self, call: Documented, request: web.Request, given: dict[str, str], body: Any
    ) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, "InvalidAuthenticationToken", "no")
        trouble = self.chaos(call.name)
        if trouble is not None:
            if trouble.arrives:
                self._do(call, request, given, body)
            await asyncio.sleep(trouble.seconds)
            if not trouble.status:
                return None
            return web.json_response(trouble.body or {}, status=trouble.status, headers=trouble.headers)
        return self._do(call, request, given, body)

    def _do(self, call: Documented, request: web.Request, given: dict[str, str], body: Any) -> web.Response:
        if not self.granted & set(call.permission):
            missing = f"Missing role permissions on the request. API requires one of '{', '.join(call.permission)}'."
            return _error(403, call.denied, missing)
        held = {name: request.headers[name] for name in ("If-Match",) if name in request.headers}
        answer: Answer = getattr(self.state, call.name)({**given, **held}, request.query, body)
        if answer.code:
            return _error(answer.status, answer.code, answer.message, answer.more)
        if answer.status != call.status:
            self.violations.append(f"{call.name}: the stand-in answered {answer.status}")
        return (
            web.json_response(answer.body, status=answer.status)
            if answer.body is not None
            else web.Response(status=answer.status)
        )

    def _find(self, method: str, path: str) -> tuple[Documented | None, dict[str, str]]:
        for call, pattern in self._calls:
            match = pattern.fullmatch(path)
            if match and call.method == method:
                return call, match.groupdict()
        return None, {}

    def _check(self, call: Documented, request: web.Request) -> None:
        for name in request.query:
            if name not in call.query:
                self.violations.append(f"{call.name}: query {name}")
        for name, wanted in call.headers.items():
            if request.headers.get(name, "").split(";")[0] != wanted:
                self.violations.append(f"{call.name}: {name} is {request.headers.get(name)!r}")
        if "Retry-Attempt" in request.headers:
            self.violations.append(f"{call.name}: repeated by the SDK")
        if call.method == "GET" and "application/json" not in request.headers.get("Accept", ""):
            self.violations.append(f"{call.name}: no Accept")

    def _body(self, call: Documented, raw: bytes) -> Any:
        if call.name == "sendMail":
            return self._mime(raw)
        if not call.body:
            if raw:
                self.violations.append(f"{call.name}: a body")
            return None
        module, _, name = call.body.rpartition(".")
        model = getattr(import_module(module), name)
        node = JsonParseNodeFactory().get_root_parse_node("application/json", raw)
        for left in leftovers(node.get_object_value(model)):
            if left not in call.annotations:
                self.violations.append(f"{call.name}: the SDK's {name} does not know {left}")
        return orjson.loads(raw)

    def _mime(self, raw: bytes) -> EmailMessage:
        mail = email.message_from_bytes(base64.b64decode(raw, validate=True), policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        for part in mail.walk():
            self.violations.extend(f"sendMail: {type(defect).__name__}" for defect in part.defects)
        return mail

    @contextmanager
    def _counted(self, call: Documented) -> Iterator[None]:
        if call.name not in OUTLOOK:
            yield
            return
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            self._at_once -= 1

    def fastest(self, call: str, seconds: float) -> int:
        """Return the most requests of a kind that came within so many seconds."""
        times = self.arrivals[call]
        first = most = 0
        for last, moment in enumerate(times):
            while moment - times[first] >= seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


def leftovers(value: Any) -> Iterator[str]:
    """Yield the names that the SDK's models found in JSON and have no property for, however deep."""
    if isinstance(value, dict):  # a model's additional_data
        yield from value
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leftovers(inner)
    elif hasattr(value, "backing_store"):
        for _, inner in value.backing_store.enumerate_():
            yield from leftovers(inner)


def _error(status: int, code: str, message: str, more: Json | None = None) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message, **(more or {})}}, status=status)
