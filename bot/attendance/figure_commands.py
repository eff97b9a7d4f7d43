"""The kansli sees how many came to the events of a year and what they thought, and fetches it as a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot import downloads
from bot.attendance import access, figure_cards, figures
from bot.message import Json, Reply, say
from bot.register import sheets
from bot.routes import FileRequest, Role, Routes, Where
from bot.turn import Turn

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
NO_ADDRESS = "Här kan jag inte ge dig en fil. Siffrorna finns på kortet."


@routes.download(
    "meeting_figures",
    saved_as="motesstatistik.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
def figure_list(wanted: FileRequest) -> Callable[[], bytes]:
    """Make the figures of one year."""
    of_year = figures.of_year(wanted.session, figures.year_of(wanted.about, wanted.now), wanted.now)
    return partial(sheets.workbook, "Mötesstatistik", list(figure_cards.table(of_year)), figure_cards.WIDTHS)


@routes.command(
    "mötesstatistik",
    help="Se hur många som kom till årets möten, och om det var värt tiden.",
    takes="år",
    aliases=("statistik möten", "mötessiffror"),
)
def statistics(turn: Turn) -> Reply:
    """Show this year's figures, or those of the year that is written."""
    return say(card=_year(turn, turn.argument))


@routes.action("attendance.figures")
def show_year(turn: Turn) -> Reply:
    """Show the figures of a year."""
    return turn.in_place(_year(turn, turn.data.get("year")))


@routes.action("attendance.figures_of")
def show_event(turn: Turn) -> Reply:
    """Show the figures of one event."""
    (each,) = figures.of_events(turn.session, [access.counted(turn)])
    return turn.in_place(figure_cards.event(each, figures.comments(turn.session, each), turn.page))


@routes.action("attendance.export")
def export(turn: Turn) -> Reply:
    """Make a link to a year's figures. It is kept nowhere, so a repeated press is shown the way to a new one."""
    year = figures.year_of(turn.data.get("year"), turn.now)
    address = downloads.link(turn, figure_list, NO_ADDRESS, about=year)
    return Reply(
        messages=say(card=figure_cards.file(year, address)).messages,
        kept=say(card=figure_cards.no_link(year)),
    )


def _year(turn: Turn, year: object) -> Json:
    return figure_cards.year(figures.of_year(turn.session, figures.year_of(year, turn.now), turn.now), turn.page)
