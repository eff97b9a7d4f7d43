"""Consultations: members leave their points of view on a *remiss*, and the kansli reads and exports them."""

from __future__ import annotations

from bot.consultations import commands, desk_commands, reminders
from bot.routes import Routes

routes = Routes(commands.routes, desk_commands.routes)
DUE = (reminders.due,)
STILL_WANTED = {"consultation_over": reminders.still_wanted}

__all__ = ["DUE", "STILL_WANTED", "routes"]
