"""Events: the kansli announces a meeting, members register, and everybody is reminded at the right time."""

from __future__ import annotations

from bot.desk import Tile
from bot.events import commands, desk_commands, notices, participant_commands
from bot.events.audience import CONDITIONS
from bot.events.offer_notices import ahead, run
from bot.routes import Role, Routes, Where

routes = Routes(commands.routes, desk_commands.routes, participant_commands.routes)
START = (Tile("Webbinarier", "event.list", where=Where.ANY),)
DESK = (Tile("Planera möten", "event.desk.list", {"page": 0}, Role.KANSLI),)
"""The kansli's part of the start page."""
LISTENERS = (desk_commands.hear_plan, commands.listen)
STILL_WANTED = dict.fromkeys(
    (notices.MOVE, notices.CANCEL, notices.OFFER, notices.DECLINE, notices.QUESTION), notices.still_wanted
)

__all__ = ["CONDITIONS", "DESK", "LISTENERS", "START", "STILL_WANTED", "ahead", "routes", "run"]
