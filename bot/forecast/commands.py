"""Handlers of what is going to be sent: see it by day, open a cause, stop it, and undo that."""

from __future__ import annotations

from bot.forecast import access, cards, causes, stops
from bot.message import Json, Reply, say
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.turn import Turn

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


@routes.command(
    "kommande utskick",
    help="Se allt som jag ska skicka de närmaste 14 dagarna, och stoppa det.",
    aliases=("vad skickas", "kommande meddelanden", "planerade utskick"),
)
def tell(turn: Turn) -> Reply:
    """Show what is going to be sent."""
    return say(card=_overview(turn))


@routes.action("forecast.show")
def show(turn: Turn) -> Reply:
    """Show a page of it."""
    return turn.in_place(_overview(turn))


@routes.action("forecast.open")
def open_cause(turn: Turn) -> Reply:
    """Show to whom the messages of a cause go, and how."""
    cause = access.cause(turn)
    texts = {sending.key: causes.said(turn.session, sending) for sending in cause.sendings}
    return turn.in_place(cards.details(cause, texts, turn.page))


@routes.action("forecast.ask_stop")
def ask_stop(turn: Turn) -> Reply:
    """Ask before messages are stopped."""
    cause, chosen = access.to_stop(turn)
    return turn.in_place(cards.ask_stop(cause, chosen, one="send" in turn.data))


@routes.action("forecast.stop")
def stop(turn: Turn) -> Reply:
    """Stop messages."""
    _, chosen = access.to_stop(turn)
    what = stops.stop(Change.of(turn), chosen)
    turn.session.flush()
    return turn.in_place(_overview(turn, f"Stoppat: {what}."))


@routes.action("forecast.undo")
def undo(turn: Turn) -> Reply:
    """Let stopped messages go after all."""
    what = stops.undo(Change.of(turn), access.stop(turn))
    turn.session.flush()
    return turn.in_place(_overview(turn, f"Ångrat: {what}."))


def _overview(turn: Turn, notice: str = "") -> Json:
    stopped = stops.coming(turn.session, turn.now)
    return cards.overview(causes.everything(turn), stopped, turn.page, notice)
