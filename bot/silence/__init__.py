"""Silent members: a friendly question to people who have not been heard for long, then to others."""

from __future__ import annotations

from bot.desk import Tile
from bot.routes import Role, Routes
from bot.silence import commands, notices
from bot.silence.reminders import ahead, run

routes = Routes(commands.routes)
STILL_WANTED = {"silence": notices.still_wanted, "silence_colleague": notices.still_wanted}
START = (Tile("Hör av dig till", "silence.list", {"page": 0}, role=Role.KANSLI, count=commands.waiting),)
DECISIONS = (commands.to_contact,)

__all__ = ["DECISIONS", "START", "STILL_WANTED", "ahead", "routes", "run"]
