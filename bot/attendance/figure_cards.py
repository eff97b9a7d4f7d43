"""The figures of events as the kansli sees them: on cards and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from microsoft_teams.cards import Action, CardElement

from bot import charts
from bot.attendance.figures import ACADEMY_GOAL, FEWEST_ANSWERS, EventFigures, YearFigures
from bot.cards import button, buttons, card, heading, label, one_line, open_link, paged, plain, row, small
from bot.charts import Series
from bot.message import Json
from bot.register import sheets
from bot.register.words import capital
from bot.schedule import times
from bot.schedule.plans import KIND_NAMES
from bot.swedish import count, date_of
from storage.events import EventKind

ON_PAGE = 5
IN_CHART = 8
"""Events in the chart, the last ones: more columns are not told apart on a phone."""
HEADINGS = ("Datum", "Möte", "Sort", "Akademin", "Anmälda", "Kom", "Kommuner", "Omdöme 1–5", "Svar")
WIDTHS = (12, 44, 16, 10, 10, 8, 10, 12, 8)


def year(figures: YearFigures, page: int) -> Json:
    """Return the figures of a year with its events, the last first."""
    newest = list(reversed(figures.events))
    pages = paged(newest, page, ON_PAGE, "attendance.figures", year=figures.year)
    title = f"Mötesstatistik {figures.year}"
    body: list[CardElement] = [heading(title)]
    if not newest:
        body.append(plain("Inget möte har hållits det året."))
    else:
        body += [*(plain(line) for line in _sums(figures)), _chart(figures)]
        body.append(label("Varje möte"))
    for each in pages.shown:
        body.append(
            row(f"{_date(each)} {one_line(each.event.title, 80)}", "attendance.figures_of", event=each.event.id)
        )
        body.append(small(" · ".join(_short(each))))
    body += [small(pages.place)] if pages.last else []
    before = button(f"År {figures.year - 1}", "attendance.figures", year=figures.year - 1)
    body.append(buttons(before, button("Närvaro", "attendance.list")))
    body += [buttons(button("Hämta som Excel", "attendance.export", year=figures.year))] if newest else []
    return card(*body, actions=pages.turns, summary=title)


def event(figures: EventFigures, comments: Sequence[str], page: int) -> Json:
    """Return the figures of one event, and what people wrote of it."""
    shown = figures.event
    when = capital(times.written(times.span_of(shown.starts_at, shown.ends_at)))
    pages = paged(comments, page, ON_PAGE, "attendance.figures_of", event=shown.id)
    body: list[CardElement] = [
        heading(one_line(shown.title, 80)),
        small(f"{KIND_NAMES[EventKind(shown.kind)]} · {when}"),
        plain(f"{count(figures.registered, 'anmäld', 'anmälda')}."),
        plain(f"{figures.came} kom, från {count(figures.towns, 'kommun', 'kommuner')}."),
        plain(_satisfaction(figures.mean, figures.answers)),
    ]
    if pages.shown:
        body += [label("Vad de skrev"), *(plain(f"”{line}”") for line in pages.shown)]
    body += [small(pages.place)] if pages.last else []
    held_in = date_of(shown.ends_at).year if shown.ends_at else 0
    body.append(buttons(button("Fyll i närvaro", "attendance.open", event=shown.id)))
    body.append(buttons(button("Hela årets siffror", "attendance.figures", year=held_in)))
    return card(*body, actions=pages.turns, summary=f"Siffror: {shown.title}")


def file(shown_year: int, address: str) -> Json:
    """Return the link to a year's figures as a file."""
    return card(
        heading(f"Mötesstatistik {shown_year} som Excel"),
        small("Länken fungerar en gång och bara för dig. Filen har inga namn."),
        actions=[open_link("Hämta filen", address), _back(shown_year)],
        summary=f"Mötesstatistik {shown_year} som Excel",
    )


def no_link(shown_year: int) -> Json:
    """Say what a repeated press is shown: the link itself is kept nowhere."""
    text = "Länken visas bara en gång. Tryck Hämta som Excel för en ny."
    return card(plain(text), actions=[_back(shown_year)], summary=text)


def table(figures: YearFigures) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the file. Nothing in them is run by a spreadsheet program."""
    yield HEADINGS
    for each in figures.events:
        shown = each.event
        yield (
            date_of(shown.starts_at).isoformat() if shown.starts_at else "",
            sheets.harmless(shown.title),
            KIND_NAMES[EventKind(shown.kind)],
            "Ja" if shown.academy else "",
            *(str(number) for number in (each.registered, each.came, each.towns)),
            _number(each.mean),
            str(each.answers) if each.told else f"under {FEWEST_ANSWERS}",
        )
    sums = [sum(each.registered for each in figures.events), sum(each.came for each in figures.events), figures.towns]
    yield ("", f"Hela {figures.year}", "", "", *map(str, sums), _number(figures.mean), str(figures.answers))
    yield ("", f"Olika deltagare i SEKOM-akademin, mål {ACADEMY_GOAL}", "", "", "", str(figures.academy), "", "", "")


def _sums(figures: YearFigures) -> Iterator[str]:
    registered, came = (sum(getattr(each, name) for each in figures.events) for name in ("registered", "came"))
    yield f"{count(len(figures.events), 'möte', 'möten')}: {registered} anmälda, {came} kom."
    yield f"{count(figures.towns, 'kommun', 'kommuner')} har varit med."
    yield _satisfaction(figures.mean, figures.answers)
    yield f"SEKOM-akademin: {count(figures.academy, 'deltagare', 'olika deltagare')} av målet {ACADEMY_GOAL}."


def _chart(figures: YearFigures) -> CardElement:
    shown = figures.events[-IN_CHART:]
    names = [f"{_date(each)} {one_line(each.event.title, 24)}" for each in shown]
    both = [
        Series("Anmälda", [each.registered for each in shown]),
        Series("Kom", [each.came for each in shown]),
    ]
    best = max(shown, key=lambda each: each.came)
    most = f"Flest kom till {best.event.title}: {best.came}." if best.came else "Ingen närvaro är ifylld än."
    return charts.columns("Anmälda och närvarande", "personer", names, both, summary=most)


def _short(each: EventFigures) -> Iterator[str]:
    yield count(each.registered, "anmäld", "anmälda")
    yield f"{each.came} kom"
    yield count(each.towns, "kommun", "kommuner")
    yield f"omdöme {_number(each.mean)}" if each.told else f"under {FEWEST_ANSWERS} omdömen"


def _satisfaction(mean: float | None, answers: int) -> str:
    if mean is None:
        return f"Var det värt tiden? Färre än {FEWEST_ANSWERS} har svarat, så det visas inte än."
    return f"Var det värt tiden? {_number(mean)} av 5, enligt {answers} svar."


def _number(mean: float | None) -> str:
    return "" if mean is None else f"{mean:.1f}".replace(".", ",")


def _date(each: EventFigures) -> str:
    day = date_of(each.event.starts_at) if each.event.starts_at else None
    return f"{day.day}/{day.month}" if day else ""


def _back(shown_year: int) -> Action:
    return button("Till statistiken", "attendance.figures", year=shown_year)
