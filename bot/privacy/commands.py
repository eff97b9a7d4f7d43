"""A person's own data: shown, exported, erased. Everything here is in the person's own chat only."""

from __future__ import annotations

from bot import downloads
from bot.message import Json, Reply, say, state
from bot.privacy import cards, own_data, personal_data
from bot.privacy.downloads import data, text
from bot.register import access
from bot.routes import Routes, Where
from bot.turn import Turn
from storage import municipalities, privacy

routes = Routes[Turn](where=Where.PERSONAL, leavers=True)

NOT_YOURS = "Det kortet gäller någon annan. Skriv **mina uppgifter** för att se dina egna."
NO_ADDRESS = "Här kan jag inte ge dig en fil. Välj **Läs allt**, så ser du samma uppgifter i chatten."


@routes.command(
    "mina uppgifter",
    help="Se, hämta, rätta eller ta bort det jag har sparat om dig.",
    aliases=("mina personuppgifter", "personuppgifter", "registerutdrag", "mina data", "gdpr"),
    menu=True,
    button="privacy.overview",
)
def mine(turn: Turn) -> Reply:
    """Show what is kept, why and for how long."""
    return say(card=_overview(turn))


@routes.command(
    "ta bort mig",
    help="Ta bort allt jag har sparat om dig.",
    aliases=("glöm mig", "radera mig", "radera mina uppgifter", "ta bort mina uppgifter"),
    button="privacy.ask_erase",
)
def forget_me(turn: Turn) -> Reply:
    """The first of two questions."""
    return say(card=_ask(turn))


@routes.action("privacy.show")
def show(turn: Turn) -> Reply:
    """A page of everything; one that does not exist shows the nearest."""
    pages = own_data.pages(privacy.export(turn.session, turn.person.id), turn.app.settings)
    number = min(max(0, turn.page), len(pages) - 1)
    return state(cards.page(pages[number], number, len(pages)))


@routes.action("privacy.links")
def give_links(turn: Turn) -> Reply:
    """Show new links to the files at every press: a token is in no table, so an old one can't be shown again."""
    shown = cards.links(*(downloads.link(turn, file, NO_ADDRESS) for file in (text, data)))
    return Reply(state=shown, kept=state(cards.no_links()))


@routes.action("privacy.sure")
def sure(turn: Turn) -> Reply:
    """The second question."""
    access.refuse_others(turn, NOT_YOURS)
    return state(cards.sure(turn.person.id))


@routes.action("privacy.erase")
def erase(turn: Turn) -> Reply:
    """Do it."""
    access.refuse_others(turn, NOT_YOURS)
    hooks = turn.app.routes.erase_hooks
    about = turn.session, turn.app.settings, turn.person
    done = personal_data.erase(*about, by=turn.person.id, now=turn.now, hooks=hooks)
    return state(cards.gone(done))


def _overview(turn: Turn) -> Json:
    kept = privacy.counts(turn.session, turn.person.id)
    place = municipalities.find(turn.session, turn.person.municipality_code)
    about = turn.person, place.full_name if place else ""
    return cards.overview(*about, kept, turn.app.settings, downloads.base_url(turn.app.settings))


def _ask(turn: Turn) -> Json:
    personal_data.refuse_last_kansli(turn.session, turn.app.settings, turn.person)
    entries = privacy.entries_naming(turn.session, turn.person, [turn.app.settings.contact])
    return cards.ask_erase(turn.person.id, privacy.counts(turn.session, turn.person.id), len(entries))
