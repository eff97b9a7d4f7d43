"""Messages to come, foreseen with the code that sends them, and stopped in time."""

from __future__ import annotations

from bot.desk import Tile
from bot.forecast import commands
from bot.routes import Role, Routes

routes = Routes(commands.routes)
START = (Tile("Kommande utskick", "forecast.show", role=Role.KANSLI),)

__all__ = ["START", "routes"]
