"""The kansli's Monday: a few prepared decisions, in a card that comes by itself and by a command."""

from __future__ import annotations

from bot.agenda import commands, reminders
from bot.agenda.reminders import ahead, run
from bot.desk import Tile
from bot.routes import Role, Routes

routes = Routes(commands.routes)
START = (Tile("Veckans beslut", "agenda.show", role=Role.KANSLI),)
STILL_WANTED = {"agenda": reminders.still_wanted}

__all__ = ["START", "STILL_WANTED", "ahead", "routes", "run"]
