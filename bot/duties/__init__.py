"""Reporting duties: each municipality's year, and reminders that stop when it is done."""

from __future__ import annotations

from bot.duties import commands, desk_commands, reminders
from bot.routes import Routes

routes = Routes(commands.routes, desk_commands.routes)
DUE = (reminders.due,)
STILL_WANTED = {"duty": reminders.still_wanted}

__all__ = ["DUE", "STILL_WANTED", "routes"]
