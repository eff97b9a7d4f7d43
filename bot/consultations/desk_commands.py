"""The kansli reads the points of view on a consultation, and fetches them as files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot import downloads
from bot.consultations import access, desk_cards, export
from bot.message import Reply, say
from bot.routes import FileRequest, Role, Routes, Where, Writer
from bot.turn import Turn
from storage import announcements, viewpoints

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
NO_ADDRESS = "Här kan jag inte ge dig en fil. Be driften sätta SEKOM_PUBLIC_URL. Listan har samma synpunkter."


@routes.action("consultations.list")
def show(turn: Turn) -> Reply:
    """List the points of view."""
    row = access.kept(turn)
    card = desk_cards.listing(row, viewpoints.submitted(turn.session, row.id), turn.page)
    return say(card=card) if turn.data.get("below") is True else turn.in_place(card)


@routes.download(
    "viewpoints_excel",
    saved_as="synpunkter.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
def excel(wanted: FileRequest) -> Callable[[], bytes]:
    """Return the points of view as an Excel file."""
    return partial(export.workbook, viewpoints.submitted(wanted.session, wanted.about or 0))


@routes.download("viewpoints_markdown", saved_as="synpunkter.md", content_type="text/markdown")
def markdown(wanted: FileRequest) -> Callable[[], bytes]:
    """Return the points of view as a Markdown text."""
    row = announcements.find(wanted.session, wanted.about or 0)
    return partial(export.text, row.heading if row else "", viewpoints.submitted(wanted.session, wanted.about or 0))


@routes.action("consultations.excel")
def fetch_excel(turn: Turn) -> Reply:
    """Show a link to the Excel file."""
    return _link(turn, excel)


@routes.action("consultations.markdown")
def fetch_markdown(turn: Turn) -> Reply:
    """Show a link to the Markdown text."""
    return _link(turn, markdown)


def _link(turn: Turn, file: Writer) -> Reply:
    """Show a link. It is kept nowhere, so a repeated press gets the way to a new one."""
    row = access.kept(turn)
    url = downloads.link(turn, file, NO_ADDRESS, about=row.id)
    kept = turn.in_place(desk_cards.no_link(row))
    reply = turn.in_place(desk_cards.file(row, url))
    return Reply(reply.messages, reply.view, reply.state, kept=kept)
