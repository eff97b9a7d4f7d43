"""A newcomer's start in the network: the questions, what awaits them, and their introduction to the theme groups."""

from __future__ import annotations

from bot.desk import Tile
from bot.onboarding import commands, introduction_commands, introduction_notices, introductions
from bot.register import newcomers
from bot.routes import Routes

routes = Routes(commands.routes, introduction_commands.routes)
START = (Tile("Kom igång", "onboarding.start", wanted=lambda turn: newcomers.may_begin(turn.session, turn.person)),)
STILL_WANTED = {introductions.SUBJECT: introduction_notices.still_wanted}

__all__ = ["START", "STILL_WANTED", "routes"]
