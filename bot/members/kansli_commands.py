"""The kansli's register: coverage at a glance, lists of gaps, and each municipality's page."""

from __future__ import annotations

from collections import Counter

from bot.members import kansli_cards
from bot.message import Json, Reply, say, state
from bot.register import access, coverage, finder, words
from bot.register import municipalities as editing
from bot.register.change import Change, refuse_stale
from bot.register.coverage import Filter
from bot.routes import Role, Routes, Where
from bot.swedish import date_of
from bot.turn import Turn
from storage import audit, contacts, municipalities, people
from storage.municipalities import Municipality

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

NOT_FOUND = "Jag hittar ingen kommun eller region som heter så. Pröva att skriva namnet på ett annat sätt."
LOGGED = 10
"""Past contact persons, and changes, that a history shows."""


@routes.command(
    "medlemmar",
    help="Se vilka kommuner som saknar kontaktperson eller program, och ändra.",
    aliases=("medlemsregister", "medlemsregistret"),
    button="people.overview",
)
def members(turn: Turn) -> Reply:
    """How the network stands."""
    return say(card=overview(turn))


@routes.command(
    "visa kommun",
    help="Se och ändra en kommuns kontaktpersoner och uppgifter.",
    takes="namn",
)
def show(turn: Turn) -> Reply:
    """A municipality's page."""
    return say(card=open_named(turn, turn.argument))


@routes.action("people.list")
def listing(turn: Turn) -> Reply:
    """A page of the municipalities that pass a filter."""
    rows = _rows(turn)
    everyone = [row.municipality for row in rows]
    wanted = Filter.of(turn.data, everyone)
    counties = sorted({one.county for one in everyone}, key=words.order)
    groups = {one.size_group: one.size_group_name for one in everyone if one.size_group}
    return state(
        kansli_cards.listing(
            coverage.chosen(rows, wanted),
            wanted,
            counties,
            dict(sorted(groups.items())),
            turn.page,
        )
    )


@routes.action("people.open")
def open_page(turn: Turn) -> Reply:
    """A municipality's page, by its button or by its name as somebody wrote it."""
    if not access.names_municipality(turn):
        return state(open_named(turn, access.text(turn, "name", 80)))
    return state(page(turn, access.kept_municipality(turn)))


@routes.action("people.edit")
def edit(turn: Turn) -> Reply:
    """The form of what the kansli sets."""
    return state(kansli_cards.form(access.kept_municipality(turn)))


@routes.action("people.save")
def save(turn: Turn) -> Reply:
    """Keep what the form holds. Refuses to write over an edit that was saved after the form was shown."""
    one = municipalities.lock(turn.session, access.kept_municipality(turn).code)
    saved_meanwhile = "Någon har ändrat kommunen sedan du öppnade den. Öppna den igen, så ser du vad som står nu."
    refuse_stale(turn, one.changed_at, saved_meanwhile)
    texts = (access.text(turn, name, 500) for name in ("programme_url", "programme_until", "mail_domains"))
    facts = editing.checked(turn.data.get("state"), *texts)
    editing.refuse_taken(municipalities.everyone(turn.session), one, facts.mail_domains)
    editing.change(Change.of(turn), one, facts)
    return state(page(turn, one, said="Sparat."))


@routes.action("people.history")
def history(turn: Turn) -> Reply:
    """Show the former contact persons, and what the kansli has changed."""
    one = access.kept_municipality(turn)
    log = audit.latest(turn.session, f"municipality:{one.code}", LOGGED)
    ids = {found for row in log for found in (row.by_id, row.person_id) if found is not None}
    past = contacts.past(turn.session, one.code, LOGGED)
    return state(kansli_cards.history(one, past, log, people.names(turn.session, ids)))


def overview(turn: Turn, said: str = "") -> Json:
    """The overview card."""
    rows = _rows(turn)
    states = Counter(row.municipality.state for row in rows)
    return kansli_cards.overview(states, coverage.counts(rows), contacts.waiting(turn.session), said)


def page(turn: Turn, one: Municipality, said: str = "") -> Json:
    """A municipality's page."""
    held = contacts.current(turn.session, one.code)
    seated = {contact.person_id for contact in held}
    others = [person for person in people.of_municipality(turn.session, one.code) if person.id not in seated]
    lacking = coverage.gaps(one, held, date_of(turn.now).year)
    return kansli_cards.municipality(one, held, others, lacking, said)


def open_named(turn: Turn, name: str) -> Json:
    """The page of the municipality that somebody wrote, or the question which it is."""
    match finder.official().find(name):
        case finder.Found(code) if (one := municipalities.find(turn.session, code)) is not None:
            return page(turn, one)
        case finder.Ask(codes):
            rows = [municipalities.find(turn.session, code) for code in codes]
            return kansli_cards.which([row for row in rows if row is not None])
        case _:
            return overview(turn, NOT_FOUND)


def _rows(turn: Turn) -> list[coverage.CoverageRow]:
    everyone = municipalities.everyone(turn.session)
    return coverage.rows(everyone, contacts.current(turn.session), date_of(turn.now).year)
