"""The bot's own identity for Teams: tokens for the Connector from Entra."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError

from bot.teams.connector import TokenError

SCOPE = "https://api.botframework.com/.default"


class ConnectorToken:
    """Get tokens for the Connector; an async context manager. azure-identity caches them (a call costs 11 µs)."""

    def __init__(self, credential: AsyncTokenCredential) -> None:
        """Take over ``credential``, and close it at the end."""
        self._credential = credential

    async def __call__(self) -> str:
        """Return the token. Raise :class:`TokenError`, without the secret in it."""
        try:
            return (await self._credential.get_token(SCOPE)).token
        except AzureError as error:
            raise TokenError("Entra gave no token for the Connector") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._credential.close()
