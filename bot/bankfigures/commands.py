"""The command *faq läge*, and the buttons of its cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.bankfigures import cards, months
from bot.message import Json, Reply, say, state
from bot.routes import Role, Routes, Where
from bot.turn import Turn
from storage import faq, faq_figures
from storage.faq_figures import QuestionTally

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

MOST_READ = 10


@routes.command(
    "faq läge",
    help="Se hur många frågor som ställs, hur det går, och vad som läses mest.",
    aliases=("faqläge", "faq-läge", "läget i kunskapsbanken", "kunskapsbankens läge", "faq statistik"),
    button="bankfigures.show",
)
def show(turn: Turn) -> Reply:
    """The last twelve months in short."""
    return say(card=_overview(turn))


@routes.action("bankfigures.by_month")
def by_month(turn: Turn) -> Reply:
    """The numbers behind the charts."""
    return state(cards.by_month(*_year(turn)))


@routes.action("bankfigures.themes")
def themes(turn: Turn) -> Reply:
    """How many questions were about each theme."""
    [first, *_] = months.starts(months.of(turn.now))
    return state(cards.themes(faq_figures.by_theme(turn.session, first)))


@routes.action("bankfigures.most_read")
def most_read(turn: Turn) -> Reply:
    """The ten answers that were read most."""
    [first, *_] = months.starts(months.of(turn.now))
    return state(cards.most_read(faq_figures.most_read(turn.session, first, MOST_READ)))


def _overview(turn: Turn) -> Json:
    return cards.overview(*_year(turn), faq.counts(turn.session), turn.app.settings.question_days)


def _year(turn: Turn) -> tuple[Sequence[date], Sequence[QuestionTally]]:
    shown = months.of(turn.now)
    return shown, faq_figures.by_month(turn.session, months.starts(shown))
