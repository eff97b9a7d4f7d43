"""Help and the first hello."""

from __future__ import annotations

from bot.help import commands, guess_commands, smalltalk
from bot.help.commands import greeting, team_greeting
from bot.help.guess_commands import hear_misspelt, refusal
from bot.routes import Routes

routes = Routes(commands.routes, guess_commands.routes)

__all__ = ["greeting", "hear_misspelt", "refusal", "routes", "smalltalk", "team_greeting"]
