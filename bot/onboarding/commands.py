"""What a newcomer writes and presses to begin, and to go on where they left."""

from __future__ import annotations

from bot import dialog
from bot.message import Reply
from bot.onboarding import profile
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.turn import Turn

routes = Routes[Turn](where=Where.PERSONAL)


@routes.command(
    "kom igång",
    help="Kom igång i nätverket: din kommun, dina temagrupper och en kontaktperson.",
    aliases=("kom i gång",),
    menu=True,
    button="onboarding.start",
)
def start(turn: Turn) -> Reply:
    """Begin a newcomer's start, or go on at the first unanswered step. After it, show the answers to change."""
    return dialog.start(turn, "onboarding", profile.begin(Change.of(turn), turn.person))


@routes.action("onboarding.kept")
def show_kept(turn: Turn) -> Reply:
    """*Det här sparar jag*: show that as a message of its own, so that the question stays."""
    return turn.press("privacy.overview", {})
