"""What people read before an event, in the chat and as a mail."""

from __future__ import annotations

from collections.abc import Iterator

from microsoft_teams.cards import CardElement
from sqlalchemy.orm import Session

from bot.cards import button, card, heading, label, markdown, open_link, plain
from bot.message import Json
from bot.schedule import entry, times
from bot.schedule.plans import KIND_NAMES
from storage.events import Event, EventKind
from storage.outgoing import AsMail

LONGEST_TEXT = 600
"""Characters of the event's text in an invitation; *Öppna mötet* shows the rest."""
_CHAT = "Svara genom att skriva ”webbinarier” till mig i chatten."


def invitation(event: Event) -> tuple[Json, AsMail]:
    """Return the invitation to an event, and as a mail."""
    kind = KIND_NAMES[EventKind(event.kind)].casefold()
    text = event.text if len(event.text) <= LONGEST_TEXT else f"{event.text[:LONGEST_TEXT].rsplit(' ', 1)[0]} …"
    more = ["Det är flera tillfällen. Alla står under Alla möten."] if event.series else []
    shown: list[CardElement] = [
        heading(f"Inbjudan: {event.title}"),
        *_when_and_where(event),
        *([markdown(text)] if text else []),
        *(plain(line) for line in more),
    ]
    actions = [
        button("Anmäl mig", "event.register", style="positive", event=event.id),
        button("Kan inte komma", "event.decline", event=event.id),
        button("Alla möten", "event.list") if event.series else button("Öppna mötet", "event.open", event=event.id),
    ]
    mail = AsMail(
        subject=f"Inbjudan: {event.title}",
        text="\n\n".join([f"Du är inbjuden till {kind}.", *_lines(event), *filter(None, [text]), *more, _CHAT]),
        why="Du får mejlet för att mötet vänder sig till dig.",
    )
    return card(*shown, actions=actions, summary=f"Inbjudan: {event.title}, {_when(event)}"), mail


def unanswered(event: Event) -> tuple[Json, AsMail]:
    """Return the reminder to a person who has not answered, and as a mail."""
    last = times.weekday(event.register_by) if event.register_by else "tills mötet börjar"
    ask = f"Vill du vara med? Du kan anmäla dig till och med {last}." if event.register_by else "Vill du vara med?"
    shown = card(
        heading(f"Kommer du? {event.title}"),
        *_when_and_where(event),
        plain(ask),
        actions=[
            button("Anmäl mig", "event.register", style="positive", event=event.id),
            button("Kan inte komma", "event.decline", event=event.id),
            button("Öppna mötet", "event.open", event=event.id),
        ],
        summary=f"Kommer du? {event.title}, {_when(event)}",
    )
    mail = AsMail(
        subject=f"Kommer du? {event.title}",
        text="\n\n".join([*_lines(event), ask, _CHAT]),
        why="Du får mejlet för att du är inbjuden och inte har svarat.",
    )
    return shown, mail


def coming(session: Session, event: Event, *, soon: bool) -> tuple[Json, AsMail]:
    """Return the reminder to a person who comes: an hour before if ``soon``, else the day before; and as a mail."""
    title = f"Om en timme: {event.title}" if soon else f"Snart dags: {event.title}"
    address = entry.join_url(session, event)
    join = [open_link("Anslut", address)] if address else []
    away = button("Kan inte komma", "event.decline", event=event.id)
    shown = card(
        heading(title),
        *_when_and_where(event),
        actions=[*join, *([] if soon else [away]), button("Öppna mötet", "event.open", event=event.id)],
        summary=f"{title}, {_when(event)}",
    )
    way = [f"[Anslut till mötet]({address})"] if address else []
    no = [] if soon else ["Kan du inte komma? Skriv ”webbinarier” till mig i chatten, så kan någon annan få platsen."]
    mail = AsMail(
        subject=title,
        text="\n\n".join([*_lines(event), *way, *no]),
        why="Du får mejlet för att du är anmäld.",
    )
    return shown, mail


def linkless(event: Event) -> tuple[Json, AsMail]:
    """Tell the kansli that people who come do not know where to join, and as a mail."""
    title = f"Möteslänk saknas: {event.title}"
    way = (
        "Vänta på länken från Teams, eller kontakta de anmälda."
        if event.teams_meeting
        else "Öppna mötet och skriv den."
    )
    text = f"{_lines(event)[0]}. De anmälda vet inte var de ansluter. {way}"
    shown = card(
        heading(title),
        plain(text),
        actions=[button("Öppna mötet", "event.desk.open", event=event.id)],
        summary=f"{title}, {_when(event)}",
    )
    return shown, AsMail(
        title, f"{text} Skriv ”planera möten” till mig i chatten.", "Du får mejlet från kansliets bot."
    )


def _when_and_where(event: Event) -> Iterator[CardElement]:
    when, *where = _lines(event)
    yield label(when)
    yield from (plain(line) for line in where)


def _lines(event: Event) -> list[str]:
    when = _when(event)
    place = event.place or ("Teams" if event.teams_meeting else "På nätet" if event.join_url else "")
    return [f"{when[:1].upper()}{when[1:]}", *([f"Var: {place}"] if place else [])]


def _when(event: Event) -> str:
    return times.written(times.span_of(event.starts_at, event.ends_at))
