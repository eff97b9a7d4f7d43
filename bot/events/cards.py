"""What members see of events: the list, one event, and its participants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from microsoft_teams.cards import Action, CardElement

from bot import swedish
from bot.cards import (
    button,
    buttons,
    card,
    caution,
    heading,
    label,
    markdown,
    open_link,
    paged,
    plain,
    row,
    small,
    switch,
)
from bot.events.member_access import EventView
from bot.message import Json
from bot.register.words import capital
from bot.schedule import seats
from bot.schedule.plans import KIND_NAMES
from bot.schedule.times import clock, span_of, weekday, written
from storage.events import Event, EventKind, EventState
from storage.invitations import FULL, NO_ADDRESS
from storage.registrations import Registration, RegistrationState

MARKS: Mapping[str, str] = {
    RegistrationState.REGISTERED: "Du är anmäld.",
    RegistrationState.WAITING: "Du står i kö.",
    RegistrationState.OFFERED: "En plats väntar på dig!",
    RegistrationState.DECLINED: "Du kommer inte.",
    RegistrationState.LEFT: "Du kommer inte.",
}
NO_INVITATION: Mapping[str, str] = {
    NO_ADDRESS: "Jag har ingen mejladress som en kalenderinbjudan kan gå till.",
    FULL: "Kalenderbokningen rymmer inga fler, så du får ingen inbjudan. Din plats är ändå klar.",
}
"""By why none can go, for people who are or may be registered."""
PAGE = 6


def overview(shown: Sequence[Event], own: Mapping[int, Registration], page: int, *, past: bool = False) -> Json:
    """Return the list of events. ``own`` is empty where others read too."""
    title = "Möten som har varit" if past else "Webbinarier och andra möten"
    pages = paged(shown, page, PAGE, "event.list", past=past)
    body: list[CardElement] = [heading(title)]
    if not shown:
        body.append(plain("Det finns inga möten här." if past else "Det finns inga planerade möten just nu."))
    body += [row(_line(event, own.get(event.id), past=past), "event.open", event=event.id) for event in pages.shown]
    if pages.last:
        body.append(small(pages.place))
    other = button("Kommande möten" if past else "Tidigare möten", "event.list", past=not past)
    return card(*body, actions=[*pages.turns, other], summary=f"{title}: {len(shown)}")


def choose(shown: Sequence[Event], own: Mapping[int, Registration]) -> Json:
    """Ask which event the person means."""
    rows = [row(_line(event, own.get(event.id)), "event.open", event=event.id) for event in shown[:PAGE]]
    other = button("Alla kommande möten", "event.list")
    return card(heading("Vilket möte menar du?"), *rows, actions=[other], summary="Vilket möte menar du?")


def event_card(shown: EventView) -> Json:
    """Return one event: the card in a channel and in a preview, or as one person sees it."""
    event = shown.event
    body = look(shown)
    if shown.alone and event.state == EventState.OPEN and not _is_over(shown):
        body += _own(shown)
    return card(*body, actions=_actions(shown), summary=f"{event.title}, {when(event)}")


def look(shown: EventView) -> list[CardElement]:
    """Return what everybody reads of an event, without the choices."""
    event = shown.event
    body: list[CardElement] = [heading(event.title), small(KIND_NAMES[EventKind(event.kind)])]
    if event.state == EventState.CANCELLED:
        body.append(caution(f"Inställt. {event.reason}".strip()))
    elif _is_over(shown):
        body.append(small("Mötet har varit."))
    body += [label(capital(when(event))), *(plain(line) for line in _facts(shown))]
    if event.text:
        body.append(markdown(event.text))
    return body


def participants(event: Event, names: Sequence[str], coming: int) -> Json:
    """Return the names that participants agreed to show."""
    body: list[CardElement] = [heading("Vilka kommer?"), plain(f"{event.title}, {when(event)}")]
    body += [plain(name) for name in names]
    hidden = coming - len(names)
    if hidden:
        others = swedish.count(hidden, "anmäld", "anmälda")
        body.append(
            small(f"{others} visar inte sitt namn." if not names else f"Och {others} som inte visar sitt namn.")
        )
    return card(*body, actions=[back(event)], summary=f"Vilka kommer till {event.title}?")


def calendar_file(event: Event, url: str) -> Json:
    """Return the link to the event's calendar file."""
    return card(
        heading("Lägg i kalendern"),
        plain(f"{event.title}, {when(event)}"),
        small("Länken är bara till för dig. Den fungerar i 15 minuter och en gång. Öppna filen i din kalender."),
        actions=[open_link("Hämta kalenderfilen", url), back(event)],
        summary="Hämta kalenderfilen",
    )


def no_link(event: Event) -> Json:
    """What a repeated press is shown: the link itself is kept nowhere."""
    return card(
        heading("Länken visas bara en gång"),
        actions=[button("Ny länk", "event.calendar", event=event.id), back(event)],
        summary="Länken visas bara en gång. Gör en ny om du behöver.",
    )


def back(event: Event, title: str = "Öppna mötet") -> Action:
    """Return the button that opens the event."""
    return button(title, "event.open", alone=True, event=event.id)


def held(own: Registration) -> str:
    """Return how long the offered seat is held."""
    until = own.offered_until
    return f"Platsen är din till {weekday(swedish.date_of(until))} kl. {clock(until)}." if until else "Platsen är din."


def when(event: Event) -> str:
    """Return when the event is, in Swedish."""
    return written(span_of(event.starts_at, event.ends_at))


def _line(event: Event, own: Registration | None, *, past: bool = False) -> str:
    mark = (" Inspelning finns." if event.recording_url else "") if past else f" {MARKS[own.state]}" if own else ""
    return f"{event.title}. {capital(when(event))}.{mark}"


def _facts(shown: EventView) -> Iterator[str]:
    """Yield where it is, how many come, and the last day to register."""
    event, seating = shown.event, shown.seating
    online = "Teams" if event.teams_meeting else "På nätet" if event.join_url else ""
    where = swedish.listed([part for part in (event.place, online) if part])
    if where:
        yield f"Var: {where}"
    if event.academy:
        yield "Räknas till SEKOM-akademin."
    if event.state != EventState.OPEN or _is_over(shown) or event.starts_at is None:
        return
    waiting = f", {seating.waiting} i kö" if seating.waiting else ""
    left = "" if seating.free is None else f" {swedish.count(seating.free, 'plats', 'platser')} kvar{waiting}."
    full = f" Fullt{waiting}." if seating.free == 0 else left
    coming = (
        f"{swedish.count(seating.coming, 'person', 'personer')} kommer." if seating.coming else "Ingen är anmäld än."
    )
    yield f"{coming}{full}"
    if event.register_by is not None and not (shown.alone and seats.closed(event, shown.now)):
        yield f"Sista dag att anmäla sig: {weekday(event.register_by)}"


def _own(shown: EventView) -> Iterator[CardElement]:
    """Yield where the person stands, and the choices that are theirs."""
    own, event = shown.own, shown.event
    if own is not None:
        yield label(_standing(shown, own))
    why = seats.closed(event, shown.now)
    if why and not (own is not None and own.state in seats.IN_TOUCH):
        yield plain(why)
        return
    if event.starts_at is None or event.starts_at <= shown.now:
        return
    if shown.outside:
        yield plain(f"{NO_INVITATION[shown.outside]} Tryck Lägg i kalendern, så får du en fil.")
    yield switch("show_name", "Visa mitt namn för andra deltagare", on=own is not None and own.show_name)
    if shown.outside != NO_ADDRESS:
        title = "Skicka en kalenderfil med mejl i stället för en inbjudan"
        yield switch("by_mail", title, on=own is not None and own.by_mail)
    if own is not None and own.state in seats.IN_TOUCH:
        yield buttons(button("Spara valen", "event.register", event=event.id))


def _standing(shown: EventView, own: Registration) -> str:
    match own.state:
        case RegistrationState.REGISTERED if not shown.outside:
            way = "Kalenderfilen kommer med mejl." if own.by_mail else "Inbjudan kommer i din kalender."
            return f"Du är anmäld. {way}"
        case RegistrationState.WAITING if shown.position:
            return f"Du står på plats {shown.position} i kön. Jag skriver till dig om en plats blir ledig."
        case RegistrationState.WAITING:
            return "Du hann inte svara när en plats blev ledig. Tryck Anmäl mig om du fortfarande vill komma."
        case RegistrationState.OFFERED:
            return held(own)
        case _:
            return MARKS[own.state]


def _actions(shown: EventView) -> list[Action]:
    """Return the buttons: those that fit where the event and the person stand."""
    event = shown.event
    links = [open_link("Anslut", shown.join_url)] if shown.join_url and not _is_over(shown) else []
    links += [open_link("Inspelning", event.recording_url)] if event.recording_url else []
    links += [open_link("Material", event.material_url)] if event.material_url else []
    if event.state != EventState.OPEN or _is_over(shown):
        return [*links, *_for_keeper(shown)]
    if not shown.alone:
        why = seats.closed(event, shown.now)
        first = [] if why else [_register(shown)]
        return [*first, button("Öppna", "event.open", event=event.id), *links]
    calendar = [button("Lägg i kalendern", "event.calendar", alone=True, event=event.id)] if event.starts_at else []
    speaker = button("Fråga talaren", "event.ask", alone=True, event=event.id)
    return [*_answers(shown), *links, *calendar, speaker, *_for_keeper(shown)]


def _answers(shown: EventView) -> Iterator[Action]:
    """Yield the person's ways to say yes and no."""
    event, state = shown.event, shown.own.state if shown.own else None
    if event.starts_at is None or event.starts_at <= shown.now:
        return
    if state == RegistrationState.OFFERED:
        yield button("Ta platsen", "event.accept_offer", style="positive", event=event.id)
        yield button("Tacka nej", "event.pass_offer", alone=True, event=event.id)
    elif state == RegistrationState.REGISTERED:
        yield button("Avanmäl mig", "event.leave", alone=True, event=event.id)
        yield button("Vilka kommer?", "event.names", alone=True, event=event.id)
    elif state == RegistrationState.WAITING:
        if not shown.position:
            yield _register(shown)
        yield button("Lämna kön", "event.leave", alone=True, event=event.id)
    else:
        if not seats.closed(event, shown.now):
            yield _register(shown)
        if shown.invited:
            yield button("Kan inte komma", "event.decline", alone=True, event=event.id)


def _register(shown: EventView) -> Action:
    title = "Ställ mig i kön" if shown.seating.free == 0 else "Anmäl mig"
    return button(title, "event.register", style="positive", event=shown.event.id)


def _for_keeper(shown: EventView) -> list[Action]:
    manage = [button("Hantera", "event.desk.open", alone=True, event=shown.event.id)] if shown.manages else []
    if shown.questions is None:
        return manage
    return [button(f"Frågor ({shown.questions})", "event.questions", alone=True, event=shown.event.id), *manage]


def _is_over(shown: EventView) -> bool:
    return shown.event.ends_at is not None and shown.event.ends_at <= shown.now
