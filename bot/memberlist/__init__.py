"""The list of members as a file: imported and exported."""

from __future__ import annotations

from bot.memberlist import export_commands, import_commands
from bot.routes import Routes

routes = Routes(import_commands.routes, export_commands.routes)
FILES = (import_commands.read_file,)

__all__ = ["FILES", "routes"]
