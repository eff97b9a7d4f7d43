"""Announcements: the kansli writes to many, follows up, corrects and takes back."""

from __future__ import annotations

from bot.announcements import access, commands, desk_commands, notices, reminders, sent_commands
from bot.announcements.reminders import ahead, run
from bot.desk import Tile
from bot.routes import Role, Routes

routes = Routes(commands.routes, commands.members, desk_commands.routes, sent_commands.routes)
START = (Tile("Utskick", "announcements.list", {"page": 0}, Role.KANSLI),)
DUE = (reminders.due,)
LISTENERS = (commands.ask_about,)
STILL_WANTED = {
    "announcement": notices.still_wanted,
    "announcement_desk": access.for_desk,
    "announcement_review": access.for_desk,
    "announcement_reminder": reminders.still_wanted,
    "announcement_nudge": reminders.nudge_wanted,
}

__all__ = ["DUE", "LISTENERS", "START", "STILL_WANTED", "ahead", "routes", "run"]
