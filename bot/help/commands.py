"""``hjälp``, and the first hello."""

from __future__ import annotations

from bot.help import cards
from bot.message import NOTHING, Reply, say
from bot.register import newcomers
from bot.routes import Routes
from bot.turn import Turn
from storage import people, places

routes = Routes[Turn]()


@routes.command(
    "hjälp",
    help="Se vad du kan göra här.",
    aliases=("help", "?help", "hjälp mig", "meny", "start"),
    menu=True,
    button="help.start",
)
def start_page(turn: Turn) -> Reply:
    """Show the start page: what this person can begin with here, and what waits for the kansli."""
    kansli, personal = turn.kansli, turn.personal
    shown = [tile for tile in turn.app.start if tile.shown_to(kansli=kansli, personal=personal)]
    shown = [tile for tile in shown if tile.wanted is None or tile.wanted(turn)]
    counted = [(tile, tile.count(turn) if tile.count else None) for tile in shown]
    tiles = [(tile, number) for tile, number in counted if number != 0]
    return say(card=cards.start_page(tiles, personal=personal, contact=turn.app.settings.contact))


@routes.command(
    "alla kommandon",
    help="Se allt du kan skriva här.",
    aliases=("kommandon", "alla kommando"),
    button="help.commands",
)
def all_commands(turn: Turn) -> Reply:
    """Show what this person can write here, from the routes themselves."""
    scope = turn.incoming.place.scope
    kansli = turn.kansli
    commands = [command for command in turn.app.routes if command.allowed(kansli=kansli, scope=scope)]
    return say(card=cards.help_card(commands, personal=turn.personal, contact=turn.app.settings.contact))


def greeting(turn: Turn) -> Reply:
    """Greet a person in their own chat. Say nothing if they have been greeted before."""
    if not people.greet(turn.session, turn.person, turn.now):
        return NOTHING
    return say(card=cards.greeting(turn.person.name, begins=newcomers.may_begin(turn.session, turn.person)))


def team_greeting(turn: Turn) -> Reply:
    """Greet a team or group. Say nothing if it has been greeted before."""
    if not places.greet(turn.session, turn.incoming.place.conversation_id, turn.now):
        return NOTHING
    return say(card=cards.team_greeting())
