"""Addresses of the bot itself, as people click them."""

from __future__ import annotations

from urllib.parse import quote

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


def chat_with(settings: Settings, mail: str) -> str:
    """Return the address of a Teams chat with the person who has this mail address.

    Guests are found by their mail address only: Teams opens no chat for their UPN, which holds ``#EXT#``.
    """
    tenant = f"tenantId={settings.app_tenant_id}&" if settings.app_tenant_id else ""
    return f"https://teams.microsoft.com/l/chat/0/0?{tenant}users={quote(mail, safe='@')}"
