"""Checks callers: tokens, tenants and service URLs. Without an app id only this machine may call.

There is no switch that turns the checks off. :func:`make_gate` gives the local gate for an empty app id, and for
nothing else.
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
"""Teams' Connector in the public cloud (its regions differ in path only). Exact: anybody can register a suffix."""
CHANNEL = "msteams"


class Gate(Protocol):
    """Decides about a request in two steps, because the token is checked before the body is read."""

    async def identify(self, header: str | None) -> Claims | None:
        """Check the ``Authorization`` header. Raises :class:`RefusedError` with 401, or 503 without signing keys."""

    def admit(self, claims: Claims | None, activity: Activity) -> None:
        """Check the activity against the token and the lists. Raises :class:`RefusedError` with 401 or 403."""

    def allows(self, service_url: str) -> bool:
        """Whether anything, and above all a token, may be sent to this service URL."""


def make_gate(
    app_id: str | None,
    *,
    session: ClientSession,
    tenants: Collection[str] = (),
    service_hosts: Collection[str] = (),
) -> Gate:
    """The gate for ``app_id``: Teams' with one, the local one without.

    Signing keys are fetched with ``session``. ``tenants`` are the Entra tenants that are let in (at least one, with an
    app id), ``service_hosts`` exact hosts besides Teams' own. Raises :class:`ValueError` for no tenants.
    """
    if not app_id:
        return LocalGate()
    return TeamsGate(Authenticator(app_id, session), tenants, service_hosts)


class TeamsGate:
    """Lets Teams in: a valid token, a listed tenant, a listed service URL."""

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
        """401 where the token is for another service URL; 403 for another channel, host or tenant."""
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
        """Only https on its own port and on a listed host, which is never matched by its ending."""
        parts = _split(service_url)
        return parts is not None and parts.scheme == "https" and parts.netloc.lower() in self._hosts


class LocalGate:
    """Lets this machine in: no token, any tenant, and service URLs on this machine only."""

    async def identify(self, header: str | None) -> Claims | None:
        """Nobody is asked who they are; the server must listen on loopback."""
        del header
        return None

    def admit(self, claims: Claims | None, activity: Activity) -> None:
        """403 for a service URL that leaves the machine, or two tenants in one activity."""
        del claims
        if not self.allows(activity.service_url or ""):
            raise RefusedError(403, "without an app id, service URLs are on this machine only")
        tenant_of(activity)

    def allows(self, service_url: str) -> bool:
        """Whether it is http(s) to ``localhost``, 127.0.0.0/8 or ::1."""
        parts = _split(service_url)
        return parts is not None and parts.scheme in ("http", "https") and _is_loopback(parts.hostname or "")


def tenant_of(activity: Activity) -> str | None:
    """The tenant that an activity comes from, or None. Raises :class:`RefusedError` (403) where it names two.

    Teams writes it in two places, and the Playground's own activities in the second only.
    """
    data = activity.channel_data or {}
    tenant = data.get("tenant")
    channel = tenant.get("id") if isinstance(tenant, dict) else None
    conversation = activity.conversation.tenant_id if activity.conversation else None
    if channel and conversation and channel != conversation:
        raise RefusedError(403, "the activity names two tenants")
    found = channel or conversation
    return found if isinstance(found, str) else None


@lru_cache(maxsize=256)
def _split(service_url: str) -> SplitResult | None:
    """The parts of a plain address: no user, query, fragment, backslash or space, which parsers read differently."""
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
