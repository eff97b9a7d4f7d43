"""Events: the kansli announces a meeting, members register, and everybody is reminded at the right time."""

from __future__ import annotations

from bot.desk import Tile
from bot.events import commands, notices
from bot.events.audience import CONDITIONS
from bot.events.offer_notices import run
from bot.routes import Routes, Where
from bot.turn import Turn

routes = Routes[Turn](commands.routes)
START = (Tile("Webbinarier", "event.list", where=Where.ANY),)
LISTENERS = (commands.listen,)
STILL_WANTED = dict.fromkeys(
    (notices.MOVE, notices.CANCEL, notices.OFFER, notices.DECLINE, notices.QUESTION), notices.still_wanted
)

__all__ = ["CONDITIONS", "LISTENERS", "START", "STILL_WANTED", "routes", "run"]
