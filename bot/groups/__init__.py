"""Theme groups: channels in which members help each other."""

from __future__ import annotations

from bot.groups import commands
from bot.groups.commands import channel_gone
from bot.routes import Routes

routes = Routes(commands.routes)

__all__ = ["channel_gone", "routes"]
