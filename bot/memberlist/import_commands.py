"""The kansli imports the list of members in the chat."""

from __future__ import annotations

from bot import dialog
from bot.memberlist import columns
from bot.message import ReceivedFile, Reply, UserError
from bot.register import headings, spreadsheet
from bot.routes import Role, Routes, Where
from bot.turn import Turn

LONGEST_FILE = 200_000
"""Characters of a list, about 2,500 people: it is kept in the open dialog until it is confirmed."""

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


def read_file(turn: Turn, file: ReceivedFile) -> Reply | None:
    """Show what a list of members in a file would change. Return None for any other file."""
    try:
        text = headings.chosen(spreadsheet.read(file.data), columns.is_heading)
    except UserError:
        return None
    if text is None:
        return None
    if len(text) > LONGEST_FILE:
        raise UserError("Listan är för lång för chatten. Dela upp den, eller be driften läsa in den.")
    return dialog.start(turn, "import_members", {"table": text})
