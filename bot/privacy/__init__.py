"""The data kept about a person: shown, exported and erased."""

from __future__ import annotations

from bot.desk import Tile
from bot.privacy import bank_notices, commands, downloads, kansli_commands
from bot.routes import Routes

routes = Routes(commands.routes, downloads.routes, kansli_commands.routes, bank_notices.routes)
START = (Tile("Mina uppgifter", "privacy.overview"),)

__all__ = ["START", "routes"]
