"""New members: the first welcome, guests who have not accepted, timed steps, and the information pack."""

from __future__ import annotations

from bot.routes import Routes
from bot.welcome import (
    check_in_commands,
    desk_commands,
    guest_reminders,
    newcomer_reminders,
    pack_commands,
    step_reminders,
)
from bot.welcome.newcomer_reminders import ahead, run

routes = Routes(pack_commands.routes, check_in_commands.routes, desk_commands.routes)
DUE = (step_reminders.due,)
DECISIONS = (check_in_commands.to_answer,)
STILL_WANTED = {
    newcomer_reminders.SUBJECT: newcomer_reminders.still_wanted,
    guest_reminders.SUBJECT: guest_reminders.still_wanted,
    step_reminders.SUBJECT: step_reminders.still_wanted,
    desk_commands.SUBJECT: desk_commands.still_wanted,
}

__all__ = ["DECISIONS", "DUE", "STILL_WANTED", "ahead", "routes", "run"]
