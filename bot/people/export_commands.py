"""The kansli fetches the list of members as an Excel file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot import downloads
from bot.people import exporting, manage_cards
from bot.routes import Role, Routes, Where
from bot.turn import Reply, Turn, Wanted, say, state

routes = Routes()

NO_ADDRESS = "Här kan jag inte ge dig en fil. Be driften köra: python -m bot export-members FIL"


@routes.download(
    "members",
    saved_as="medlemmar.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    role=Role.KANSLI,
)
def members(wanted: Wanted) -> Callable[[], bytes]:
    """The list, in the columns that an import reads."""
    return partial(exporting.workbook, list(exporting.rows(wanted.session)))


@routes.command(
    "exportera medlemmar",
    help="Hämta medlemslistan som en Excelfil.",
    role=Role.KANSLI,
    where=Where.PERSONAL,
    aliases=("exportera", "exportera medlemslistan", "hämta medlemslistan"),
)
def export(turn: Turn) -> Reply:
    """A link to the file."""
    card = manage_cards.export(downloads.link(turn, members, NO_ADDRESS))
    return Reply(messages=say(card=card).messages, kept=say(card=manage_cards.no_link()))


@routes.action("people.export", role=Role.KANSLI, where=Where.PERSONAL)
def press_export(turn: Turn) -> Reply:
    """The button for :func:`export`. The link is kept nowhere, so a repeated press is shown the way to a new one."""
    card = manage_cards.export(downloads.link(turn, members, NO_ADDRESS))
    return Reply(state=card, kept=state(manage_cards.no_link()))
