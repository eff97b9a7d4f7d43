"""What people read after an event: the question, the thanks, and the recording; in the chat and as a mail."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, buttons, card, heading, label, open_link, plain, row, small, text_input
from bot.message import Json
from bot.register.words import capital
from bot.schedule import times
from storage.events import Event
from storage.outgoing import AsMail

STARS = (1, 2, 3, 4, 5)
LONGEST_COMMENT = 1000
_PRIVATE = "Kansliet ser bara snittet och raderna, utan namn, och först när tre har svarat."


def ask(event: Event) -> Json:
    """Return the question to a person who was registered. One press says both that they came and what it gave."""
    return card(
        heading(f"Var du med? {event.title}"),
        small(capital(_when(event))),
        label("Jag var med. Var det värt din tid?"),
        plain("Tryck på en siffra: 1 är nej, 5 är ja, absolut."),
        buttons(*(button(str(number), "attendance.rate", event=event.id, stars=number) for number in STARS)),
        buttons(button("Jag var inte med", "attendance.miss", event=event.id)),
        small(_PRIVATE),
        summary=f"Var du med på {event.title}? Var det värt din tid?",
    )


def ask_mail(event: Event) -> AsMail:
    """Return the same as a mail."""
    return AsMail(
        subject=f"Var det värt din tid? {event.title}",
        text=f"Du var anmäld till mötet {_when(event)}.\n\n"
        "Var du med, och var det värt din tid? Svara genom att skriva "
        f"”omdöme” till mig i chatten. Det tar tio sekunder.\n\n{_PRIVATE}",
        why="Du får mejlet för att du var anmäld.",
    )


def thanks(event: Event, stars: int, comment: str, notice: str = "") -> Json:
    """Thank a person who has rated, and offer a line."""
    return card(
        heading("Tack för ditt omdöme!"),
        plain(f"{event.title}. Du gav {stars} av 5."),
        *([plain(notice)] if notice else []),
        *_promise(event),
        text_input("comment", "Vill du säga något mer? (frivilligt)", value=comment, long=True, most=LONGEST_COMMENT),
        buttons(
            button("Skicka raden", "attendance.comment", event=event.id),
            button("Ändra svaret", "attendance.ask", event=event.id),
        ),
        actions=_links(event),
        summary=f"Tack för ditt omdöme om {event.title}!",
    )


def missed(event: Event) -> Json:
    """Answer a person who missed the event."""
    return card(
        heading("Tack, då vet jag"),
        plain(f"Du missade {event.title}."),
        *_promise(event),
        buttons(button("Ändra svaret", "attendance.ask", event=event.id)),
        actions=_links(event),
        summary=f"Du missade {event.title}.",
    )


def choose(shown: Sequence[Event]) -> Json:
    """Ask which event the person wants to say something of."""
    rows = [row(f"{event.title}. {capital(_when(event))}.", "attendance.ask", event=event.id) for event in shown]
    if not rows:
        rows = [
            plain("Det finns inget möte att säga något om just nu. Jag frågar dig efter nästa som du är anmäld till.")
        ]
    return card(heading("Vilket möte gäller det?"), *rows, summary="Vilket möte gäller det?")


def material(event: Event) -> tuple[Json, AsMail]:
    """Return where the recording and the material are, and as a mail."""
    what = _what(event)
    title = f"{what}: {event.title}"
    links = [("Inspelning", event.recording_url), ("Material", event.material_url)]
    shown = card(
        heading(title),
        small(capital(_when(event))),
        plain("Det här finns nu att se i efterhand."),
        buttons(button("Öppna mötet", "event.open", event=event.id)),
        actions=_links(event),
        summary=title,
    )
    mail = AsMail(
        subject=title,
        text="\n\n".join([f"Mötet var {_when(event)}.", *(f"[{name}]({url})" for name, url in links if url)]),
        why="Du får mejlet för att du var inbjuden och svarade, eller var med.",
    )
    return shown, mail


def _what(event: Event) -> str:
    if event.recording_url and event.material_url:
        return "Inspelning och material"
    return "Inspelning" if event.recording_url else "Material"


def _promise(event: Event) -> list[CardElement]:
    there = event.recording_url or event.material_url
    return [] if there else [plain("Blir det en inspelning eller material skickar jag det till dig.")]


def _links(event: Event) -> list[Action]:
    links = [("Inspelning", event.recording_url), ("Material", event.material_url)]
    return [open_link(name, url) for name, url in links if url]


def _when(event: Event) -> str:
    return times.written(times.span_of(event.starts_at, event.ends_at))
