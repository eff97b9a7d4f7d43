"""Checks over the network: the bot's public address, and the clock."""

from __future__ import annotations

from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from aiohttp import ClientConnectorCertificateError, ClientConnectorDNSError, ClientSSLError

from bot.doctor.case import UNREACHED, Case, Problem, beginning

OK, UNAUTHORISED = 200, 401
APART = timedelta(seconds=60)
"""How far the clocks may differ. Entra's tokens tolerate five minutes, our leases less."""


async def public_url(case: Case) -> list[Problem]:
    """Check that the bot answers at its public address, on both paths that others use."""
    url = case.settings.public_url
    if url is None:
        return []
    remedy = (
        f"Start the bot, and have the proxy in front of it pass {url} on to {case.settings.host}:{case.settings.port}"
    )
    try:
        async with case.asking("GET", f"{url}/healthz") as response:
            alive = response.status == OK and b'"alive":true' in (await beginning(response)).replace(b" ", b"")
        if not alive:
            return [Problem("SEKOM_PUBLIC_URL", f"{url}/healthz answers {response.status}, and not as the bot", remedy)]
        async with case.asking("POST", f"{url}/api/messages", json={}) as response:
            status = response.status
    except UNREACHED as error:
        return [
            Problem("SEKOM_PUBLIC_URL", f"{url} {_why(error)}", f"Look at its name, certificate and port. {remedy}")
        ]
    if status == UNAUTHORISED or case.settings.local:
        return []
    fault = f"{url}/api/messages answers {status} to a stranger instead of 401"
    return [
        Problem("SEKOM_PUBLIC_URL", fault, "Have the proxy pass the path /api/messages on unchanged, with its method")
    ]


async def clock(case: Case) -> list[Problem]:
    """Check this machine's clock against the Date header of Entra's answer."""
    if case.settings.local:
        return []
    address = f"{case.login}/{case.settings.app_tenant_id}/v2.0/.well-known/openid-configuration"
    try:
        async with case.asking("GET", address) as response:
            theirs = parsedate_to_datetime(response.headers.get("Date", ""))
    except UNREACHED as error:
        if isinstance(error, ValueError):
            return []  # no Date to compare with
        fault = f"login.microsoftonline.com {_why(error)}"
        return [Problem("network", fault, "Let this machine reach login.microsoftonline.com on port 443")]
    apart = case.now() - theirs.astimezone(UTC)
    if abs(apart) <= APART:
        return []
    fault = (
        f"this machine's clock is {abs(apart).total_seconds():.0f} s {'ahead' if apart > timedelta(0) else 'behind'}"
    )
    return [Problem("clock", fault, "Let the machine set its clock by NTP: timedatectl set-ntp true")]


def _why(error: Exception) -> str:
    match error:
        case ClientConnectorCertificateError():
            return "has a certificate that is not trusted"
        case ClientSSLError():
            return "does not speak TLS there"
        case ClientConnectorDNSError():
            return "has no address in DNS"
        case TimeoutError():
            return "does not answer in time"
        case _:
            return f"can't be reached ({type(error).__name__})"
