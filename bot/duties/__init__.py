"""Reporting duties: each municipality's year, and reminders that stop when it is done."""

from __future__ import annotations

from bot.duties import commands, reminders
from bot.routes import Routes

routes = Routes(commands.routes)
DUE = (reminders.due,)
STILL_WANTED = {"duty": reminders.still_wanted}

__all__ = ["DUE", "STILL_WANTED", "routes"]
