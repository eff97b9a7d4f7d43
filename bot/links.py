"""Addresses of the bot itself, as people click them."""

from __future__ import annotations

from bot.settings import Settings

NOWHERE = "https://teams.example/l/chat"
"""The address on a laptop, where none leads to the chat."""


def chat(settings: Settings) -> str:
    """Return the address of the bot's chat in Teams.

    It names the tenant, because a guest who clicks may be switched to another one.
    """
    if settings.app_id is None:
        return NOWHERE
    tenant = f"&tenantId={settings.app_tenant_id}" if settings.app_tenant_id else ""
    return f"https://teams.microsoft.com/l/chat/0/0?users=28:{settings.app_id}{tenant}"
