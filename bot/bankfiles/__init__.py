"""The knowledge bank as a file: fetched, changed in another program, and read back."""

from __future__ import annotations

from bot.bankfiles import commands

routes = commands.routes
FILES = (commands.read_file,)

__all__ = ["FILES", "routes"]
