"""What the kansli sees of an event: the preview, the list, and a question about the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from microsoft_teams.cards import Action, CardElement, Container
from sqlalchemy.orm import Session

from bot.cards import (
    button,
    buttons,
    card,
    caution,
    heading,
    label,
    one_line,
    paged,
    plain,
    row,
    small,
)
from bot.delivery.reach import sends_mail
from bot.events import audience, cards, member_access
from bot.events.form_cards import known
from bot.events.member_access import EventView
from bot.message import Json
from bot.register import target, words
from bot.register.target import Target
from bot.schedule import entry, times
from bot.schedule.plans import EventPlan
from bot.schedule.times import Span
from bot.swedish import count, date_of, day, is_working_day, listed
from bot.turn import App
from storage import events, people, registrations
from storage.events import Event, EventKind, EventState
from storage.registrations import RegistrationState

STATE_NAMES = {EventState.DRAFT: "Utkast", EventState.OPEN: "Publicerat", EventState.CANCELLED: "Inställt"}
CANCELED = "canceled"
"""Teams' word for a webinar that its organiser has called off."""
CALLED_OFF = {
    EventState.DRAFT: "Kasta utkastet om det inte ska hållas.",
    EventState.OPEN: "Tryck Ställ in, så får de anmälda veta det.",
}
BIND = "Skriv @SEKOM-boten koppla temagrupp och gruppens namn i den kanal där det ska visas."
ON_PAGE = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """What the kansli must know of an event besides its content, in Swedish."""

    view: EventView
    channels: str
    """Names of the channels that show it."""
    lost: str
    """Names of its theme groups that have no channel, or whose channel is gone."""
    invited: str
    """The people who are invited, and how many they are; empty for nobody."""
    unreached: tuple[str, ...]
    organiser: str
    coming: int
    waiting: int
    drafts: int
    """How many drafts its series has, itself included."""
    linkless: bool
    """Whether it is online, and nobody knows where to join."""
    books: bool
    """Whether the bot has a calendar, in which it makes Teams meetings."""

    @classmethod
    def of(cls, app: App, session: Session, row: Event, now: datetime) -> Standing:
        """Return how an event stands."""
        conditions = target.conditions(app)
        to, notice = audience.invited(app, row)
        found = target.counted(session, to, now, app.settings, conditions)
        who = f"{target.sentence(session, to, conditions)} Just nu: {target.in_numbers(found)}."
        shown = list(target.channels(session, Target(tuple(row.themes))))
        organiser = people.by_id(session, row.organiser_id)
        return cls(
            view=member_access.to_all(session, row, now),
            channels=listed([name for name, place in shown if place]),
            lost=listed([name for name, place in shown if not place]),
            invited=notice or (who if to.people.parts else ""),
            unreached=tuple(target.unreached(found)) if to.people.parts else (),
            organiser=organiser.called if organiser else "",
            coming=registrations.taken(session, row.id),
            waiting=registrations.counts(session, [row.id])[row.id][RegistrationState.WAITING],
            linkless=entry.lacks_link(session, row),
            books=sends_mail(app.settings),
            drafts=sum(event.state == EventState.DRAFT for event in events.of_series(session, row.series)),
        )


def preview(event: Event, standing: Standing, notice: str = "") -> Json:
    """Return the event as members will see it, with what to think of and what can be done."""
    state = EventState(event.state)
    numbers = count(standing.coming, "anmäld", "anmälda")
    numbers += f", {standing.waiting} i kö" if standing.waiting else ""
    return card(
        small(f"{STATE_NAMES[state]}{' · ' + numbers if state is not EventState.DRAFT else ''}"),
        *([plain(notice)] if notice else []),
        Container(style="emphasis", items=list(_look(event, standing))),
        *(caution(text) for text in _warnings(event, standing)),
        *(() if _is_done(event, standing) else _audience(standing)),
        *_pairs(*_actions(event, standing)),
        summary=f"{STATE_NAMES[state]}: {event.title}",
    )


def doubt(event: Event, text: str, choices: Sequence[Span]) -> Json:
    """Ask what time was meant. The draft has no date until it is said."""
    return card(
        heading(event.title),
        caution(text),
        *(
            row(
                words.capital(times.written(choice)),
                "event.desk.pick",
                starts=choice.starts.isoformat(),
                ends=choice.ends.isoformat(),
                **known(event),
            )
            for choice in choices
        ),
        small("Resten är sparat som utkast."),
        actions=[button("Välj en annan tid" if choices else "Välj tid", "event.desk.edit", **known(event))],
        summary=f"{event.title}: {text}",
    )


def overview(shown: Sequence[Event], counts: Mapping[int, int], page: int) -> Json:
    """List all events: coming, without a date, then past. ``counts`` say how many are coming."""
    pages = paged(shown, page, ON_PAGE, "event.desk.list")
    body: list[CardElement] = [heading("Planera möten")]
    if not shown:
        body.append(plain("Det finns inga möten än."))
    for event in pages.shown:
        body.append(row(one_line(event.title, 80), "event.desk.open", event=event.id))
        coming = f" · {count(counts[event.id], 'anmäld', 'anmälda')}" if event.id in counts else ""
        when = words.capital(times.written(times.span_of(event.starts_at, event.ends_at)))
        body.append(small(f"{STATE_NAMES[EventState(event.state)]}{coming} · {when}"))
    body += [small(pages.place)] if pages.last else []
    new = button("Nytt möte", "event.desk.new", style="positive", kind=EventKind.WEBINAR.value)
    more = button("Importera program", "programme.import")
    figures = button("Mötesstatistik", "attendance.figures")
    return card(*body, actions=[new, *pages.turns, more, figures], summary=f"Planera möten: {len(shown)}")


def series(shown: Sequence[Event]) -> Json:
    """Show the dates of a series that was just made."""
    first = shown[0]
    body: list[CardElement] = [heading("Serien är sparad som utkast"), plain(first.title)]
    for event in shown:
        when = times.span_of(event.starts_at, event.ends_at)
        body.append(row(words.capital(times.written(when)), "event.desk.open", event=event.id))
        body += [caution(_holiday(when))] if when and _holiday(when) else []
    actions = _pairs(_publish_all(first, len(shown)), button("Alla möten", "event.desk.list"))
    return card(*body, *actions, summary=f"Serien {first.title}: {len(shown)} tillfällen")


def gone(title: str) -> Json:
    """Say that a draft is thrown away."""
    text = f"Utkastet ”{one_line(title, 60)}” är kastat."
    return card(plain(text), actions=[button("Alla möten", "event.desk.list")], summary=text)


def _look(event: Event, standing: Standing) -> Iterator[CardElement]:
    """Yield what members see, and what else the kansli has filled in."""
    yield from cards.look(standing.view)
    if event.state == EventState.DRAFT and event.seats:
        yield plain(f"Platser: {event.seats}")
    if event.state == EventState.DRAFT and event.register_by:
        yield plain(f"Sista dag att anmäla sig: {times.weekday(event.register_by)}")
    link = "" if event.teams_meeting else event.join_url
    for title, value in (
        ("Håller i mötet", standing.organiser),
        ("Möteslänk, för anmälda", link),
        ("Inspelning", event.recording_url),
        ("Material", event.material_url),
    ):
        if value:
            yield plain(f"{title}: {value}")


def _audience(standing: Standing) -> Iterator[CardElement]:
    yield label("Vilka bjuds in?")
    yield plain(standing.invited or "Ingen är inbjuden. Alla medlemmar ser det om de skriver webbinarier.")
    yield from (small(f"{line}.") for line in standing.unreached)
    if standing.channels:
        yield small(f"Visas i: {standing.channels}.")
    if standing.lost:
        yield caution(f"{standing.lost} har ingen kanal i Teams, så där visas mötet inte. {BIND}")


def _is_done(event: Event, standing: Standing) -> bool:
    """Return whether the event is over or cancelled, so that nobody is invited any more."""
    over = event.ends_at is not None and event.ends_at <= standing.view.now
    return event.state == EventState.CANCELLED or over


def _warnings(event: Event, standing: Standing) -> Iterator[str]:
    """Yield what the kansli may have forgotten. None of it stops the event."""
    plan = EventPlan.of(event)
    if event.state == EventState.CANCELLED:
        return
    if event.source_status == CANCELED:
        yield f"Webbinariet är inställt i Teams. {CALLED_OFF[EventState(event.state)]}"
    if event.source_status and event.state == EventState.DRAFT:
        yield "Titel och tid läses från webbinariet i Teams varje timme, tills du publicerar."
    if plan.when is None:
        yield "Datum är inte satt. Ingen kan anmäla sig förrän det är det."
        yield from _no_link(event, standing)
    elif plan.when.starts > standing.view.now:
        yield from _no_link(event, standing)
        yield from _lacks(plan, plan.when, standing)


def _lacks(plan: EventPlan, when: Span, standing: Standing) -> Iterator[str]:
    """Yield what is missing or odd about the time and place of an event to come."""
    if when.whole_days:
        yield "Klockslag saknas. Tryck Ändra och fyll i när mötet börjar och slutar."
    if holiday := _holiday(when):
        yield holiday
    if not (plan.teams_meeting or plan.join_url or plan.place or standing.linkless):
        yield "Det står inte var mötet är. Välj Teams-möte, länk eller plats."


def _no_link(event: Event, standing: Standing) -> Iterator[str]:
    """Yield that nobody would know where to join."""
    if standing.linkless and not event.teams_meeting:
        yield "Möteslänk saknas. Tryck Ändra och skriv den. Saknas den strax före mötet påminner jag kansliet."
    elif standing.linkless and event.state == EventState.DRAFT and not standing.books:
        yield "Jag har ingen kalender att skapa Teams-mötet i. Tryck Ändra, stäng av Teams-möte och skriv en länk."


def _holiday(when: Span) -> str:
    first = date_of(when.starts)
    return "" if is_working_day(first) else f"{words.capital(day(first))} är många lediga."


def _actions(event: Event, standing: Standing) -> list[Action]:
    here = known(event)
    again = button("Kopiera", "event.desk.copy", event=event.id)
    everything = button("Alla möten", "event.desk.list")
    if event.state == EventState.CANCELLED:
        return [button("Deltagare", "event.desk.participants", event=event.id), again, everything]
    edit, invite = button("Ändra", "event.desk.edit", **here), button("Bjud in", "event.desk.audience", **here)
    if event.state == EventState.DRAFT:
        whole = [_publish_all(event, standing.drafts)] if standing.drafts > 1 else []
        repeat = [] if event.series or event.starts_at is None else [button("Gör serie", "event.desk.series", **here)]
        publish = button("Publicera", "event.desk.publish", style="positive", **here)
        return [
            publish,
            *whole,
            edit,
            invite,
            *repeat,
            again,
            button("Kasta", "event.desk.discard", **here),
            everything,
        ]
    people = button("Deltagare", "event.desk.participants", event=event.id)
    links = button("Inspelning", "event.desk.afterwards", **here)
    if event.ends_at is not None and event.ends_at <= standing.view.now:
        came = button("Närvaro", "attendance.open", event=event.id)
        return [
            people,
            came,
            links,
            button("Siffror", "attendance.figures_of", event=event.id),
            edit,
            again,
            everything,
        ]
    move = [button("Flytta", "event.desk.ask_move", **here)] if event.starts_at else []
    off = button("Ställ in", "event.desk.ask_cancel", style="destructive", **here)
    return [people, edit, *move, invite, again, links, off, everything]


def _publish_all(event: Event, drafts: int) -> Action:
    return button(f"Publicera alla {drafts}", "event.desk.publish_series", **known(event))


def _pairs(*actions: Action) -> list[CardElement]:
    """Return buttons two and two, so that a panel of 300 px shows each whole."""
    return [buttons(*actions[at : at + 2]) for at in range(0, len(actions), 2)]
