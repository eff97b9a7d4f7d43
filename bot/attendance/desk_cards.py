"""The list of people who came, as the kansli fills it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microsoft_teams.cards import CardElement

from bot.attendance.roll import Roll
from bot.cards import button, buttons, card, caution, heading, label, one_line, paged, plain, row, small, text_input
from bot.message import Json
from bot.register.words import capital
from bot.schedule import times
from bot.swedish import count
from storage.events import Event

ON_PAGE = 6
LONGEST_LIST = 20_000
"""Characters that a list may have: about 500 names with their addresses. A card holds at most 28 kB."""
NAMED = 12
"""How many unknown people are named; of more it gives the number."""


def choose(shown: Sequence[Event], came: Mapping[int, int], page: int) -> Json:
    """Ask which event the list is of. ``came`` says how many are known to have come."""
    pages = paged(shown, page, ON_PAGE, "attendance.list")
    body: list[CardElement] = [heading("Närvaro på vilket möte?")]
    body += [] if shown else [plain("Inget möte har hållits än.")]
    for event in pages.shown:
        body.append(row(one_line(event.title, 80), "attendance.open", event=event.id))
        number = count(came[event.id], "person kom", "personer kom")
        body.append(small(f"{capital(_when(event))} · {number}"))
    body += [small(pages.place)] if pages.last else []
    figures = button("Mötesstatistik", "attendance.figures")
    return card(*body, actions=[*pages.turns, figures], summary="Närvaro på vilket möte?")


def form(event: Event, known: int, notice: str = "") -> Json:
    """Ask for the list of an event. ``known`` people are known to have come."""
    return card(
        *_top(event, known, notice),
        _list(""),
        buttons(button("Förhandsgranska", "attendance.preview", style="positive", event=event.id)),
        actions=[
            button("Se siffrorna", "attendance.figures_of", alone=True, event=event.id),
            button("Till mötet", "event.desk.open", alone=True, event=event.id),
        ],
        summary=f"Närvaro: {event.title}",
    )


def preview(event: Event, known: int, roll: Roll) -> Json:
    """Show whom a list names and whom it does not, before anything is saved."""
    found = f"{count(len(roll.known), 'person', 'personer')} i listan känner jag."
    body: list[CardElement] = [*_top(event, known), label("Inget är sparat än"), plain(found)]
    if roll.unknown:
        body.append(caution(f"{count(len(roll.unknown), 'rad', 'rader')} känner jag inte, eller passar på flera:"))
        body += [plain(one_line(line, 80)) for line in roll.unknown[:NAMED]]
        rest = len(roll.unknown) - NAMED
        body += [small(f"Och {rest} till.")] if rest > 0 else []
        body.append(small("Rätta dem i listan och granska igen, eller räkna dem som övriga."))
    others = max(len(roll.unknown), event.others_came)
    return card(
        *body,
        _list(roll.text),
        text_input("others", "Övriga som kom, antal", value=str(others), most=6),
        actions=[
            button("Spara", "attendance.save", style="positive", event=event.id, unknown=len(roll.unknown)),
            button("Granska igen", "attendance.preview", event=event.id),
            button("Avbryt", "attendance.open", alone=True, event=event.id),
        ],
        summary=f"Närvaro: {event.title}. {found}",
    )


def _top(event: Event, known: int, notice: str = "") -> list[CardElement]:
    others = f" Dessutom {event.others_came} som jag inte känner." if event.others_came else ""
    return [
        heading(f"Närvaro: {one_line(event.title, 80)}"),
        small(capital(_when(event))),
        *([plain(notice)] if notice else []),
        plain(f"{count(known, 'person', 'personer')} kom, vad jag vet.{others}"),
    ]


def _list(text: str) -> CardElement:
    title = "De som kom: en mejladress eller ett namn på varje rad"
    return text_input("people", title, value=text, long=True, required="Klistra in en lista.", most=LONGEST_LIST)


def _when(event: Event) -> str:
    return times.written(times.span_of(event.starts_at, event.ends_at))
