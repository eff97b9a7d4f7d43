"""The kansli fetches the knowledge bank as a file, and reads it back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot import dialog, downloads
from bot.bankfiles import cards, exports, files
from bot.bankfiles.columns import UnrecognisedError
from bot.message import ReceivedFile, Reply, UserError, say
from bot.routes import FileRequest, Role, Routes, Where
from bot.turn import Turn

DIALOG = "import_bank"
LONGEST_FILE = 1_000_000
"""Characters of a bank, about 600 entries: it is kept in the open dialog until it is confirmed."""
NO_ADDRESS = "Här kan jag inte ge dig en fil. Be driften köra: python -m bot export-bank FIL"

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


@routes.download(
    "bank_excel",
    saved_as="kunskapsbanken.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
def excel(wanted: FileRequest) -> Callable[[], bytes]:
    """Make the bank as an Excel file."""
    return partial(exports.excel, exports.rows(wanted.session))


@routes.download("bank_csv", saved_as="kunskapsbanken.csv", content_type="text/csv")
def separated(wanted: FileRequest) -> Callable[[], bytes]:
    """Make the bank as CSV."""
    return partial(exports.separated, exports.rows(wanted.session))


@routes.download("bank_markdown", saved_as="kunskapsbanken.md", content_type="text/markdown")
def markdown(wanted: FileRequest) -> Callable[[], bytes]:
    """Make the bank as Markdown."""
    return partial(exports.markdown, exports.rows(wanted.session))


@routes.command(
    "faq exportera",
    help="Hämta hela kunskapsbanken som Excel, CSV eller Markdown.",
    aliases=("exportera kunskapsbanken", "exportera faq", "hämta kunskapsbanken"),
    button="bankfiles.export",
)
def export(turn: Turn) -> Reply:
    """Make a link to each file. They are kept nowhere, so a repeated press is shown the way to new ones."""
    kinds = (("Excel", excel), ("CSV", separated), ("Markdown", markdown))
    card = cards.links([(kind, downloads.link(turn, file, NO_ADDRESS)) for kind, file in kinds])
    return Reply(messages=say(card=card).messages, kept=say(card=cards.no_links()))


@routes.command(
    "faq importera",
    help="Läs in svar till kunskapsbanken från en fil, och se först vad som ändras.",
    aliases=("importera kunskapsbanken", "importera faq", "importera svar till kunskapsbanken"),
    button="bankfiles.import",
)
def start(turn: Turn) -> Reply:
    """Start the dialog that reads a pasted list."""
    return dialog.start(turn, DIALOG)


def read_file(turn: Turn, file: ReceivedFile) -> Reply | None:
    """Show what a bank in a file would change. Return None for any other file."""
    current = dialog.opened(turn)
    try:
        text = files.as_text(files.read(file.data))
    except UnrecognisedError:
        if current is not None and current[0].name == DIALOG:
            raise
        return None
    if len(text) > LONGEST_FILE:
        raise UserError("Filen är för lång för chatten. Dela upp den, eller be driften läsa in den.")
    return dialog.start(turn, DIALOG, {"table": text})
