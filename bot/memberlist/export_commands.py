"""The kansli fetches the list of members as an Excel file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot import downloads
from bot.memberlist import export_cards, exports
from bot.message import Reply, say
from bot.routes import FileRequest, Role, Routes, Where
from bot.turn import Turn

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

NO_ADDRESS = "Här kan jag inte ge dig en fil. Be driften köra: python -m bot export-members FIL"


@routes.download(
    "members",
    saved_as="medlemmar.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    role=Role.KANSLI,
)
def members(wanted: FileRequest) -> Callable[[], bytes]:
    """The list, in the columns that an import reads."""
    return partial(exports.excel, exports.rows(wanted.session))


@routes.command(
    "exportera medlemmar",
    help="Hämta medlemslistan som en Excelfil.",
    aliases=("exportera", "exportera medlemslistan", "hämta medlemslistan"),
    button="people.export",
)
def export(turn: Turn) -> Reply:
    """A link to the file. It is kept nowhere, so a repeated press is shown the way to a new one."""
    card = export_cards.export(downloads.link(turn, members, NO_ADDRESS))
    return Reply(messages=say(card=card).messages, kept=say(card=export_cards.no_link()))
