"""What the kansli sees of a duty: the year's list, the duty with its ladder in words, and its forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from microsoft_teams.cards import CardElement

from bot.cards import (
    button,
    buttons,
    card,
    caution,
    choice_input,
    choices_input,
    date_input,
    heading,
    label,
    markdown,
    plain,
    row,
    small,
    text_input,
    web_link,
)
from bot.message import Json
from bot.progress import plans
from bot.progress.duty_forms import NO_EVENT
from bot.progress.plans import KIND_NAMES, DutyPlan
from bot.register import words
from bot.schedule.plans import LONGEST_LINK
from bot.swedish import WEEKDAYS, count, date_of, day, listed
from storage.duties import Duty, DutyKind
from storage.events import Event
from storage.people import SEATS, PersonRole

UNDATED = "datum inte satt"
CALLED = "på kansliets ringlista"


def years(year: int, verb: str) -> CardElement:
    """Return the buttons to the year before and the year after."""
    return buttons(button(str(year - 1), verb, year=year - 1), button(str(year + 1), verb, year=year + 1))


def overview(year: int, shown: Sequence[Duty], notice: str = "") -> Json:
    """Return the duties of a year."""
    body: list[CardElement] = [heading(f"Uppgifter {year}"), *([plain(notice)] if notice else [])]
    undated = sum(duty.due is None and duty.closed_at is None for duty in shown)
    if not shown:
        body.append(plain(f"Det finns inga uppgifter för {year}."))
    body += [row(f"{duty.title}: {when(duty)}", "duties.desk.open", duty=duty.id) for duty in shown]
    if undated:
        body.append(small(f"{count(undated, 'uppgift', 'uppgifter')} utan datum påminner ingen."))
    return card(
        *body,
        years(year, "duties.desk.year"),
        actions=[button("Ny uppgift", "duties.desk.new", year=year), button("Läget", "duties.report.year", year=year)],
        summary=f"{count(len(shown), 'uppgift', 'uppgifter')} för {year}, {undated} utan datum.",
    )


def when(duty: Duty) -> str:
    """Return when a duty is to be done, for a list."""
    if duty.closed_at is not None:
        return "stängd"
    return f"senast {weekday(duty.due)}" if duty.due else UNDATED


def weekday(value: date) -> str:
    """Return a day with its weekday and week: "onsdag den 3 mars 2027, vecka 9"."""
    return f"{WEEKDAYS[value.weekday()]} {day(value)}, vecka {value.isocalendar().week}"


def duty(shown: Duty, whom: str, meeting: Event | None, notice: str = "") -> Json:
    """Return one duty. ``whom`` says which municipalities it concerns, and ``meeting`` decides when it is done."""
    body: list[CardElement] = [heading(f"{shown.title} {shown.year}"), *([plain(notice)] if notice else [])]
    if shown.closed_at is not None:
        body.append(plain(f"Stängd {day(shown.closed_at)}. Ingen påminns, och ingen kan ändra läget."))
    body += _facts(shown, whom)
    if shown.kind == DutyKind.ANNUAL_MEETING:
        body.append(_decided(meeting))
    body += [label("Påminnelser"), *(plain(line) for line in ladder(shown))]
    actions = _actions(shown)
    for at in range(0, len(actions), 2):
        body.append(buttons(*actions[at : at + 2]))
    return card(*body, summary=f"{shown.title} {shown.year}: {when(shown)}")


def ladder(shown: Duty) -> list[str]:
    """Return a duty's ladder in words, a line for each rung."""
    if shown.due is None:
        return [f"Sista dag: {UNDATED}. Ingen påminns förrän du har satt en."]
    if not shown.ladder:
        return ["Inga påminnelser."]
    return [f"{_rung(int(rung['days']))}: {told(rung['to'])}" for rung in shown.ladder]


def told(seats: Sequence[str]) -> str:
    """Return whom a rung tells, in words."""
    return listed([CALLED if seat == PersonRole.KANSLI else words.role(seat) for seat in seats])


def meeting_name(event: Event) -> str:
    """Return an annual meeting with its day."""
    return f"{event.title}, {day(date_of(event.starts_at)) if event.starts_at else UNDATED}"


def form(plan: DutyPlan, offered: Mapping[str, Sequence[tuple[str, str]]], towns: str, known: Duty | None) -> Json:
    """Return the form of a duty; ``known`` is the duty that it changes, and ``towns`` the names of municipalities."""
    title = "Ändra uppgiften" if known else "Ny uppgift"
    seats = [(seat.value, words.capital(words.role(seat))) for seat in SEATS]
    save = button("Spara", "duties.desk.save", style="positive", **_named(known))
    back = button("Tillbaka", "duties.desk.open", alone=True, duty=known.id) if known else None
    return card(
        heading(title),
        choice_input("kind", "Sort", [(kind.value, name) for kind, name in KIND_NAMES.items()], value=plan.kind.value),
        text_input("heading", "Vad ska göras?", value=plan.title, required="Skriv vad.", most=plans.LONGEST_TITLE),
        text_input("year", "År", value=str(plan.year), required="Skriv året.", most=8),
        date_input("opens", "Öppnar", value=plan.opens),
        date_input("due", "Sista dag (tomt: datum inte satt)", value=plan.due),
        choice_input("event", "Möte (bara för årsmötet)", offered["meetings"], value=str(plan.event_id or NO_EVENT)),
        choices_input("seats", "Vem i kommunen gör den?", seats, values=plan.seats),
        label("Vilka gäller den?"),
        small("Tomt: alla medlemmar. Fyller du i flera rutor ska kommunen passa in i alla."),
        choices_input("counties", "Län", offered["counties"], values=plan.counties),
        choices_input("size_groups", "Kommungrupper (SKR)", offered["size_groups"], values=plan.size_groups),
        text_input("towns", "Kommuner, med komma emellan", value=towns, most=3000),
        text_input("why", "Varför är den viktig?", value=plan.why, long=True, most=plans.LONGEST_TEXT),
        text_input("how", "Hur gör man?", value=plan.how, long=True, most=plans.LONGEST_TEXT),
        text_input("link", "Länk", value=plan.link, most=LONGEST_LINK),
        text_input("minutes", "Hur lång tid tar den, i minuter?", value=str(plan.minutes or ""), most=6),
        text_input("ladder", "Påminnelser: dagar från sista dagen", value=", ".join(map(str, plan.rungs)), most=60),
        small(
            "Minus är före. Till och med sista dagen får rapportören dem, sedan även tjänstepersonen, från dag 7 även "
            "politikern, och från dag 14 hamnar kommunen på kansliets ringlista. Om årsmötet får båda rollerna alla."
        ),
        actions=[save, *([back] if back else [])],
        summary=title,
    )


def extension(shown: Duty) -> Json:
    """Return the form of a later last day, for everybody or for some municipalities."""
    return card(
        heading("Förläng"),
        plain(f"{shown.title} {shown.year}: {when(shown)}"),
        date_input("due", "Ny sista dag", first=shown.due),
        text_input("towns", "Bara för de här kommunerna (tomt: alla)", most=1000),
        small("Påminnelserna räknas om från den nya dagen."),
        actions=[
            button("Förläng", "duties.desk.extend", style="positive", **_named(shown)),
            button("Tillbaka", "duties.desk.open", alone=True, duty=shown.id),
        ],
        summary="Förläng uppgiften",
    )


def _facts(shown: Duty, whom: str) -> list[CardElement]:
    opens = f"öppnar {weekday(shown.opens)}" if shown.opens else ""
    last = f"sista dag {weekday(shown.due)}" if shown.due else f"sista dag: {UNDATED}"
    roles = [words.role(seat) for seat in shown.seats]
    seats = listed(roles) if shown.kind == DutyKind.ANNUAL_MEETING else ", annars ".join(roles)
    lines = [
        words.capital(", ".join(filter(None, (opens, last)))) + ".",
        f"Gäller: {whom}.",
        f"Görs av: {seats}.",
        *([f"Tar ungefär {count(shown.minutes, 'minut', 'minuter')}."] if shown.minutes else []),
    ]
    return [
        *(plain(line) for line in lines),
        *([label("Varför"), markdown(shown.why)] if shown.why else []),
        *([label("Så gör man"), markdown(shown.how)] if shown.how else []),
        *([markdown(web_link("Öppna sidan", shown.link))] if shown.link else []),
    ]


def _decided(meeting: Event | None) -> CardElement:
    """Say what decides when a municipality has taken part in the annual meeting."""
    if meeting is None:
        return caution("Inget möte är valt, så jag ser inte vilka som är anmälda. Tryck Ändra och välj årsmötet.")
    return plain(f"Klart när både politiker och tjänsteperson är anmälda till {meeting_name(meeting)}.")


def _actions(shown: Duty) -> list[Any]:
    named = _named(shown)
    report = button("Läget", "duties.report.open", duty=shown.id)
    copied = button(f"Kopiera till {shown.year + 1}", "duties.desk.copy", **named)
    back = button("Alla uppgifter", "duties.desk.year", year=shown.year)
    if shown.closed_at is not None:
        return [report, copied, button("Öppna igen", "duties.desk.reopen", **named), back]
    return [
        button("Ändra", "duties.desk.edit", **named),
        button("Förläng", "duties.desk.ask_extend", **named),
        report,
        button("Läs in lista", "statuslist.start", duty=shown.id),
        copied,
        button("Stäng", "duties.desk.close", **named),
        back,
    ]


def _named(shown: Duty | None) -> dict[str, Any]:
    return {"duty": shown.id, "version": shown.version} if shown else {}


def _rung(days: int) -> str:
    if days == 0:
        return "Sista dagen"
    return f"{count(abs(days), 'dag', 'dagar')} {'före' if days < 0 else 'efter'}"
