"""Reporting duties: each municipality's year, and reminders that stop when it is done."""

from __future__ import annotations

from bot.duties import desk_commands
from bot.routes import Routes

routes = Routes(desk_commands.routes)

__all__ = ["routes"]
