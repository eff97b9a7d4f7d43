"""The case that the checks examine: one set-up, and every outside service they may ask. Tests use stand-ins."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError

from bot import identity
from bot.settings import Settings

LOGIN = "https://login.microsoftonline.com"
GRAPH = "https://graph.microsoft.com/v1.0"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"
BOT_SCOPE = "https://api.botframework.com/.default"
PATIENCE = 20.0
"""Seconds to wait for one answer from outside."""
MOST = 100_000
"""Most bytes to read of an answer. No answer that we use is longer."""
UNREACHED = (ClientError, TimeoutError, ValueError)
"""Exceptions of a request that got no answer (:class:`ValueError`: the address is malformed)."""
_CODE = re.compile(r"AADSTS(\d+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault and its remedy. Neither text ever holds a secret."""

    about: str
    fault: str
    remedy: str


class NoTokenError(Exception):
    """Entra gave no token. ``code`` is Entra's error number, or empty where Entra said nothing."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"AADSTS{code}" if code.isdecimal() else reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """The operator's options on the command line."""

    package: Path | None = None
    """The Teams app package that is, or will be, uploaded."""
    other_mailbox: str | None = None
    """A mailbox of the tenant that the bot must not get into."""
    without: frozenset[str] = frozenset()
    """Permissions of Graph that are left out on purpose."""


@dataclass(slots=True)
class Case:
    """One set-up under examination."""

    settings: Settings
    now: Callable[[], datetime]
    session: ClientSession
    credential: Callable[[], AsyncTokenCredential]
    asked: Asked = field(default_factory=Asked)
    login: str = LOGIN
    graph: str = GRAPH
    _tokens: dict[str, str | NoTokenError] = field(default_factory=dict)

    async def token(self, scope: str) -> str:
        """Return a token for ``scope``, asked for once. Raises :class:`NoTokenError`."""
        if scope not in self._tokens:
            self._tokens[scope] = await self._get_token(scope)
        token = self._tokens[scope]
        if isinstance(token, NoTokenError):
            raise token
        return token

    async def roles(self) -> frozenset[str]:
        """Return the application permissions that Entra has granted, as Graph's token says.

        Raises :class:`NoTokenError`.
        """
        token = await self.token(GRAPH_SCOPE)
        try:  # no signature check: Graph checks its own token, we only read the claims
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise NoTokenError("", "Graph's token can't be read") from error
        return frozenset(str(role) for role in claims.get("roles") or ())

    async def ask_graph(self, method: str, path: str, data: bytes | None = None) -> tuple[int, str, Mapping[str, Any]]:
        """Return status, Graph's code and the answer. Raises :class:`NoTokenError` or one of :data:`UNREACHED`."""
        headers = {"Authorization": f"Bearer {await self.token(GRAPH_SCOPE)}", "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "text/plain"
        async with self.asking(method, f"{self.graph}{path}", data=data, headers=headers) as response:
            body = _json(await beginning(response))
        error = body.get("error")
        return response.status, str(error.get("code") or "") if isinstance(error, dict) else "", body

    @asynccontextmanager
    async def asking(self, method: str, url: str, **more: Any) -> AsyncIterator[ClientResponse]:
        """Send one request. Raises one of :data:`UNREACHED`."""
        patience = ClientTimeout(total=PATIENCE)
        async with self.session.request(method, url, timeout=patience, allow_redirects=False, **more) as response:
            yield response

    async def _get_token(self, scope: str) -> str | NoTokenError:
        try:
            credential = self.credential()
        except (ValueError, OSError):
            return NoTokenError("certificate", "the certificate can't be used")
        try:
            async with asyncio.timeout(PATIENCE), credential:
                return (await credential.get_token(scope)).token
        except TimeoutError:
            return NoTokenError("", f"no answer within {PATIENCE:.0f} seconds")
        except AzureError as error:
            match = _CODE.search(str(error))
            return NoTokenError(match[1] if match else "", type(error).__name__)


@asynccontextmanager
async def opened(settings: Settings, now: Callable[[], datetime], asked: Asked) -> AsyncIterator[Case]:
    """Yield the case of this set-up, with Microsoft's own addresses."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield Case(settings, now, session, lambda: identity.credential(settings), asked)


async def beginning(response: ClientResponse) -> bytes:
    """Return at most :data:`MOST` bytes of an answer. A plain ``read`` would return only the bytes that came so far."""
    try:
        return await response.content.readexactly(MOST)
    except asyncio.IncompleteReadError as shorter:
        return shorter.partial


def _json(content: bytes) -> Mapping[str, Any]:
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
