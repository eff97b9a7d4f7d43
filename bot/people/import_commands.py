"""The kansli imports the list of members in the chat."""

from __future__ import annotations

from bot.routes import Role, Routes, Where
from bot.turn import Reply, Turn
from dialogs import engine
from dialogs.import_members import IMPORT_MEMBERS

routes = Routes()


@routes.command(
    "importera medlemmar",
    help="Läs in medlemslistan från Excel, och se först vad som ändras.",
    role=Role.KANSLI,
    where=Where.PERSONAL,
    aliases=("importera", "importera medlemslistan"),
)
def start(turn: Turn) -> Reply:
    """Start the dialog that reads a pasted list."""
    return engine.start(turn, IMPORT_MEMBERS)


@routes.action("people.import", role=Role.KANSLI, where=Where.PERSONAL)
def press_start(turn: Turn) -> Reply:
    """The button for :func:`start`."""
    return engine.start(turn, IMPORT_MEMBERS)
