"""Questions to the knowledge bank, and the kansli's work on it."""

from __future__ import annotations

from bot.faq import commands, gap_commands, kansli_commands
from bot.faq.commands import ask, hear_complaint
from bot.routes import Routes

routes = Routes(commands.routes, kansli_commands.routes, gap_commands.routes)

__all__ = ["ask", "hear_complaint", "routes"]
