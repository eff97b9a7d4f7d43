"""Contact persons for newcomers: who is like whom, requests, matches, and what came of them."""

from __future__ import annotations

from bot.desk import Tile
from bot.matches import commands, desk_commands, notices, pair_commands, reminders
from bot.matches.reminders import ahead, run
from bot.routes import Role, Routes

routes = Routes(commands.routes, pair_commands.routes, desk_commands.routes)
DUE = (reminders.due,)
STILL_WANTED = dict.fromkeys(notices.KINDS, notices.still_wanted)
START = (
    Tile("Min match", "pair.mine"),
    Tile("Väntar på match", "pair.desk.show", role=Role.KANSLI, count=desk_commands.waiting),
)

__all__ = ["DUE", "START", "STILL_WANTED", "ahead", "routes", "run"]
