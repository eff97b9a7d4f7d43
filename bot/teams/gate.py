"""Check callers: tokens, tenants and service URLs. Without an app id, only this machine may call.

No setting turns the checks off. :func:`make_gate` returns the local gate only for an empty app id.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from functools import lru_cache
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from aiohttp import ClientSession
from botbuilder.schema import Activity

from bot.teams.authentication import Authenticator, Claims
from bot.teams.refusal import RefusedError

TEAMS_HOST = "smba.trafficmanager.net"
"""The host of Teams' Connector in the public cloud. Compared exactly, because anybody can register a suffix."""
CHANNEL = "msteams"


class Gate(Protocol):
    """Decide about a request in two steps, because the token is checked before the body is read."""

    async def identify(self, header: str | None) -> Claims | None:
        """Check the ``Authorization`` header. Raise :class:`RefusedError` with 401, or 503 without signing keys."""

    def admit(self, claims: Claims | None, activity: Activity) -> None:
        """Check the activity against the token and the lists. Raise :class:`RefusedError` with 401 or 403."""

    def allows(self, service_url: str) -> bool:
        """Return whether messages, and with them a token, may be sent to this service URL."""


def make_gate(
    app_id: str | None,
    *,
    session: ClientSession,
    tenants: Collection[str] = (),
    service_hosts: Collection[str] = (),
) -> Gate:
    """Return the gate for ``app_id``: Teams' gate, or the local gate if it is empty.

    Fetch signing keys with ``session``. ``tenants`` are the Entra tenants that may call; with an app id there must be
    at least one. ``service_hosts`` are exact hosts besides Teams' own. Raise :class:`ValueError` without tenants.
    """
    if not app_id:
        return LocalGate()
    return TeamsGate(Authenticator(app_id, session), tenants, service_hosts)


class TeamsGate:
    """Let Teams in with a valid token, a listed tenant and a listed service URL."""

    def __init__(self, authenticator: Authenticator, tenants: Collection[str], service_hosts: Collection[str]) -> None:
        if not tenants:
            raise ValueError("with an app id, the tenants that may write to the bot must be named")
        self._authenticator = authenticator
        self._tenants = frozenset(tenant.lower() for tenant in tenants)
        self._hosts = frozenset({TEAMS_HOST, *(host.lower() for host in service_hosts)})

    async def identify(self, header: str | None) -> Claims | None:
        """Validate the token; see :meth:`Authenticator.validate`."""
        return await self._authenticator.validate(header)

    def admit(self, claims: Claims | None, activity: Activity) -> None:
        """Refuse with 401 a token for another service URL; with 403 another channel, host or tenant."""
        if claims is None or not claims.service_url or claims.service_url != activity.service_url:
            raise RefusedError(401, "the token is not for this service URL")
        if activity.channel_id != CHANNEL or CHANNEL not in claims.endorsements:
            raise RefusedError(403, "the token's key is not endorsed for this channel")
        if not self.allows(activity.service_url):
            raise RefusedError(403, "the service URL is not on the list")
        tenant = tenant_of(activity)
        if tenant is None or tenant.lower() not in self._tenants:
            raise RefusedError(403, "the tenant is not on the list")

    def allows(self, service_url: str) -> bool:
        """Return whether the URL is https on the usual port and on a listed host, equal to the last letter."""
        parts = _split(service_url)
        return parts is not None and parts.scheme == "https" and parts.netloc.lower() in self._hosts


class LocalGate:
    """Let this machine in: no token, any tenant, and service URLs on this machine only."""

    async def identify(self, header: str | None) -> Claims | None:
        """Accept everybody. The server must listen on loopback only."""
        del header
        return None

    def admit(self, claims: Claims | None, activity: Activity) -> None:
        """Refuse with 403 a service URL outside this machine, or two tenants in one activity."""
        del claims
        if not self.allows(activity.service_url or ""):
            raise RefusedError(403, "without an app id, service URLs are on this machine only")
        tenant_of(activity)

    def allows(self, service_url: str) -> bool:
        """Return whether the URL is http(s) to ``localhost``, 127.0.0.0/8 or ::1."""
        parts = _split(service_url)
        return parts is not None and parts.scheme in ("http", "https") and _is_loopback(parts.hostname or "")


def tenant_of(activity: Activity) -> str | None:
    """Return the tenant that an activity comes from, or None. Raise :class:`RefusedError` (403) if it names two.

    Teams writes the tenant in two places; the Playground's own activities have it in the second one only.
    """
    data = activity.channel_data or {}
    tenant = data.get("tenant")
    channel = tenant.get("id") if isinstance(tenant, dict) else None
    conversation = activity.conversation.tenant_id if activity.conversation else None
    if channel and conversation and channel != conversation:
        raise RefusedError(403, "the activity names two tenants")
    tenant_id = channel or conversation
    return tenant_id if isinstance(tenant_id, str) else None


@lru_cache(maxsize=256)
def _split(service_url: str) -> SplitResult | None:
    """Return the parts of a plain address, or None for any other.

    A plain one has no user, query, fragment, backslash or space: parsers read those differently.
    """
    if not service_url.isascii() or any(sign in service_url for sign in "@?#\\ \t\r\n"):
        return None
    try:
        parts = urlsplit(service_url)
        valid = parts.port != 0
    except ValueError:
        return None
    return parts if valid else None


@lru_cache(maxsize=256)
def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
