"""Handlers for the kansli's register: the coverage, the lists of gaps, and each municipality's page."""

from __future__ import annotations

from collections import Counter

from bot.members import kansli_cards, vacancy_cards
from bot.message import Json, Reply, say, state
from bot.register import access, coverage, finder, vacancies, words
from bot.register import municipalities as editing
from bot.register.change import Change, refuse_stale
from bot.register.coverage import Filter
from bot.register.vacancies import Vacancy
from bot.routes import Role, Routes, Where
from bot.swedish import date_of
from bot.turn import Turn
from storage import audit, contacts, guests, municipalities, people
from storage.municipalities import MemberState, Municipality
from storage.people import PersonRole

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

NOT_FOUND = "Jag hittar ingen kommun eller region som heter så. Pröva att skriva namnet på ett annat sätt."
LONGEST = 5
"""How many empty seats the overview names."""
LOGGED = 10
"""How many former contact persons, and how many changes, a history shows."""


@routes.command(
    "medlemmar",
    help="Se vilka kommuner som saknar kontaktperson eller program, och ändra.",
    aliases=("medlemsregister", "medlemsregistret"),
    button="people.overview",
)
def members(turn: Turn) -> Reply:
    """Show the coverage of the network."""
    return say(card=overview(turn))


@routes.command(
    "visa kommun",
    help="Se och ändra en kommuns kontaktpersoner och uppgifter.",
    takes="namn",
)
def show(turn: Turn) -> Reply:
    """Show a municipality's page."""
    return say(card=open_named(turn, turn.argument))


@routes.action("people.list")
def listing(turn: Turn) -> Reply:
    """Show a page of the municipalities that pass a filter."""
    rows = _rows(turn)
    everyone = [row.municipality for row in rows]
    wanted = Filter.of(turn.data, everyone)
    counties = sorted({each.county for each in everyone}, key=words.order)
    groups = {each.size_group: each.size_group_name for each in everyone if each.size_group}
    return state(
        kansli_cards.listing(
            coverage.chosen(rows, wanted),
            wanted,
            counties,
            dict(sorted(groups.items())),
            turn.page,
        )
    )


@routes.action("people.vacant")
def vacant(turn: Turn) -> Reply:
    """Show for how many days seats have been empty, the longest first."""
    places = {place.code: place for place in municipalities.everyone(turn.session)}
    return state(vacancy_cards.listing(_vacancies(turn), places, turn.page))


@routes.action("people.open")
def open_page(turn: Turn) -> Reply:
    """Show the municipality of a button, or the one with the name that the kansli wrote."""
    if not access.names_municipality(turn):
        return state(open_named(turn, access.text(turn, "name", 80)))
    return state(page(turn, access.kept_municipality(turn)))


@routes.action("people.edit")
def edit(turn: Turn) -> Reply:
    """Show the form for what the kansli decides about a municipality."""
    return state(kansli_cards.form(access.kept_municipality(turn)))


@routes.action("people.save")
def save(turn: Turn) -> Reply:
    """Save the form. Refuse if somebody saved another edit after the form was shown."""
    municipality = municipalities.lock(turn.session, access.kept_municipality(turn).code)
    saved_meanwhile = "Någon har ändrat kommunen sedan du öppnade den. Öppna den igen, så ser du vad som står nu."
    refuse_stale(turn, municipality.changed_at, saved_meanwhile)
    texts = (access.text(turn, name, 500) for name in ("programme_url", "programme_until", "mail_domains"))
    facts = editing.checked(turn.data.get("state"), *texts)
    editing.refuse_taken(municipalities.everyone(turn.session), municipality, facts.mail_domains)
    editing.change(Change.of(turn), municipality, facts)
    return state(page(turn, municipality, said="Sparat."))


@routes.action("people.history")
def history(turn: Turn) -> Reply:
    """Show the former contact persons, and what the kansli has changed."""
    municipality = access.kept_municipality(turn)
    log = audit.latest(turn.session, f"municipality:{municipality.code}", LOGGED)
    ids = {person_id for row in log for person_id in (row.by_id, row.person_id) if person_id is not None}
    past = contacts.past(turn.session, municipality.code, LOGGED)
    return state(kansli_cards.history(municipality, past, log, people.names(turn.session, ids)))


def proposals_waiting(turn: Turn) -> int:
    """Return how many proposals wait."""
    return contacts.waiting(turn.session)


def members_lacking(turn: Turn) -> int:
    """Return how many members lack a contact politician or a civil servant."""
    return contacts.lacking(turn.session, (PersonRole.POLITICIAN, PersonRole.OFFICER))


def overview(turn: Turn, said: str = "") -> Json:
    """Return the overview card."""
    rows = _rows(turn)
    states = Counter(row.municipality.state for row in rows)
    places = {row.municipality.code: row.municipality for row in rows}
    longest = [each for each in _vacancies(turn) if each.open and each.days is not None][:LONGEST]
    empty = [f"{places[each.code].name}: {vacancy_cards.line(each)}" for each in longest]
    return kansli_cards.overview(states, coverage.counts(rows), contacts.waiting(turn.session), empty, said)


def page(turn: Turn, municipality: Municipality, said: str = "") -> Json:
    """Return a municipality's page."""
    held = contacts.current(turn.session, municipality.code)
    seated = {contact.person_id for contact in held}
    others = [person for person in people.of_municipality(turn.session, municipality.code) if person.id not in seated]
    lacking = coverage.gaps(municipality, held, date_of(turn.now).year)
    empty = vacancy_cards.lines(_vacancies(turn, municipality))
    outside = guests.outside(turn.session)
    return kansli_cards.municipality(municipality, held, others, lacking, empty=empty, outside=outside, said=said)


def open_named(turn: Turn, name: str) -> Json:
    """Return the page of the municipality with this name. If several fit, ask which one."""
    match finder.official().find(name):
        case finder.Found(code) if (municipality := municipalities.find(turn.session, code)) is not None:
            return page(turn, municipality)
        case finder.Ask(codes):
            rows = [municipalities.find(turn.session, code) for code in codes]
            return kansli_cards.which([row for row in rows if row is not None])
        case _:
            return overview(turn, NOT_FOUND)


def _vacancies(turn: Turn, of: Municipality | None = None) -> list[Vacancy]:
    """Return how long seats have been empty, in one municipality or in all that are members."""
    members = [of] if of is not None else municipalities.in_state(turn.session, MemberState.MEMBER)
    rows = contacts.everybody(turn.session, of.code if of is not None else None)
    return vacancies.all_of([place.code for place in members], rows, date_of(turn.now))


def _rows(turn: Turn) -> list[coverage.CoverageRow]:
    everyone = municipalities.everyone(turn.session)
    outside = guests.outside(turn.session)
    return coverage.rows(everyone, contacts.current(turn.session), date_of(turn.now).year, outside)
