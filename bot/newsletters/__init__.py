"""The newsletter, drafted from what has happened since the last one."""

from __future__ import annotations

from bot.newsletters import commands

routes = commands.routes

__all__ = ["routes"]
