"""Handover: a seat's new holder gets the municipality's dossier, and what the person before left open."""

from __future__ import annotations

from bot.handover import commands, notices
from bot.handover.reminders import ahead, run
from bot.routes import Routes

routes = Routes(commands.routes)
STILL_WANTED = {"handover": notices.still_wanted}

__all__ = ["STILL_WANTED", "ahead", "routes", "run"]
