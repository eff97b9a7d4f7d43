"""Reporting duties: each municipality's year, and reminders that stop when it is done."""

from __future__ import annotations

from bot.routes import Routes
from bot.turn import Turn
from storage import duties

routes = Routes[Turn]()
_TABLES = duties  # the tables belong to the database from the first version that has the feature

__all__ = ["routes"]
