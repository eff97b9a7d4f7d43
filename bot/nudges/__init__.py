"""Reminders that the kansli sends to everybody whose municipality lacks something: a contact person or a programme."""

from __future__ import annotations

from bot.nudges import commands, notices
from bot.routes import Routes

routes = Routes(commands.routes)
STILL_WANTED = {"lack": notices.still_wanted}
DECISIONS = (commands.to_remind,)

__all__ = ["DECISIONS", "STILL_WANTED", "routes"]
