"""Care for the knowledge bank: search by words, review, history with undo, merging, and archiving by itself."""

from __future__ import annotations

from bot.bankcare import commands, decision_notices, reminders
from bot.bankcare.archive import run
from bot.routes import Routes

routes = Routes(commands.routes)
DECISIONS = (decision_notices.wanting,)
DUE = (reminders.due,)
STILL_WANTED = {reminders.REVIEW: reminders.still_wanted, reminders.EXPIRED: reminders.still_wanted}

__all__ = ["DECISIONS", "DUE", "STILL_WANTED", "routes", "run"]
