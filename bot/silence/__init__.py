"""Silent members: a friendly question to people who have not been heard for long, then to others."""

from __future__ import annotations

from bot.routes import Routes
from bot.silence import commands, notices
from bot.silence.reminders import ahead, run

routes = Routes(commands.routes)
STILL_WANTED = {"silence": notices.still_wanted, "silence_colleague": notices.still_wanted}
DECISIONS = (commands.to_contact,)

__all__ = ["DECISIONS", "STILL_WANTED", "ahead", "routes", "run"]
