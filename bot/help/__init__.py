"""Help and the first hello."""

from __future__ import annotations

from bot.help import commands, smalltalk
from bot.help.cards import go_personal
from bot.help.commands import greeting, team_greeting
from bot.routes import Routes

routes = Routes(commands.routes)

__all__ = ["go_personal", "greeting", "routes", "smalltalk", "team_greeting"]
