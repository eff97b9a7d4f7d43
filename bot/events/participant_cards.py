"""The list of people who are coming to an event, as the kansli sees it: on a card and as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, buttons, card, heading, label, one_line, open_link, paged, plain, row, small
from bot.message import Json
from bot.register import sheets, words
from bot.schedule import times
from bot.schedule.plans import EventPlan
from bot.swedish import count, date_of, day
from storage.events import Event
from storage.people import Person
from storage.registrations import Registration, RegistrationState

STATE_TITLES = {
    RegistrationState.REGISTERED: "Anmäld",
    RegistrationState.OFFERED: "Erbjuden plats",
    RegistrationState.WAITING: "I kö",
    RegistrationState.DECLINED: "Tackat nej",
    RegistrationState.LEFT: "Avanmäld",
}
"""In the order of the list."""
HEADINGS = ("Namn", "Mejladress", "Kommun", "Roll", "Läge", "Sedan")
WIDTHS = (30, 34, 28, 28, 16, 14)
ON_PAGE = 10


@dataclass(frozen=True, slots=True)
class Participant:
    """A person with where they stand."""

    registration: Registration
    person: Person
    town: str
    """The name of their municipality; empty if it is not known."""
    role: str

    @property
    def coming(self) -> bool:
        """Return whether they are registered."""
        return self.registration.state == RegistrationState.REGISTERED


def participants(event: Event, people: Sequence[Participant], page: int) -> Json:
    """List everybody who has answered, the registered ones first."""
    pages = paged(people, page, ON_PAGE, "event.desk.participants", event=event.id)
    body: list[CardElement] = [*_top(event, people)]
    state = ""
    for one in pages.shown:
        if one.registration.state != state:
            state = one.registration.state
            body.append(label(STATE_TITLES[RegistrationState(state)]))
        facts = [part for part in (one.town, one.role) if part]
        body.append(plain(", ".join([one.person.called, *facts])))
    body += [small(pages.place)] if pages.last else []
    more = [button("Per kommun", "event.desk.towns", event=event.id)] if people else []
    file = [button("Hämta som Excel", "event.desk.export", event=event.id)] if people else []
    back = button("Till mötet", "event.desk.open", event=event.id)
    return card(*body, buttons(*more, *file), actions=[*pages.turns, back], summary=f"Deltagare: {event.title}")


def towns(event: Event, people: Sequence[Participant], page: int) -> Json:
    """Count the registered people by municipality."""
    numbers = by_town(people)
    pages = paged(list(numbers.items()), page, 2 * ON_PAGE, "event.desk.towns", event=event.id)
    body = [*_top(event, people), *(plain(f"{town}: {number}") for town, number in pages.shown)]
    body += [small(pages.place)] if pages.last else []
    back = button("Visa namnen", "event.desk.participants", event=event.id)
    return card(*body, actions=[*pages.turns, back], summary=f"Deltagare per kommun: {event.title}")


def choose(shown: Sequence[Event], coming: Mapping[int, int]) -> Json:
    """Ask which event it is about."""
    body: list[CardElement] = [heading("Deltagare i vilket möte?")]
    for event in shown:
        body.append(row(one_line(event.title, 80), "event.desk.participants", event=event.id))
        number = count(coming[event.id], "anmäld", "anmälda")
        body.append(small(f"{words.capital(times.written(EventPlan.of(event).when))} · {number}"))
    body += [] if shown else [plain("Det finns inga publicerade möten än.")]
    return card(*body, summary="Deltagare i vilket möte?")


def file(event: Event, address: str) -> Json:
    """Return the link to the list as a file."""
    text = "Länken fungerar en gång och bara för dig. Listan har namn och mejladresser: radera den när den inte behövs."
    return card(
        heading("Deltagare som Excel"),
        plain(event.title),
        small(text),
        actions=[open_link("Hämta listan", address), _back(event)],
        summary=f"Deltagarlistan för {event.title}",
    )


def no_link(event: Event) -> Json:
    """Say what a repeated press is shown: the link itself is kept nowhere."""
    text = "Länken visas bara en gång. Tryck Hämta som Excel för en ny."
    return card(plain(text), actions=[_back(event)], summary=text)


def table(people: Sequence[Participant]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the file. Nothing in them is run by a spreadsheet program."""
    yield HEADINGS
    for one in people:
        state = STATE_TITLES[RegistrationState(one.registration.state)]
        since = date_of(one.registration.since).isoformat()
        cells = (one.person.name, one.person.mail or "", one.town, one.role, state, since)
        yield tuple(sheets.harmless(cell) for cell in cells)


def by_town(people: Sequence[Participant]) -> dict[str, int]:
    """Return how many are registered by municipality, in Swedish order; those without one last."""
    numbers = Counter(one.town for one in people if one.coming)
    named = {town: numbers[town] for town in sorted(numbers, key=words.order) if town}
    return named | ({"Ingen kommun angiven": numbers[""]} if numbers[""] else {})


def _top(event: Event, people: Sequence[Participant]) -> Iterator[CardElement]:
    yield heading(f"Deltagare: {one_line(event.title, 80)}")
    yield small(words.capital(times.written(EventPlan.of(event).when)))
    states = Counter(one.registration.state for one in people)
    coming = states[RegistrationState.REGISTERED]
    known = len({one.town for one in people if one.coming and one.town})
    where = f" från {count(known, 'kommun', 'kommuner')}" if known else ""
    yield plain(f"{count(coming, 'anmäld', 'anmälda')}{where}.")
    rest = [
        f"{states[state]} {name}"
        for state, name in (
            (RegistrationState.OFFERED, "erbjudna plats"),
            (RegistrationState.WAITING, "i kö"),
            (RegistrationState.DECLINED, "har tackat nej"),
            (RegistrationState.LEFT, "avanmälda"),
        )
        if states[state]
    ]
    if rest:
        yield small(f"{', '.join(rest)}.")
    if event.seats:
        yield small(f"{event.seats} platser.")
    if event.register_by:
        yield small(f"Anmälan stänger {day(event.register_by)}.")


def _back(event: Event) -> Action:
    return button("Till deltagarna", "event.desk.participants", event=event.id)
