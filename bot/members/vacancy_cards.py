"""How long seats have stood empty: on the kansli's overview, in a list, and on a municipality's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microsoft_teams.cards import CardElement

from bot.cards import button, buttons, card, heading, label, paged, plain, row, small
from bot.message import Json
from bot.register import words
from bot.register.vacancies import Vacancy
from bot.swedish import count, day
from storage.municipalities import Municipality

PAGE = 10


def listing(found: Sequence[Vacancy], places: Mapping[str, Municipality], page: int) -> Json:
    """Return the empty seats, the longest first, and then the times between two holders."""
    now = [each for each in found if each.open]
    title = "Dagar utan kontaktperson"
    number = f"{count(len(now), 'uppdrag är tomt', 'uppdrag är tomma')} nu." if found else "Alla uppdrag är besatta."
    pages = paged(found, page, PAGE, "people.vacant")
    body: list[CardElement] = [
        heading(title),
        plain(number),
        *([plain(pages.place, subtle=True)] if pages.turns else []),
    ]
    before: bool | None = None
    for each in pages.shown:
        if each.open != before:
            body.append(label("Tomma nu" if each.open else "Har varit tomma"))
        before = each.open
        body.append(row(f"{places[each.code].full_name}: {line(each)}", "people.open", code=each.code))
    return card(
        *body,
        *([buttons(*pages.turns)] if pages.turns else []),
        small("Räknat i hela dagar, för kontaktpolitiker och tjänsteperson i kommuner som är medlemmar."),
        actions=[button("Till översikten", "people.overview")],
        summary=title,
    )


def lines(found: Sequence[Vacancy]) -> list[str]:
    """Return what a municipality's page says about its empty seats."""
    return [words.capital(f"{line(each)}.") for each in found if each.open and each.since is not None]


def line(each: Vacancy) -> str:
    """Return which seat is or was empty, and for how long."""
    seat = words.seat(each.seat)
    if each.since is None or each.days is None:
        return f"har aldrig haft någon {seat}"
    days = count(each.days, "dag", "dagar")
    if each.open:
        return f"utan {seat} i {days}, sedan {day(each.since)}"
    return f"utan {seat} i {days}, till {day(each.until)}" if each.until else ""
