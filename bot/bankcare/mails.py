"""Reminders about the bank as mails."""

from __future__ import annotations

from collections.abc import Sequence

from bot import swedish
from bot.cards import escape
from storage.faq import Entry
from storage.outgoing import AsMail


def to_review(entries: Sequence[Entry]) -> AsMail:
    """Return the mail for moderators who chose mail, and for guests."""
    lines = "\n".join(f"- {escape(entry.question)}" for entry in entries)
    return AsMail(
        subject=f"Stämmer {swedish.count(len(entries), 'svar', 'svar')} fortfarande?",
        text=f"Det är dags att läsa om de här svaren i kunskapsbanken:\n\n{lines}\n\nSkriv ”faq sök” till mig i Teams, "
        "så hittar du dem och kan säga om de stämmer.",
        why="Du får mejlet för att du är moderator för en temagrupp.",
    )


def expired(entries: Sequence[Entry]) -> AsMail:
    """Return the mail for the kansli about what was archived."""
    lines = "\n".join(f"- {escape(entry.question)}" for entry in entries)
    return AsMail(
        subject=f"Arkiverat i kunskapsbanken: {swedish.count(len(entries), 'svar', 'svar')}",
        text=f"Ingen har fått eller granskat de här svaren på länge, så jag har arkiverat dem:\n\n{lines}\n\n"
        "Skriv ”arkiverade svar” till mig i Teams om något ska tillbaka.",
        why="Du får mejlet för att du arbetar på kansliet.",
    )
