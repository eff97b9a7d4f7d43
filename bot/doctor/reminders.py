"""Checks, from the database, that reminders go the way that people chose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.doctor.case import Problem
from bot.settings import Settings
from storage import reminder_choices
from storage.database import Database

LATELY = timedelta(days=1)


def problems(database: Database, settings: Settings, now: datetime) -> Iterator[Problem]:
    """Check that mail works for the people who want it, and that no reminder was lost lately for want of set-up."""
    if settings.local:
        return
    wanting = database.look(reminder_choices.wanting_mail)
    if wanting and settings.graph_mailbox is None:
        fault = f"reminders by mail were chosen by {wanting}, and the bot has no mailbox: they come in the chat"
        yield Problem("reminders", fault, "Set SEKOM_GRAPH_MAILBOX (docs/tenant.md, Microsoft Graph)")
    lost = database.look(lambda session: reminder_choices.closed_since(session, now - LATELY))
    if lost and settings.graph_mailbox is not None:
        fault = f"Graph refused for want of set-up in the last day: {lost} (mails or notifications)"
        remedy = "Mend the permissions and the mailbox as said here; if all are well, look in the log: Graph refuses"
        yield Problem("reminders", fault, remedy)
