"""A year's programme of events: imported from calendar files and lists."""

from __future__ import annotations

from bot.programme import commands

routes = commands.routes
FILES = (commands.read_file,)

__all__ = ["FILES", "routes"]
