"""Addresses of the bot itself, as people click them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from bot.settings import Settings
from storage import name_keys

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


def chat_with(mail: str, person_id: int) -> str:
    """Return the address that opens a chat in Teams with the person who has this mail address, with their key."""
    return chat_with_all([(mail, person_id)])


def chat_with_all(people: Sequence[tuple[str, int]]) -> str:
    """Return the address that opens a chat in Teams with people by their mail addresses, with their keys.

    Guests are found by their mail address only: Teams opens no chat for their UPN, which holds ``#EXT#``. The address
    names no tenant: two people from different tenants then meet in a chat of their own accounts, where they look.
    """
    users = ",".join(name_keys.keyed(person_id, quote(mail, safe="@")) for mail, person_id in people)
    return f"https://teams.microsoft.com/l/chat/0/0?users={users}"


def thread(settings: Settings, conversation_id: str, message_id: str) -> str:
    """Return the address of a thread in a channel; empty on a laptop, which has no channels in Teams."""
    if settings.app_id is None:
        return ""
    tenant = f"?tenantId={settings.app_tenant_id}" if settings.app_tenant_id else ""
    return f"https://teams.microsoft.com/l/message/{quote(conversation_id)}/{quote(message_id)}{tenant}"
