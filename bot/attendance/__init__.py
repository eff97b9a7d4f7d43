"""Attendance: people are invited to events, reminded of them, and asked afterwards."""

from __future__ import annotations

from bot.attendance import after_reminders, commands, desk_commands, figure_commands, link_reminders, reminders
from bot.attendance.reminders import due
from bot.routes import Routes

routes = Routes(commands.routes, desk_commands.routes, figure_commands.routes)
DUE = (after_reminders.due, link_reminders.due)
STILL_WANTED = {
    **dict.fromkeys((reminders.INVITE, reminders.UNANSWERED, reminders.COMING), reminders.still_wanted),
    **dict.fromkeys((after_reminders.ASK, after_reminders.MATERIAL), after_reminders.still_wanted),
    link_reminders.LINK: link_reminders.still_wanted,
}

__all__ = ["DUE", "STILL_WANTED", "due", "routes"]
