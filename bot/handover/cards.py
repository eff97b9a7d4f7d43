"""What a successor, the person before and the kansli see of a handover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, buttons, card, heading, label, markdown, plain, row, small
from bot.handover import letter
from bot.handover.dossier import Coming, Dossier
from bot.message import Json
from bot.register import words
from storage.contacts import Contact
from storage.events import Event
from storage.municipalities import Municipality
from storage.registrations import RegistrationState

MOST_PLACES = 4
"""Events with buttons of their own. The others are in *Webbinarier*."""


def dossier(shown: Dossier, contact: str, said: str = "", *, kansli: bool = False) -> Json:
    """Return the dossier. ``contact`` is the kansli's address, and ``said`` is what was just done."""
    own = () if kansli else _own(shown)
    return card(
        heading(letter.heading(shown)),
        *([label(said)] if said else []),
        markdown(letter.about(shown) if kansli else letter.greeting(shown)),
        label("Tre saker att börja med"),
        markdown("\n".join(f"{number}. {step}" for number, step in enumerate(letter.steps(shown), 1))),
        *_places(shown, own),
        *_part("Kvar att göra", letter.left(shown), "Inget är kvar just nu."),
        *([small(f"Klart: {letter.done(shown)}.")] if shown.done else []),
        *_part("Fler möten" if own else "Möten", letter.coming(shown, own), "" if own else letter.NO_MEETINGS),
        *_part("Era frågor till kollegor", letter.questions(shown), ""),
        *_part("Kontakter", letter.people(shown, contact), ""),
        label("Program"),
        markdown(letter.programme(shown)),
        actions=_ways(shown, kansli=kansli),
        summary=f"{letter.heading(shown)}. Du är {words.seat(shown.contact.seat)}."
        if not kansli
        else letter.heading(shown),
    )


def choose(place: Municipality, held: Sequence[Contact]) -> Json:
    """Ask the kansli which seat's dossier is meant."""
    title = f"Överlämning: {place.full_name}"
    rows: list[CardElement] = [row(_named(each), "handover.show", contact=each.id) for each in held]
    return card(
        heading(title),
        plain("Vilket uppdrag gäller det?" if held else "Ingen är anmäld som kontaktperson här än."),
        *rows,
        actions=[button("Öppna kommunen", "people.open", code=place.code)],
        summary=title,
    )


def choose_own(held: Sequence[tuple[Contact, Municipality]]) -> Json:
    """Ask the holder of several seats which one they mean."""
    rows: list[CardElement] = [
        row(f"{words.capital(words.seat(each.seat))}, {place.full_name}", "handover.show", contact=each.id)
        for each, place in held
    ]
    title = "Vilket uppdrag gäller det?"
    return card(heading("Överlämning"), plain(title), *rows, summary=title)


def thanks(ended: Contact, name: str, place: str, events: Sequence[Event]) -> Json:
    """Thank the person who held a seat before, and say what has gone on to the successor."""
    text = f"{name} har tagit över efter dig som {words.seat(ended.seat)} för {place}. Tack för det du har gjort!"
    return card(
        heading("Tack för din tid som kontaktperson"),
        plain(text),
        *_gone(events),
        actions=[button("Min kommun", "people.mine"), *([button("Webbinarier", "event.list")] if events else [])],
        summary=text,
    )


def places_gone(name: str, events: Sequence[Event]) -> Json:
    """Tell the person who held a seat before that their places at events have gone on."""
    title = "Dina platser har gått vidare"
    return card(
        heading(title),
        plain(f"{name} har tagit över efter dig och får dina platser på kommande möten."),
        *_gone(events),
        actions=[button("Webbinarier och möten", "event.list")],
        summary=title,
    )


def _gone(events: Sequence[Event]) -> list[CardElement]:
    if not events:
        return []
    lines = letter.cut([letter.place(event) for event in events])
    return [
        label("Platser som har gått vidare"),
        markdown("\n".join(f"- {line}" for line in lines)),
        small(letter.AGAIN),
    ]


def _part(title: str, lines: list[str], nothing: str) -> list[CardElement]:
    """Return a part of the card; none of it without lines and without words for that."""
    if not lines:
        return [label(title), plain(nothing, subtle=True)] if nothing else []
    return [label(title), markdown("\n".join(f"- {line}" for line in letter.cut(lines)))]


def _own(shown: Dossier) -> Sequence[Coming]:
    """Return the reader's own places that get buttons; right after a handover, those that came with the seat."""
    moved = {event.id for event in shown.moved.events}
    rows = [one for one in shown.coming if one.own is not None and (one.event.id in moved or not moved)]
    return rows[:MOST_PLACES]


def _places(shown: Dossier, own: Sequence[Coming]) -> Iterator[CardElement]:
    """Yield the reader's own places, each with its answers."""
    if own:
        yield label("Platser som är dina nu" if shown.moved.events else "Dina platser på möten")
    for one in own:
        yield plain(f"{one.event.title}, {letter.when(one)}. {words.capital(_place(one))}.")
        yield buttons(
            button("Öppna mötet", "event.open", event=one.event.id),
            button("Kan inte komma", "handover.decline", contact=shown.contact.id, event=one.event.id),
        )


def _place(one: Coming) -> str:
    return letter.PLACES[RegistrationState(one.own.state)] if one.own is not None else ""


def _ways(shown: Dossier, *, kansli: bool) -> list[Action]:
    if kansli:
        return [button("Öppna kommunen", "people.open", code=shown.place.code)]
    return [button("Att göra", "duties.show"), button("Webbinarier", "event.list"), button("Min kommun", "people.mine")]


def _named(held: Contact) -> str:
    name = held.person.called if held.person is not None else "borttagen person"
    return f"{name}, {words.seat(held.seat)}"
