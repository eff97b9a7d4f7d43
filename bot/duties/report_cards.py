"""What the kansli sees of how far duties have come: a year, one duty with its chart, groups, and one municipality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from microsoft_teams.cards import Action, CardElement

from bot import charts
from bot.cards import (
    button,
    buttons,
    card,
    caution,
    date_input,
    escape,
    heading,
    label,
    open_link,
    paged,
    plain,
    row,
    small,
    text_input,
)
from bot.charts import Series
from bot.duties import cards, desk_cards
from bot.message import Json
from bot.progress import standings
from bot.progress.figures import Course, Tally
from bot.progress.standings import DutyStanding
from bot.register import words
from bot.swedish import MONTHS, count, day
from storage.duties import Duty, DutyState
from storage.duty_facts import MemberPlace
from storage.municipalities import Municipality
from storage.outgoing import AsMail

ON_PAGE = 12
FIELDS = {"county": "Län", "size_group": "Kommungrupp"}


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """Which municipalities a list shows: all, those of a group, or those that a word names."""

    by: str = ""
    """``county``, ``size_group`` or a word in :data:`SHOWN`; empty for all."""
    value: str = ""

    @property
    def data(self) -> Json:
        """Return the data for a button that shows this list."""
        return {"by": self.by, "value": self.value}


SHOWN = {
    "left": "Kvar",
    "help": "Behöver hjälp",
    "postponed": "Uppskjutet",
    "calls": "Ring",
    "lacking": "Ingen person",
    "doubted": "Saknas i listan",
}
"""Filters by word, as the list is called. A button adds the number, and a phone shows 22 characters of a title."""


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """Everything about one municipality and one duty, in Swedish where it is text."""

    duty: Duty
    place: Municipality
    standing: DutyStanding
    reason: str = ""
    doubted: bool = False
    history: Sequence[str] = ()
    people: Sequence[str] = ()
    gaps: Sequence[str] = ()
    has_number: bool = False
    """Whether the telephone number of one of the people is known."""
    script: Sequence[str] = ()
    """What to say on the telephone; empty unless it is on the call list."""
    notice: str = field(default="")


@dataclass(frozen=True, slots=True)
class MonthLine:
    """What the month's summary says of one duty."""

    duty: Duty
    tally: Tally
    grown: int
    """How many more are done than at the beginning of the month before."""
    lacking: int
    """Municipalities in which nobody has the seat that does it."""
    following: tuple[date, Sequence[str]] | None
    """The day of the next rung, and the seats that it tells."""

    @property
    def text(self) -> str:
        """Return the line in Swedish."""
        sent = "Inget mer skickas."
        if self.duty.due is None:
            sent = "Datum inte satt, så ingen påminns."
        elif self.following is not None:
            told, on = self.following[1], self.following[0]
            sent = f"Nästa påminnelse går {cards.day(on)}: {desk_cards.told(told)}."
        role = words.role(self.duty.seats[0]) if self.duty.seats else "person"
        gap = f" {count(self.lacking, 'kommun', 'kommuner')} har ingen {role}." if self.lacking else ""
        numbers = f"{_done(self.tally)} ({self.grown} nya sedan förra månaden), {self.tally.left} kvar."
        return f"{numbers}{gap} {sent}"


def summary(month: date, lines: Sequence[MonthLine]) -> Json:
    """Return the month's summary."""
    title = f"Rapporteringen i {MONTHS[month.month - 1]} {month.year}"
    body: list[CardElement] = [heading(title)]
    for line in lines:
        body += [label(cards.title(line.duty)), plain(line.text)]
    show = button("Visa läget", "duties.report.year", year=month.year)
    return card(*body, actions=[show], summary=f"{title}: {count(len(lines), 'uppgift', 'uppgifter')}")


def summary_mail(month: date, lines: Sequence[MonthLine]) -> AsMail:
    """Return the same as a mail."""
    text = "\n\n".join(f"**{escape(cards.title(line.duty))}**: {line.text}" for line in lines)
    return AsMail(
        f"Rapporteringen i {MONTHS[month.month - 1]} {month.year}",
        f"{text}\n\nSkriv **rapportering** till mig i Teams för att se mer.",
        "Du får mejlet för att du arbetar på kansliet.",
    )


def year(number: int, shown: Sequence[tuple[Duty, Tally]], calls: int) -> Json:
    """Return the duties of a year with how many are done."""
    body: list[CardElement] = [heading(f"Läget {number}")]
    body += [
        row(f"{duty.title}: {_done(tally)}. {_when(duty)}", "duties.report.open", duty=duty.id) for duty, tally in shown
    ]
    if not shown:
        body.append(plain(f"Det finns inga uppgifter för {number}. Skriv ny uppgift för att lägga till en."))
    if calls:
        body.append(caution(f"{count(calls, 'kommun', 'kommuner')} på ringlistan."))
    body.append(desk_cards.years(number, "duties.report.year"))
    manage = button("Ändra uppgifter", "duties.desk.year", year=number)
    return card(*body, actions=[manage], summary=f"Läget {number}: {count(len(shown), 'uppgift', 'uppgifter')}")


def report(duty: Duty, tally: Tally, course: Course, numbers: Mapping[str, int]) -> Json:
    """Return one duty: how many are done, the chart over time, and the ways down."""
    title, text = cards.title(duty), f"{_done(tally)}, {tally.left} kvar. {tally.confirmed} är bekräftade."
    lists = [
        button(f"{_called(duty, by)} ({numbers[by]})", "duties.report.list", duty=duty.id, **DutyFilter(by).data)
        for by in SHOWN
        if numbers[by]
    ]
    ways = [
        *(button(f"Per {name.lower()}", "duties.report.groups", duty=duty.id, by=by) for by, name in FIELDS.items()),
        *lists,
        button("Alla kommuner", "duties.report.list", duty=duty.id, **DutyFilter().data),
        button("Hämta Excel", "duties.report.excel", duty=duty.id),
        button("Läs in lista", "statuslist.start", duty=duty.id),
        button("Uppgiften", "duties.desk.open", duty=duty.id),
        button("Alla uppgifter", "duties.report.year", year=duty.year),
    ]
    pairs = [buttons(*ways[at : at + 2]) for at in range(0, len(ways), 2)]
    return card(
        heading(title),
        plain(text),
        small(_when(duty)),
        *([chart(duty, tally, course)] if len(course.months) > 1 else []),  # a single dot tells nothing
        *pairs,
        summary=f"{title}: {text}",
    )


def chart(duty: Duty, tally: Tally, course: Course) -> CardElement:
    """Return how many were done and left at the end of each month, this year and last."""
    labels = [f"{MONTHS[month.month - 1][:3]} {month.year % 100:02}" for month in course.months]
    left = [max(0, tally.concerned - number) for number in course.done]
    series = [Series(f"Klara {duty.year}", course.done), Series("Kvar", left)]
    summary = f"Nu är {tally.done} av {tally.concerned} klara."
    if course.before:
        series.append(Series(f"Klara {duty.year - 1}", course.before))
        summary += f" Vid samma tid förra året var {course.before[-1]} klara."
    return charts.lines("Klara och kvar i slutet av varje månad", "kommuner", labels, series, summary=summary)


def groups(duty: Duty, by: str, tallies: Mapping[str, Tally], called: Mapping[str, str]) -> Json:
    """Return how many are done in each county or size group. ``called`` says what the groups' letters mean."""
    title = f"{cards.title(duty)}: per {FIELDS[by].lower()}"
    rows = [
        row(f"{called.get(group, group)}: {_done(tally)}", "duties.report.list", duty=duty.id, by=by, value=group)
        for group, tally in tallies.items()
    ]
    return card(heading(title), *rows, actions=[_back(duty)], summary=title)


def listing(duty: Duty, wanted: DutyFilter, shown: Sequence[tuple[MemberPlace, DutyStanding]], page: int) -> Json:
    """Return the municipalities of a filter."""
    title = f"{cards.title(duty)}: {wanted.value or _called(duty, wanted.by)}"
    here = paged(shown, page, ON_PAGE, "duties.report.list", duty=duty.id, **wanted.data)
    rows = [
        row(f"{place.full_name}: {state(standing)}", "duties.report.place", duty=duty.id, code=place.code)
        for place, standing in here.shown
    ]
    empty = [] if shown else [plain("Inga kommuner.")]
    place_ = [small(here.place)] if here.last else []
    return card(heading(title), *empty, *rows, *place_, actions=[*here.turns, _back(duty)], summary=title)


def place(shown: PlaceReport, today: date) -> Json:
    """Return one municipality's duty, its people and history, and what the kansli can set."""
    duty, standing = shown.duty, shown.standing
    named: Json = {"duty": duty.id, "version": duty.version, "code": shown.place.code}
    body: list[CardElement] = [heading(f"{shown.place.full_name}: {cards.title(duty)}")]
    body += [label(shown.notice)] if shown.notice else []
    body.append(plain(f"Läge: {state(standing)}.{f' Skäl: {shown.reason}' if shown.reason else ''}"))
    body.append(plain(cards.by_when(standing.deadline, today)) if not standing.ended else small("Ingen påminns."))
    body += [caution("Säger klart, men den senaste listan saknar kommunen.")] if shown.doubted else []
    body += [caution(gap) for gap in shown.gaps]
    if shown.script:
        body += [label("Ring"), *(plain(f"{at}. {line}") for at, line in enumerate(shown.script, 1))]
        if not shown.has_number:
            body.append(small("Jag har inget nummer till någon där. Växelns nummer finns på kommunens webbplats."))
    body += [label("Personer"), *(plain(person) for person in shown.people or ["Ingen."])]
    body += [label("Historik"), *(small(line) for line in shown.history or ["Inget har hänt än."])]
    if duty.closed_at is None:
        body += [
            label("Ändra"),
            buttons(
                button("Bekräfta klart", "duties.report.confirm", alone=True, **named),
                button("Undanta", "duties.report.exempt", alone=True, **named),
            ),
            buttons(
                button("Pågår", "duties.report.begin", alone=True, **named),
                button("Behöver hjälp", "duties.report.help", alone=True, **named),
            ),
            buttons(button("Inte påbörjat", "duties.report.reset", alone=True, **named)),
            date_input("until", "Ny dag", first=today),
            text_input("reason", "Skäl (när något skjuts upp)", most=cards.LONGEST_REASON),
            buttons(
                button("Förläng", "duties.report.extend", **named),
                button("Skjut upp", "duties.report.postpone", **named),
            ),
        ]
    return card(*body, actions=[_back(duty)], summary=f"{shown.place.full_name}: {state(standing)}")


def state(standing: DutyStanding) -> str:
    """Return a state for the kansli, with the day to which it is postponed."""
    until = f" till {day(standing.until)}" if standing.state == DutyState.POSTPONED and standing.until else ""
    return f"{standings.STATE_NAMES[standing.state]}{until}"


def file(duty: Duty, url: str) -> Json:
    """Return the link to the Excel file."""
    text = "Länken fungerar en gång, i 15 minuter. Filen har namn på personer: spara den inte längre än du behöver."
    return card(
        heading(f"{cards.title(duty)} som Excel"),
        plain(text),
        actions=[open_link("Hämta filen", url), _back(duty)],
        summary=text,
    )


def no_link(duty: Duty) -> Json:
    """Return the same for a repeated press: the link is kept nowhere."""
    text = "Den länken är redan visad. Ta fram en ny."
    return card(plain(text), actions=[button("Hämta Excel", "duties.report.excel", duty=duty.id)], summary=text)


def _done(tally: Tally) -> str:
    return f"{tally.done} av {tally.concerned} klara"


def _when(duty: Duty) -> str:
    text = desk_cards.when(duty)
    return f"{text[0].upper()}{text[1:]}."


def _back(duty: Duty) -> Action:
    return button("Tillbaka", "duties.report.open", alone=True, duty=duty.id)


def _called(duty: Duty, by: str) -> str:
    """Return the name of a filter: the one for gaps names the seat that does the duty."""
    if by == "lacking" and duty.seats:
        return f"Ingen {words.role(duty.seats[0])}"
    return SHOWN.get(by, "alla kommuner")
