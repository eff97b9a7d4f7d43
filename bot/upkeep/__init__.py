"""The running of the bot: backup, upgrade, and the secret that expires."""

from __future__ import annotations

from bot.upkeep import reminders

DUE = (reminders.due,)
STILL_WANTED = {"app_credential": reminders.still_wanted}

__all__ = ["DUE", "STILL_WANTED"]
