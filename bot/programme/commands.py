"""The kansli imports a year's programme in the chat."""

from __future__ import annotations

from bot import dialog
from bot.message import ReceivedFile, Reply, UserError
from bot.programme import imports
from bot.routes import Role, Routes, Where
from bot.turn import Turn

LONGEST_FILE = 300_000
"""Characters of a programme in a file: it is kept in the open dialog until it is confirmed."""

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


@routes.command(
    "importera program",
    help="Läs in årets möten från Excel, CSV eller en kalenderfil, och se först vad som ändras.",
    aliases=("importera möten", "importera webbinarier", "importera kalender"),
    button="programme.import",
)
def start(turn: Turn) -> Reply:
    """Start the dialog that reads a programme."""
    return dialog.start(turn, "import_programme")


def read_file(turn: Turn, file: ReceivedFile) -> Reply | None:
    """Show what a programme in a file would change. Return None for any other file."""
    text = imports.text_of(file.data)
    if text is None:
        return None
    if len(text) > LONGEST_FILE:
        raise UserError("Programmet är för långt för chatten. Dela upp det, eller be driften läsa in det.")
    return dialog.start(turn, "import_programme", {"text": text})
