"""The information pack: shown to members, and kept by the kansli."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot import form_fields
from bot.message import Reply, UserError, say, state
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.turn import Turn
from bot.welcome import access, pack_cards, steps
from bot.wording import texts
from storage import info_links
from storage.info_links import InfoLink, Track

routes = Routes[Turn](where=Where.PERSONAL)

MOST = 30
"""How many links the pack holds: what a card takes, and more than anybody reads."""


@routes.command(
    "informationspaket",
    help="Se det som är bra att läsa när du är ny i nätverket.",
    aliases=("informationspaketet", "infopaket", "bra länkar"),
    button="welcome.pack",
)
def show(turn: Turn) -> Reply:
    """Show the links of the person's track; the kansli sees all."""
    track = Track.BOTH if turn.kansli else steps.track(turn.session, turn.person)
    links = info_links.for_track(turn.session, track)
    return say(card=pack_cards.pack(links, track, kansli=turn.kansli))


@routes.action("welcome.pack.edit", role=Role.KANSLI)
def edit(turn: Turn) -> Reply:
    """Show all links, with a form for a new one."""
    return _all(turn)


@routes.action("welcome.pack.open", role=Role.KANSLI)
def open_one(turn: Turn) -> Reply:
    """Show one link to be changed."""
    return state(pack_cards.one(access.link(turn)))


@routes.action("welcome.pack.add", role=Role.KANSLI)
def add(turn: Turn) -> Reply:
    """Add a link at the end. The same button pressed twice adds it once."""
    title, url, track = _filled_in(turn)
    there = info_links.everyone(turn.session)
    if any((link.title, link.url) == (title, url) for link in there):
        return _all(turn, "Den länken finns redan.")
    if len(there) >= MOST:
        raise UserError(f"Paketet har redan {MOST} länkar. Ta bort någon först, så orkar folk läsa.")
    link = info_links.add(turn.session, track, title, url, turn.now)
    return _saved(turn, link, "La till")


@routes.action("welcome.pack.save", role=Role.KANSLI)
def save(turn: Turn) -> Reply:
    """Change a link."""
    link = access.link(turn)
    link.title, link.url, link.track = _filled_in(turn)
    link.changed_at = turn.now
    return _saved(turn, link, "Ändrade")


@routes.action("welcome.pack.up", role=Role.KANSLI)
def move_up(turn: Turn) -> Reply:
    """*Flytta upp*: change places with the link above."""
    link = access.link(turn)
    info_links.move_up(turn.session, link)
    return _saved(turn, link, "Flyttade upp")


@routes.action("welcome.pack.remove", role=Role.KANSLI)
def remove(turn: Turn) -> Reply:
    """*Ta bort*: remove a link."""
    link = access.link(turn)
    turn.session.delete(link)
    return _saved(turn, link, "Tog bort")


def _saved(turn: Turn, link: InfoLink, what: str) -> Reply:
    turn.session.flush()
    Change.of(turn).record(f"{what} en länk i informationspaketet: {link.title}", f"info_link:{link.id}")
    return _all(turn, f"{what} {link.title}.")


def _all(turn: Turn, note: str = "") -> Reply:
    return state(pack_cards.edit(info_links.everyone(turn.session), note), done=bool(note))


def _filled_in(turn: Turn) -> tuple[str, str, Track]:
    """Return what the form holds. Raise :class:`UserError` for what members could not open, or could be fooled by."""
    title, url = " ".join(form_fields.text(turn.data, "heading").split()), form_fields.text(turn.data, "url")
    track = form_fields.text(turn.data, "track")
    if not title or len(title) > pack_cards.LONGEST_TITLE:
        raise UserError(f"Skriv vad länken leder till, med högst {pack_cards.LONGEST_TITLE} tecken.")
    flaw = texts.address_flaw(url)
    if flaw or not url.startswith("https://") or not texts.host(url) or len(url) > pack_cards.LONGEST_URL:
        raise UserError(f"Länken {flaw or 'ska ha en hel adress som börjar med https://.'}")
    if urlsplit(url).username is not None:
        raise UserError("Länken har ett användarnamn i adressen. Ta bort det.")
    for found in texts.disguise("Länken", title, url):
        raise UserError(found.text)
    if track not in Track.__members__.values():
        raise UserError("Välj för vilka länken är.")
    return title, url, Track(track)
