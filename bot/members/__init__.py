"""People and municipalities: the pages of members about themselves, and the kansli's register."""

from __future__ import annotations

from bot.desk import Tile
from bot.members import (
    commands,
    contact_commands,
    kansli_commands,
    notices,
    register_commands,
    role_commands,
    statement_commands,
)
from bot.members.register_commands import listen
from bot.routes import Role, Routes

routes = Routes(
    commands.routes,
    kansli_commands.routes,
    contact_commands.routes,
    role_commands.routes,
    register_commands.routes,
    statement_commands.routes,
)
DUE = (notices.due,)
START = (
    Tile("Min kommun", "people.mine"),
    Tile("Förslag", "people.proposals", role=Role.KANSLI, count=kansli_commands.proposals_waiting),
    Tile("Saknar kontakt", "people.overview", role=Role.KANSLI, count=kansli_commands.members_lacking),
)
DECISIONS = (notices.to_confirm,)

__all__ = ["DECISIONS", "DUE", "START", "listen", "routes"]
