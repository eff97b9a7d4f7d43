"""A member's news: what is current, and how they want each kind of announcement."""

from __future__ import annotations

from bot.message import Json, Reply, say, state
from bot.news import cards, choices
from bot.routes import Routes, Where
from bot.turn import Turn
from storage import news

routes = Routes[Turn](where=Where.PERSONAL)


@routes.command(
    "nytt",
    help="Se vad från kansliet som är aktuellt för dig just nu.",
    aliases=("nyheter", "aktuellt", "vad är nytt", "mina nyheter"),
    button="news.show",
)
def show(turn: Turn) -> Reply:
    """Show what is current, a page at a time."""
    return say(card=cards.overview(choices.current(turn.session, turn.person.id, turn.now), turn.page))


@routes.command(
    "veckobrev",
    help="Välj om du får kansliets utskick direkt, i ett veckobrev eller bara i kanalen.",
    aliases=("veckobrevet", "välj utskick"),
    button="news.choose",
)
def choose(turn: Turn) -> Reply:
    """Show the choices."""
    return say(card=_card(turn))


@routes.action("news.choose_new")
def choose_below(turn: Turn) -> Reply:
    """Show the choices in a message of its own, so that the list stays."""
    return say(card=_card(turn))


@routes.action("news.save")
def save(turn: Turn) -> Reply:
    """*Spara*: keep the form's choices."""
    wanted = choices.checked(turn.data)
    news.choose(turn.session, turn.person.id, wanted)
    return state(_card(turn, "Sparat."), done=True)


@routes.action("news.all")
def save_all(turn: Turn) -> Reply:
    """*Allt i veckobrevet* or *Allt direkt*: make the same choice for every kind."""
    way = choices.checked_way(turn.data.get("way"))
    news.choose(turn.session, turn.person.id, choices.everything(way))
    return state(_card(turn, "Sparat."), done=True)


def _card(turn: Turn, notice: str = "") -> Json:
    return cards.choices(news.choices(turn.session, turn.person.id), notice)
