"""The kansli erases somebody who has left, and reads what it has changed itself."""

from __future__ import annotations

from bot import downloads
from bot.message import Json, Reply, say, state
from bot.privacy import audit_log, kansli_cards, personal_data
from bot.privacy.downloads import log
from bot.register import access
from bot.routes import Role, Routes, Where
from bot.turn import Turn
from storage import municipalities, people, privacy
from storage.people import Person

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

NO_ADDRESS = "Här kan jag inte ge dig en fil. Be driften köra: python -m bot export-audit FIL"
LOGGED = 10
"""Changes that the card shows."""


@routes.command(
    "ta bort person",
    help="Ta bort någon som har slutat, med allt jag har sparat.",
    aliases=("radera person",),
    takes="namn eller mejladress",
)
def remove(turn: Turn) -> Reply:
    """Whom."""
    return say(card=_found(turn, turn.argument) if turn.argument else kansli_cards.ask_who())


@routes.command(
    "ändringslogg",
    help="Se vad kansliet har ändrat, och hämta hela loggen.",
    aliases=("ändringsloggen", "logg"),
)
def show_log(turn: Turn) -> Reply:
    """The newest changes."""
    return say(card=kansli_cards.log(audit_log.lines(turn.session, LOGGED)))


@routes.action("privacy.log_link")
def log_link(turn: Turn) -> Reply:
    """A link to all changes."""
    url, lines = downloads.link(turn, log, NO_ADDRESS), audit_log.lines(turn.session, LOGGED)
    return Reply(state=kansli_cards.log(lines, url), kept=state(kansli_cards.log(lines)))


@routes.action("privacy.who")
def press_who(turn: Turn) -> Reply:
    """Begin again, in place."""
    del turn
    return state(kansli_cards.ask_who())


@routes.action("privacy.find")
def find(turn: Turn) -> Reply:
    """Whom the kansli means by a name or an address."""
    return state(_found(turn, " ".join(str(turn.data.get("name") or "").split())[:120]))


@routes.action("privacy.ask_person")
def ask_person(turn: Turn) -> Reply:
    """The first question."""
    person = _person(turn)
    personal_data.refuse_last_kansli(turn.session, turn.app.settings, person)
    place = municipalities.find(turn.session, person.municipality_code)
    kept = privacy.counts(turn.session, person.id)
    return state(kansli_cards.ask_person(person, kept, place.full_name if place else ""))


@routes.action("privacy.sure_person")
def sure_person(turn: Turn) -> Reply:
    """The second question."""
    return state(kansli_cards.sure_person(_person(turn)))


@routes.action("privacy.erase_person")
def erase_person(turn: Turn) -> Reply:
    """Do it."""
    hooks = turn.app.routes.erase_hooks
    about = turn.session, turn.app.settings, _person(turn)
    done = personal_data.erase(*about, by=turn.person.id, now=turn.now, hooks=hooks)
    return state(kansli_cards.erased(done))


def _found(turn: Turn, name: str) -> Json:
    if len(name) < 2:  # noqa: PLR2004 - one letter finds everybody
        return kansli_cards.ask_who("Skriv personens namn eller mejladress, minst två tecken.")
    found = people.search(turn.session, name, kansli_cards.SHOWN + 1)
    if not found:
        return kansli_cards.ask_who(f"Jag hittar ingen som heter {name}. Kontrollera stavningen.")
    codes = {one.municipality_code for one in found if one.municipality_code}
    places = {code: municipalities.require(turn.session, code).full_name for code in codes}
    return kansli_cards.choose(found, places)


def _person(turn: Turn) -> Person:
    return access.person(turn, personal_data.GONE)
