"""Events: the kansli announces a meeting, members register, and everybody is reminded at the right time."""

from __future__ import annotations

from bot.events.audience import CONDITIONS
from bot.routes import Routes
from bot.turn import Turn

routes = Routes[Turn]()

__all__ = ["CONDITIONS", "routes"]
