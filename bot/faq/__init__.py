"""Questions to the knowledge bank, and the kansli's work on it."""

from __future__ import annotations

from bot.desk import Tile
from bot.faq import commands, decision_notices, gap_commands, kansli_commands, share_notices
from bot.faq.commands import ask, hear_complaint
from bot.routes import Role, Routes

routes = Routes(commands.routes, kansli_commands.routes, gap_commands.routes)
START = (
    Tile("Utkast", "faq.list", {"state": "draft", "page": 0}, Role.KANSLI, count=kansli_commands.drafts_waiting),
    Tile("Kunskapsluckor", "faq.gaps", {"page": 0}, Role.KANSLI, count=gap_commands.gaps_waiting),
)
DECISIONS = (decision_notices.publishable, decision_notices.unanswered)
STILL_WANTED = {share_notices.SUBJECT: share_notices.still_wanted}

__all__ = ["DECISIONS", "START", "STILL_WANTED", "ask", "hear_complaint", "routes"]
