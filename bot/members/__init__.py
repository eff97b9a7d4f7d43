"""People and municipalities: the pages of members about themselves, and the kansli's register."""

from __future__ import annotations

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
from bot.routes import Routes

routes = Routes(
    commands.routes,
    kansli_commands.routes,
    contact_commands.routes,
    role_commands.routes,
    register_commands.routes,
    statement_commands.routes,
)
DUE = (notices.due,)

__all__ = ["DUE", "listen", "routes"]
