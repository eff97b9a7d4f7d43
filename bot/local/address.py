"""Where the bot on this machine answers, and the commands that use that address."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.settings import Settings

USUAL_PORT: int = Settings.model_fields["port"].default


def bot_address(settings: Settings) -> str:
    """Return the bot's address on this machine."""
    host = f"[{settings.host}]" if ":" in settings.host.strip("[]") else settings.host
    return f"http://{host}:{settings.port}"


def port(address: str) -> int:
    """Return the port of an address of :func:`bot_address`."""
    return urlsplit(address).port or USUAL_PORT


def make(target: str, number: int) -> str:
    """Return what to write in a terminal to make ``target`` with the bot at this port."""
    return f"make {target}" if number == USUAL_PORT else f"PORT={number} make {target}"
