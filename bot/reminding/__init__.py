"""How each person wants to be reminded."""

from __future__ import annotations

from bot.reminding import commands
from bot.routes import Routes

routes = Routes(commands.routes)

__all__ = ["routes"]
