"""Events: the kansli announces a meeting, members register, and everybody is reminded at the right time."""

from __future__ import annotations

from bot.desk import Tile
from bot.events import desk_commands, participant_commands
from bot.events.audience import CONDITIONS
from bot.routes import Role, Routes

routes = Routes(desk_commands.routes, participant_commands.routes)
START = (Tile("Planera möten", "event.desk.list", {"page": 0}, Role.KANSLI),)
LISTENERS = (desk_commands.hear_plan,)

__all__ = ["CONDITIONS", "LISTENERS", "START", "routes"]
