"""Questions between members: asked in a theme group, answered, and brought back."""

from __future__ import annotations

from bot.desk import Tile
from bot.questions import channel_commands, commands, desk_commands, follow_up_commands, notices, reminders
from bot.questions.channel_commands import ask as ask_overheard
from bot.questions.channel_commands import changed_answer, edit, in_thread, take_back, to_ask_about
from bot.questions.commands import hear_solved
from bot.questions.follow_up_commands import listen
from bot.routes import Role, Routes, Where
from storage import offers

routes = Routes(
    commands.routes, channel_commands.routes, desk_commands.routes, follow_up_commands.routes, notices.routes
)
DUE = (reminders.due,)
STILL_WANTED = {
    "question": reminders.mail_still_wanted,
    "question_reminder": reminders.still_wanted,
    "thread_offer": offers.still_kept,
}
START = (
    Tile("Fråga kollegor", "questions.start", where=Where.ANY),
    Tile("Mina frågor", "questions.mine"),
    Tile("Öppna frågor", "questions.desk", {"page": 0}, Role.KANSLI, count=desk_commands.waiting_count),
)
DECISIONS = (desk_commands.waiting_long,)

__all__ = [
    "DECISIONS",
    "DUE",
    "START",
    "STILL_WANTED",
    "ask_overheard",
    "changed_answer",
    "edit",
    "hear_solved",
    "in_thread",
    "listen",
    "routes",
    "take_back",
    "to_ask_about",
]
