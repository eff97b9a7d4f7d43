"""Attendance: people are invited to events, reminded of them, and asked afterwards."""

from __future__ import annotations

from bot.attendance import reminders
from bot.attendance.reminders import due

STILL_WANTED = dict.fromkeys((reminders.INVITE, reminders.UNANSWERED, reminders.COMING), reminders.still_wanted)

__all__ = ["STILL_WANTED", "due"]
