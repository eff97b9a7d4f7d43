"""What is examined: one set-up, with everything outside it that a check may ask. Tests put stand-ins there."""

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
"""Seconds for one question to somebody outside."""
MOST = 100_000
"""Bytes of an answer that are read; none that counts is longer."""
UNREACHED = (ClientError, TimeoutError, ValueError)
"""What asking somebody outside raises where no answer came (:class:`ValueError`: an address that is none)."""
_CODE = re.compile(r"AADSTS(\d+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, and what to do about it. Neither ever holds a secret."""

    about: str
    fault: str
    remedy: str


class NoTokenError(Exception):
    """No token could be had. ``code`` is Entra's number, or empty where Entra said nothing."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"AADSTS{code}" if code.isdecimal() else reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """What an operator says beside the settings."""

    package: Path | None = None
    """The Teams app package that was uploaded, or will be."""
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
        """A token for ``scope``, asked for once. Raises :class:`NoTokenError`."""
        if scope not in self._tokens:
            self._tokens[scope] = await self._get_token(scope)
        found = self._tokens[scope]
        if isinstance(found, NoTokenError):
            raise found
        return found

    async def roles(self) -> frozenset[str]:
        """The application permissions that Entra has granted, as Graph's token says. Raises :class:`NoTokenError`."""
        token = await self.token(GRAPH_SCOPE)
        try:  # the token is Graph's to check; here it is only read, and nothing is let in by it
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise NoTokenError("", "Graph's token can't be read") from error
        return frozenset(str(role) for role in claims.get("roles") or ())

    async def ask_graph(self, method: str, path: str, data: bytes | None = None) -> tuple[int, str, Mapping[str, Any]]:
        """Status, Graph's code and the answer. Raises :class:`NoTokenError` or one of :data:`UNREACHED`."""
        headers = {"Authorization": f"Bearer {await self.token(GRAPH_SCOPE)}", "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "text/plain"
        async with self.asking(method, f"{self.graph}{path}", data=data, headers=headers) as response:
            body = _json(await beginning(response))
        error = body.get("error")
        return response.status, str(error.get("code") or "") if isinstance(error, dict) else "", body

    @asynccontextmanager
    async def asking(self, method: str, url: str, **more: Any) -> AsyncIterator[ClientResponse]:
        """One request. Raises one of :data:`UNREACHED`."""
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
            found = _CODE.search(str(error))
            return NoTokenError(found[1] if found else "", type(error).__name__)


@asynccontextmanager
async def opened(settings: Settings, now: Callable[[], datetime], asked: Asked) -> AsyncIterator[Case]:
    """The case of this set-up, with Microsoft's own addresses."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield Case(settings, now, session, lambda: identity.credential(settings), asked)


async def beginning(response: ClientResponse) -> bytes:
    """At most :data:`MOST` bytes of an answer. A plain ``read`` of as many gives only what has come so far."""
    try:
        return await response.content.readexactly(MOST)
    except asyncio.IncompleteReadError as shorter:
        return shorter.partial


def _json(content: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
