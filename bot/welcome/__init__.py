"""New members: the first welcome, guests who have not accepted, timed steps, and the information pack."""

from __future__ import annotations

from bot.routes import Routes
from bot.turn import Turn
from bot.welcome import guest_reminders, newcomer_reminders
from bot.welcome.newcomer_reminders import ahead, run

routes: Routes[Turn] = Routes()
DUE = (guest_reminders.due,)
STILL_WANTED = {
    newcomer_reminders.SUBJECT: newcomer_reminders.still_wanted,
    guest_reminders.SUBJECT: guest_reminders.still_wanted,
}

__all__ = ["DUE", "STILL_WANTED", "ahead", "routes", "run"]
