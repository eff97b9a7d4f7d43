"""How each person wants to be reminded."""

from __future__ import annotations

from bot.desk import Tile
from bot.reminding import commands
from bot.routes import Routes

routes = Routes(commands.routes)
START = (Tile("Påminnelser", "reminding.open"),)

__all__ = ["START", "routes"]
