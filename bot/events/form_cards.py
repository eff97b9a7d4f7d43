"""The forms with which the kansli plans, moves, repeats and cancels an event, and says who is invited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
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
    plain,
    small,
    switch,
    text_input,
)
from bot.message import Json
from bot.register.audience import MOST_PICKED
from bot.schedule import plans, times
from bot.schedule.life import LONGEST_REASON, MOST_IN_SERIES, SeriesStep
from bot.schedule.plans import KIND_NAMES, EventPlan
from bot.swedish import count, date_of, listed
from storage.events import Event
from storage.registrations import RegistrationState

FIELDS = {
    "roles": "Roller",
    "themes": "Följer temagrupp",
    "counties": "Län",
    "size_groups": "Kommungrupper (SKR)",
    "conditions": "Annat som gäller dem",
    "saved": "Sparade urval",
}
EVERY = {
    SeriesStep.WEEK: "Varje vecka",
    SeriesStep.TWO_WEEKS: "Varannan vecka",
    SeriesStep.MONTH: "Varje månad, samma veckodag",
}


def form(
    plan: EventPlan, groups: Sequence[tuple[str, str]], organiser: str, now: datetime, row: Event | None = None
) -> Json:
    """Return the form of an event's content; ``row`` is the event that it changes."""
    today = date_of(now)
    title = "Ändra mötet" if row else "Nytt möte"
    body: list[CardElement] = [
        choice_input("kind", "Sort", [(kind.value, name) for kind, name in KIND_NAMES.items()], value=plan.kind.value),
        text_input("heading", "Titel", value=plan.title, required="Skriv en titel.", most=plans.LONGEST_TITLE),
        text_input("text", "Vad handlar det om?", value=plan.text, long=True, most=plans.LONGEST_TEXT),
        *_time_fields(plan, now, "Dag (tomt: datum inte satt)"),
        switch("teams", "Teams-möte (jag skapar det)", on=plan.teams_meeting),
        text_input("join_url", "Eller egen möteslänk", value=plan.join_url, most=plans.LONGEST_LINK),
        text_input("place", "Plats, om man ses", value=plan.place, most=plans.LONGEST_PLACE),
        *(
            [choices_input("themes", "Temagrupper: visas i deras kanaler", groups, values=plan.themes)]
            if groups
            else []
        ),
        text_input("seats", "Platser (tomt: ingen gräns)", value=str(plan.seats or ""), most=6),
        date_input("register_by", "Sista dag att anmäla sig", first=_first(today, plan), value=plan.register_by),
        switch("academy", "Räknas till SEKOM-akademin", on=plan.academy),
        text_input("organiser", "Håller i mötet: namn eller mejladress", value=organiser, most=200),
        small("Den som håller i mötet får frågorna till talaren. Tomt: kansliet."),
    ]
    save = button("Spara och se", "event.desk.save", style="positive", **known(row))
    back = [button("Tillbaka", "event.desk.open", alone=True, event=row.id)] if row else []
    return card(heading(title), *body, actions=[save, *back], summary=title)


def move(row: Event, states: Counter[str], now: datetime) -> Json:
    """Return the form of a new time. ``states`` has how many people stand where."""
    plan = EventPlan.of(row)
    told = concerned(states)
    who = f"{told} får veta det en gång, och kalenderbokningen flyttas."
    return card(
        heading("Flytta mötet"),
        plain(f"{row.title}, {times.written(plan.when)}"),
        small(who if told else "Ingen är anmäld än."),
        *_time_fields(plan, now, "Ny dag"),
        date_input("register_by", "Sista dag att anmäla sig", first=_first(date_of(now), plan), value=plan.register_by),
        actions=[
            button("Flytta", "event.desk.move", style="positive", **known(row)),
            button("Tillbaka", "event.desk.open", alone=True, event=row.id),
        ],
        summary="Flytta mötet",
    )


def repeat(row: Event) -> Json:
    """Return the form of a series."""
    text = f"Jag gör utkast med samma innehåll och klockslag. Det första är {times.written(EventPlan.of(row).when)}."
    return card(
        heading("Gör en serie"),
        plain(text),
        choice_input("every", "Hur ofta", [(every.value, name) for every, name in EVERY.items()], value="month"),
        text_input("times", f"Antal tillfällen, högst {MOST_IN_SERIES}", value="4", required="Skriv antalet.", most=3),
        actions=[
            button("Gör serien", "event.desk.repeat", style="positive", **known(row)),
            button("Tillbaka", "event.desk.open", alone=True, event=row.id),
        ],
        summary="Gör en serie",
    )


def cancel(row: Event, states: Counter[str]) -> Json:
    """Ask whether to cancel, and why. ``states`` has how many people stand where."""
    told = concerned(states)
    who = f"{told} får veta det direkt." if told else "Ingen är anmäld."
    return card(
        heading("Ställa in mötet?"),
        plain(f"{row.title}, {times.written(EventPlan.of(row).when)}"),
        caution(f"{who} Det går inte att ångra."),
        text_input("reason", "Varför? De läser det.", required="Skriv varför.", long=True, most=LONGEST_REASON),
        actions=[
            button("Ställ in mötet", "event.desk.cancel", style="destructive", **known(row)),
            button("Tillbaka", "event.desk.open", alone=True, event=row.id),
        ],
        summary=f"Ställa in {row.title}?",
    )


def afterwards(row: Event) -> Json:
    """Return the form of what is there when the event is over."""
    return card(
        heading("Inspelning och material"),
        plain(row.title),
        text_input("recording", "Länk till inspelningen", value=row.recording_url, most=plans.LONGEST_LINK),
        text_input("material", "Länk till materialet", value=row.material_url, most=plans.LONGEST_LINK),
        actions=[
            button("Spara", "event.desk.finish", style="positive", **known(row)),
            button("Tillbaka", "event.desk.open", alone=True, event=row.id),
        ],
        summary="Inspelning och material",
    )


def invited(
    row: Event, chosen: Sequence[str], numbers: str, offered: Mapping[str, Sequence[tuple[str, str]]], notice: str = ""
) -> Json:
    """Return who is invited, and a form to add more. ``chosen`` are sentences, one for each part of the audience."""
    body: list[CardElement] = [heading("Vilka bjuds in?"), plain(row.title)]
    body += [caution(notice)] if notice else []
    for at, text in enumerate(chosen):
        body += [plain(text), buttons(button("Ta bort", "event.desk.uninvite", alone=True, part=at, **known(row)))]
    body += [
        small(f"Just nu: {numbers}." if chosen else "Ingen än."),
        label("Bjud in fler"),
        small("Fyller du i flera rutor gäller alla på en gång: roll och län betyder den rollen i det länet."),
        switch("everyone", "Alla i nätverket"),
        *(choices_input(name, title, offered[name]) for name, title in FIELDS.items() if offered[name]),
        text_input("towns", "Kommuner, med komma emellan", most=2000),
        text_input("pasted", f"Mejladresser eller namn, högst {MOST_PICKED}", long=True, most=100_000),
        buttons(button("Lägg till", "event.desk.invite", style="positive", **known(row))),
    ]
    actions = [button("Klar", "event.desk.open", alone=True, event=row.id)]
    return card(*body, actions=actions, summary=f"Vilka bjuds in till {row.title}?")


def concerned(states: Counter[str]) -> str:
    """Return how many people a change concerns: "3 anmälda och 2 i kö"; empty for nobody."""
    coming = states[RegistrationState.REGISTERED]
    queue = states[RegistrationState.WAITING] + states[RegistrationState.OFFERED]
    parts = [count(coming, "anmäld", "anmälda")] if coming else []
    return listed([*parts, *([f"{queue} i kö"] if queue else [])])


def known(row: Event | None) -> dict[str, Any]:
    """Return what every button of the kansli's names: the event and the version that it was shown for."""
    return {"event": row.id, "version": row.version} if row else {}


def _time_fields(plan: EventPlan, now: datetime, on: str) -> list[CardElement]:
    when = plan.when
    start, end = (times.clock(when.starts), times.clock(when.ends)) if when and not when.whole_days else ("", "")
    first = date_of(when.starts) if when else None
    last = date_of(when.ends - timedelta(microseconds=1)) if when else None
    return [
        date_input("day", on, first=_first(date_of(now), plan), value=first),
        text_input("start", "Börjar, till exempel 9.00", value=start, most=20),
        text_input("end", "Slutar, till exempel 10.30", value=end, most=20),
        date_input(
            "last_day",
            "Sista dag, om det är flera dagar",
            first=_first(date_of(now), plan),
            value=last if last != first else None,
        ),
    ]


def _first(today: date, plan: EventPlan) -> date:
    """Return the first day to choose. An event that has been keeps its days."""
    days = [today, plan.register_by, date_of(plan.when.starts) if plan.when else None]
    return min(one for one in days if one is not None)
