"""The members of a team or channel, from the Connector."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from aiohttp import ClientError

from bot.message import Json
from bot.ports import Listed, Reason, TryLater, Unreachable
from bot.teams.connector import Connector, ConnectorError, ServiceUrlError, TokenError

T = TypeVar("T")

ATTEMPTS = 3
"""How often to read a roster from the start. A single page can't be asked for again."""
LONGEST_WAIT = 60.0
"""The most seconds to wait. If Teams asks for more, the roster is read at the job's next time."""


class TeamsDirectory:
    """:class:`bot.ports.TeamDirectory` on the Connector. Reading does no harm, so try again after any failure."""

    def __init__(self, connector: Connector, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._connector = connector
        self._sleep = sleep

    async def members(self, service_url: str, conversation_id: str) -> list[Listed]:
        """See :class:`bot.ports.TeamDirectory`."""

        async def read() -> list[Listed]:
            with _meaning():
                return [listed(member) async for member in self._connector.members(service_url, conversation_id)]

        return await self._patiently(read)

    async def group(self, service_url: str, team_id: str) -> str:
        """See :class:`bot.ports.TeamDirectory`."""

        async def read() -> str:
            with _meaning():
                team = await self._connector.team(service_url, team_id)
            group_id = _text(team, "aadGroupId")
            if not group_id:
                raise Unreachable(Reason.GONE)
            return group_id

        return await self._patiently(read)

    async def _patiently(self, read: Callable[[], Awaitable[T]]) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await read()
            except TryLater as wait:
                seconds = 2.0**attempt if wait.after is None else wait.after
                if attempt == ATTEMPTS or seconds > LONGEST_WAIT:
                    raise
                await self._sleep(seconds)
        raise AssertionError("unreachable")


@contextmanager
def _meaning() -> Iterator[None]:
    """Replace the Connector's exceptions with the port's."""
    try:
        yield
    except ConnectorError as error:
        if error.status in (403, 404):
            raise Unreachable(Reason.NOT_IN_ROSTER) from error
        raise TryLater(str(error), after=error.retry_after) from error
    except (ServiceUrlError, TokenError, ClientError, TimeoutError) as error:
        raise TryLater(type(error).__name__) from error


def listed(member: Json) -> Listed:
    """Return one member in the port's form. Each field may be missing or have another type than text."""
    role = _text(member, "userRole").casefold()
    outside = "#ext#" in _text(member, "userPrincipalName").casefold()
    given = " ".join(part for part in (_text(member, "givenName"), _text(member, "surname")) if part)
    return Listed(
        teams_id=_text(member, "id") or None,
        entra_id=(_text(member, "aadObjectId") or _text(member, "objectId")) or None,
        name=_text(member, "name") or given or None,
        mail=_text(member, "email") or None,
        guest=True if role == "guest" or outside else False if role == "user" else None,
        tenant_id=_text(member, "tenantId") or None,
    )


def _text(member: Json, name: str) -> str:
    value = member.get(name)
    return value.strip() if isinstance(value, str) else ""
