"""Reporting duties: each municipality's year, and reminders that stop when it is done."""

from __future__ import annotations

from bot.desk import Tile
from bot.duties import audience, commands, desk_commands, reminders, report_commands, report_reminders
from bot.routes import Routes

routes = Routes(commands.routes, desk_commands.routes, report_commands.routes)
START = (Tile("Att göra", "duties.show"),)
DUE = (reminders.due, report_reminders.due)
STILL_WANTED = {"duty": reminders.still_wanted, report_reminders.SUMMARY: report_reminders.still_wanted}
CONDITIONS = audience.CONDITIONS
DECISIONS = (report_reminders.calls, report_reminders.undated)

__all__ = ["CONDITIONS", "DECISIONS", "DUE", "START", "STILL_WANTED", "routes"]
