"""The kansli imports the list of members in the chat."""

from __future__ import annotations

from bot import dialog
from bot.message import Reply
from bot.routes import Role, Routes, Where
from bot.turn import Turn

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


@routes.command(
    "importera medlemmar",
    help="Läs in medlemslistan från Excel, och se först vad som ändras.",
    aliases=("importera", "importera medlemslistan"),
)
def start(turn: Turn) -> Reply:
    """Start the dialog that reads a pasted list."""
    return dialog.start(turn, "import_members")


@routes.action("people.import")
def press_start(turn: Turn) -> Reply:
    """The button for :func:`start`."""
    return dialog.start(turn, "import_members")
