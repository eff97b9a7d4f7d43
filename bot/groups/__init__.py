"""Theme groups: channels in which members help each other."""

from __future__ import annotations

from bot.desk import Tile
from bot.groups import commands
from bot.groups.commands import channel_gone, team_gone
from bot.routes import Routes, Where

routes = Routes(commands.routes)
START = (Tile("Temagrupper", "groups.list", where=Where.ANY),)

__all__ = ["START", "channel_gone", "routes", "team_gone"]
