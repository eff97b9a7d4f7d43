"""What is asked of the knowledge bank and how it goes: the kansli's figures."""

from __future__ import annotations

from bot.bankfigures import commands

routes = commands.routes

__all__ = ["routes"]
