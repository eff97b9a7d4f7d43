"""What members see of duties: one duty, the municipality's year, and the forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from microsoft_teams.cards import Action, CardElement

from bot import swedish
from bot.cards import (
    button,
    buttons,
    card,
    choice_input,
    date_input,
    heading,
    label,
    markdown,
    open_link,
    plain,
    row,
    small,
    text_input,
)
from bot.message import Json
from bot.progress.standings import DutyStanding
from storage.duties import Duty, DutyState
from storage.municipalities import Municipality

LONGEST_REASON = 300
NOTHING_SET = "Datum inte satt"
STATES = {
    DutyState.NOT_STARTED: "Inte påbörjat",
    DutyState.IN_PROGRESS: "Börjat",
    DutyState.HELP_WANTED: "Behöver hjälp",
    DutyState.POSTPONED: "Uppskjutet",
    DutyState.SAYS_DONE: "Klart, enligt er",
    DutyState.CONFIRMED: "Klart och bekräftat",
    DutyState.EXEMPT: "Undantaget",
}
"""The states in words, for members and for the kansli."""


@dataclass(frozen=True, slots=True)
class DutyView:
    """A duty as its card shows it to the people of one municipality."""

    duty: Duty
    place: Municipality
    standing: DutyStanding
    people: Sequence[str] = ()
    """The names of the people who do it."""
    by: str = ""
    """The person who said what the state is, and when: "Anna Andersson, den 3 mars 2027"."""
    norm: str = ""


def title(duty: Duty) -> str:
    """Return the name of a duty with its year."""
    return duty.title if str(duty.year) in duty.title else f"{duty.title} {duty.year}"


def day(last: date) -> str:
    """Return a last day as people plan by it: weekday, date and week."""
    return f"{swedish.WEEKDAYS[last.weekday()]} {swedish.day(last)}, vecka {last.isocalendar().week}"


def short_day(value: date) -> str:
    """Return a day in few letters: ``tis 8 december 2026``."""
    return f"{swedish.WEEKDAYS[value.weekday()][:3]} {value.day} {swedish.MONTHS[value.month - 1]} {value.year}"


def by_when(last: date | None, today: date) -> str:
    """Return by when a duty is to be done, with the days that are left."""
    if last is None:
        return f"{NOTHING_SET}. Jag påminner inte förrän kansliet har satt det."
    left = (last - today).days
    if left < 0:
        return f"Sista dagen var {day(last)}, för {swedish.count(-left, 'dag', 'dagar')} sedan."
    when = "i dag" if left == 0 else "i morgon" if left == 1 else f"om {left} dagar"
    return f"Klart senast {day(last)}. Det är {when}."


def takes(minutes: int | None) -> str:
    """Return how long a duty takes; empty if nobody knows."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    parts = [swedish.count(hours, "timme", "timmar")] if hours else []
    parts += [swedish.count(rest, "minut", "minuter")] if rest or not hours else []
    return f"Det tar ungefär {swedish.listed(parts)}."


def duty(shown: DutyView, today: date, note: str = "", *, may_change: bool = True) -> Json:
    """Return one duty of a municipality, with what can be said about it. ``note`` is what was just done."""
    row, standing = shown.duty, shown.standing
    body: list[CardElement] = [heading(title(row)), plain(shown.place.full_name, subtle=True)]
    if note:
        body.append(label(note))
    body.append(plain(_state(shown)))
    if not standing.ended:
        body += [plain(by_when(standing.deadline, today)), *about(row)]
        body.append(plain(f"Gör det hos er: {swedish.listed(shown.people) or 'ingen utsedd'}."))
        body += [plain(shown.norm, subtle=True)] if shown.norm else []
    choices = _choices(shown) if may_change else []
    body += [buttons(*choices[at : at + 2]) for at in range(0, len(choices), 2)]
    return card(
        *body,
        actions=[*([] if standing.ended else link(row)), button("Att göra", "duties.show", alone=True)],
        summary=f"{title(row)}, {shown.place.name}: {note or _state(shown)}",
    )


def year(
    place: Municipality, number: int, shown: Sequence[tuple[Duty, DutyStanding]], others: str, today: date
) -> Json:
    """Return a municipality's year: what is next, everything, and ``others`` who work with it."""
    left = [pair for pair in shown if not pair[1].ended]
    following = next(((duty, standing) for duty, standing in left if standing.deadline is not None), None)
    body: list[CardElement] = [heading(f"{place.full_name}: att göra {number}")]
    if not shown:
        body.append(plain("Kansliet har inte lagt in några uppgifter för er än."))
    elif following is not None:
        row_, standing = following
        body.append(plain(f"Näst på tur: {title(row_)}. {by_when(standing.deadline, today)}"))
    elif not left:
        body.append(plain("Allt är klart. Tack!"))
    for duty_, standing in shown:
        body.append(row(line(duty_, standing), "duties.open", duty=duty_.id, code=place.code))
    body.append(label("Här jobbar också"))
    body.append(plain(others or "Jag känner ingen annan hos er än. Skriv min kommun för att se och ändra."))
    return card(
        *body,
        actions=[button("Årshjulet", "duties.wheel", alone=True), button("Min kommun", "people.mine", alone=True)],
        summary=f"{place.full_name}: {len(left)} kvar att göra {number}",
    )


def line(duty: Duty, standing: DutyStanding) -> str:
    """Return one duty on one line: what, by when and how it stands."""
    when = f"senast {short_day(standing.deadline)}" if standing.deadline else NOTHING_SET.lower()
    until = f" till {short_day(standing.until)}" if standing.state == DutyState.POSTPONED and standing.until else ""
    return f"{title(duty)}: {when}. {STATES[standing.state]}{until}."


def postpone(shown: DutyView, first: date, last: date) -> Json:
    """Return the form to postpone a duty to a day between ``first`` and ``last``."""
    text = (
        "Till vilken dag? Jag är tyst för er alla till dess. Sista dagen flyttas inte: det gör kansliet. Väljer du en "
        f"dag efter den, skriv varför. Du kan välja till och med {swedish.day(last)}."
    )
    return card(
        heading(f"Skjut upp {title(shown.duty)}"),
        plain(by_when(shown.standing.deadline, first)),
        plain(text, subtle=True),
        date_input("until", "Dag då jag får påminna igen", first=first),
        text_input("reason", "Varför (kansliet kan läsa det)", most=LONGEST_REASON),
        actions=[
            button("Skjut upp", "duties.postpone", style="positive", **_data(shown)),
            _back(shown),
        ],
        summary=f"Skjut upp {title(shown.duty)}",
    )


def help_wanted(shown: DutyView) -> Json:
    """Return the ways to get help. The questions' own buttons take it from there."""
    about = f"Vi behöver hjälp med ”{title(shown.duty)}”."
    return card(
        heading(f"Hjälp med {title(shown.duty)}"),
        plain("Noterat. Vem vill du fråga? Du ser frågan innan den går."),
        plain("Kollegor svarar i en temagrupp. Till kansliet läser bara kansliet det du skriver.", subtle=True),
        actions=[
            button("Fråga kollegor", "questions.start", text=about),
            button("Fråga kansliet", "questions.to_kansli", bare=True, text=about),
            _back(shown),
        ],
        summary=f"Hjälp med {title(shown.duty)}",
    )


def instead(shown: DutyView, people: Sequence[tuple[str, str]]) -> Json:
    """Return the form for who does a duty in the person's place. ``people`` are pairs (number, name)."""
    choose: list[CardElement] = []
    if people:
        choose = [
            choice_input("instead", f"Vem i {shown.place.full_name}?", people),
            buttons(button("Välj personen", "duties.instead", style="positive", **_data(shown))),
        ]
    return card(
        heading(f"Vem gör {title(shown.duty)}?"),
        plain("Du påminns inte mer om den här uppgiften. Den du väljer påminns i stället."),
        *choose,
        plain("Vet du inte, så säger jag det till kansliet, och påminner en annan kontaktperson hos er.", subtle=True),
        actions=[button("Vet inte", "duties.instead", alone=True, unknown=True, **_data(shown)), _back(shown)],
        summary=f"Vem gör {title(shown.duty)}?",
    )


def handed(shown: DutyView, name: str) -> Json:
    """Return what follows *Inte jag*. ``name`` is empty if the person does not know who does it."""
    text = (
        f"Tack! Jag påminner {name} i stället för dig."
        if name
        else "Tack! Jag har sagt till kansliet, och påminner dig inte mer om det här."
    )
    return card(
        heading(title(shown.duty)),
        plain(text),
        actions=[button("Det är jag", "duties.mine", alone=True, **_data(shown)), _back(shown)],
        summary=text,
    )


def unknown_doer(duty: Duty, place: Municipality, who: str) -> Json:
    """Return what the kansli is told when somebody does not know who does a duty."""
    text = f"{who} säger ”Inte jag” om {title(duty)} och vet inte vem i {place.full_name} som gör det."
    return card(
        heading("En uppgift saknar person"),
        plain(text),
        actions=[button("Öppna kommunen", "people.open", code=place.code)],
        summary=text,
    )


def _state(shown: DutyView) -> str:
    standing = shown.standing
    until = f" till {swedish.day(standing.until)}" if standing.state == DutyState.POSTPONED and standing.until else ""
    by = f" ({shown.by})" if shown.by else ""
    return f"{STATES[standing.state]}{until}{by}."


def about(duty: Duty) -> list[CardElement]:
    """Return why a duty matters, how it is done and how long it takes."""
    why = [plain(duty.why)] if duty.why else []
    how = [markdown(duty.how)] if duty.how else []
    return [*why, *how, *([small(takes(duty.minutes))] if duty.minutes is not None else [])]


def _choices(shown: DutyView) -> list[Action]:
    data = _data(shown)
    match shown.standing.state:
        case DutyState.SAYS_DONE:
            return [button("Ångra", "duties.undo", alone=True, **data)]
        case DutyState.CONFIRMED | DutyState.EXEMPT:
            return []
        case DutyState.NOT_STARTED:
            begin = [button("Börjat", "duties.begin", alone=True, **data)]
        case _:
            begin = [button("Ångra", "duties.undo", alone=True, **data)]
    return [*answers(shown.duty, shown.place.code), *begin]


def answers(duty: Duty, code: str) -> list[Action]:
    """Return what the people of a municipality can say about a duty that is left."""
    data: Json = {"duty": duty.id, "code": code}
    return [
        button("Klart", "duties.done", style="positive", alone=True, **data),
        button("Skjut upp", "duties.ask_postpone", alone=True, **data),
        button("Behöver hjälp", "duties.ask_help", alone=True, **data),
        button("Inte jag", "duties.ask_instead", alone=True, **data),
    ]


def _data(shown: DutyView) -> Json:
    return {"duty": shown.duty.id, "code": shown.place.code}


def _back(shown: DutyView) -> Action:
    return button("Tillbaka", "duties.open", alone=True, **_data(shown))


def link(duty: Duty) -> list[Action]:
    """Return the button to the page where a duty is done."""
    return [open_link("Öppna sidan", duty.link)] if duty.link else []
