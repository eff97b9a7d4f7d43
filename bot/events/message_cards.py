"""What comes to people about an event: a new time, a free seat, a decline, and questions to the speaker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from microsoft_teams.cards import CardElement

from bot.cards import button, card, heading, label, paged, plain, small, text_input
from bot.events.cards import PAGE, back, held, when
from bot.message import Json
from bot.register.words import capital
from storage.calendar_files import AsFile
from storage.events import Event, EventQuestion, EventState
from storage.outgoing import AsMail
from storage.people import Person
from storage.registrations import Registration

LONGEST_QUESTION = 1000


def ask_speaker(event: Event) -> Json:
    """Return the form for a question to the speaker."""
    return card(
        heading("Fråga talaren"),
        plain(f"{event.title}, {when(event)}"),
        text_input("text", "Din fråga", long=True, required="Skriv din fråga.", most=LONGEST_QUESTION),
        small("Den som håller i mötet och kansliet ser frågan och ditt namn. Ingen annan ser den här."),
        actions=[button("Skicka frågan", "event.ask", style="positive", event=event.id), back(event, "Tillbaka")],
        summary="Fråga talaren",
    )


def asked(event: Event, text: str) -> Json:
    """Say that the question is on its way."""
    return card(
        heading("Frågan är skickad"),
        plain(text),
        small(f"Den som håller i ”{event.title}” får den före mötet."),
        actions=[back(event)],
        summary="Frågan är skickad.",
    )


def question(event: Event, text: str, person: Person) -> Json:
    """Bring a question to the person who holds the event, or the kansli."""
    return card(
        heading("Fråga till talaren"),
        plain(text),
        plain(f"Från {person.called}, före {event.title}, {when(event)}", subtle=True),
        actions=[button("Alla frågor", "event.questions", event=event.id), back(event)],
        summary=f"Fråga till talaren på {event.title}",
    )


def questions(event: Event, rows: Sequence[tuple[EventQuestion, Person]], page: int) -> Json:
    """List the questions to the speaker."""
    pages = paged(rows, page, PAGE, "event.questions", event=event.id)
    body: list[CardElement] = [heading("Frågor till talaren"), plain(f"{event.title}, {when(event)}")]
    for asked_before, person in pages.shown:
        body += [plain(asked_before.text), plain(person.called, subtle=True)]
    if not rows:
        body.append(plain("Ingen har frågat något än."))
    return card(*body, actions=[*pages.turns, back(event)], summary=f"Frågor till talaren: {len(rows)}")


def moved(event: Event) -> Json:
    """Tell registered people the new time."""
    return card(
        heading(f"Ny tid: {event.title}"),
        label(capital(when(event))),
        plain(
            "Du behöver inte göra något om tiden passar. Har du fått en inbjudan i kalendern ändras den av sig själv."
        ),
        actions=[back(event), button("Kan inte komma", "event.decline", event=event.id)],
        summary=f"Ny tid: {event.title}, {when(event)}",
    )


def cancelled(event: Event) -> Json:
    """Tell registered people that it is cancelled."""
    why = [plain(event.reason)] if event.reason else []
    return card(
        heading(f"Inställt: {event.title}"),
        label(capital(when(event))),
        *why,
        actions=[button("Andra möten", "event.list")],
        summary=f"Inställt: {event.title}, {when(event)}",
    )


def offer(event: Event, own: Registration) -> Json:
    """Offer a seat that has become free."""
    return card(
        heading("En plats är ledig för dig"),
        plain(f"{event.title}, {when(event)}"),
        label(held(own)),
        actions=[
            button("Ta platsen", "event.accept_offer", style="positive", event=event.id),
            button("Tacka nej", "event.pass_offer", event=event.id),
            back(event),
        ],
        summary=f"En plats är ledig för dig: {event.title}",
    )


def lapsed(event: Event) -> Json:
    """Replace an offer that nobody took in time."""
    return card(
        heading("Platsen har gått vidare"),
        plain(f"{event.title}, {when(event)}"),
        plain(
            "Erbjudandet gick ut. Vill du fortfarande komma? Tryck Anmäl mig. Är det fullt får du en ny plats i kön."
        ),
        actions=[button("Anmäl mig", "event.register", event=event.id), back(event)],
        summary=f"Platsen har gått vidare: {event.title}",
    )


def declined(event: Event) -> Json:
    """Ask a person who declined in Outlook."""
    return card(
        heading("Ska jag avanmäla dig?"),
        plain(f"Du har tackat nej i kalendern till {event.title}, {when(event)}. Hos mig är du fortfarande anmäld."),
        actions=[
            button("Ja, avanmäl", "event.leave", event=event.id),
            button("Nej, jag kommer", "event.open", event=event.id),
        ],
        summary=f"Ska jag avanmäla dig från {event.title}?",
    )


def moved_mail(event: Event) -> AsMail:
    """Return the new time as a mail."""
    return AsMail(
        subject=f"Ny tid: {event.title}",
        text=f"{event.title} har fått en ny tid: {when(event)}. {_WAY}",
        why="Du får mejlet för att du är anmäld eller står i kö.",
    )


def cancelled_mail(event: Event) -> AsMail:
    """Return the cancellation as a mail."""
    return AsMail(
        subject=f"Inställt: {event.title}",
        text=f"{event.title}, {when(event)}, är inställt.",
        why="Du får mejlet för att du är anmäld eller står i kö.",
        quote=event.reason,
    )


def file_mail(event: Event, file: AsFile, *, again: bool) -> AsMail:
    """Return the mail that brings the ``.ics`` file; ``again`` says that the person has an earlier one."""
    if event.state == EventState.CANCELLED:
        mail = cancelled_mail(event)
        return replace(mail, text=f"{mail.text} {_TAKES_AWAY}", file=file)
    title, text = f"I kalendern: {event.title}", f"Du är anmäld till {event.title}, {when(event)}. {_PUTS_IN}"
    if file.over:
        title, text = f"Ur kalendern: {event.title}", f"{event.title}, {when(event)}. {_TAKES_AWAY}"
    elif again:
        title, text = f"Ändrat: {event.title}", f"{event.title} har ändrats. Nu gäller {when(event)}. {_CHANGES}"
    join = f"[Anslut till mötet]({file.join_url})" if file.join_url and not file.over else ""
    return AsMail(
        subject=title,
        text="\n\n".join(filter(None, [text, join, _WAY])),
        why="Du får mejlet för att du har valt kalenderfil med mejl.",
        file=file,
    )


def offer_mail(event: Event, own: Registration) -> AsMail:
    """Return the offer of a free seat as a mail."""
    return AsMail(
        subject=f"En plats är ledig för dig: {event.title}",
        text=f"{event.title}, {when(event)}. {held(own)} {_WAY}",
        why="Du får mejlet för att du står i kö.",
    )


def declined_mail(event: Event) -> AsMail:
    """Return the question about a decline as a mail."""
    return AsMail(
        subject=f"Ska jag avanmäla dig från {event.title}?",
        text=f"Du har tackat nej i kalendern till {event.title}, {when(event)}. Hos mig är du anmäld. {_WAY}",
        why="Du får mejlet för att du är anmäld.",
    )


def question_mail(event: Event, text: str) -> AsMail:
    """Return a question to the speaker as a mail."""
    return AsMail(
        subject=f"Fråga till talaren: {event.title}",
        text=f"En deltagare har frågat det här före {event.title}, {when(event)}. {_WAY}",
        why="Du får mejlet för att du håller i mötet eller arbetar på kansliet.",
        quote=text,
    )


_PUTS_IN = "Öppna den bifogade filen, så läggs mötet i din kalender."
_CHANGES = "Öppna den bifogade filen, så ändras mötet i din kalender."
_TAKES_AWAY = "Öppna den bifogade filen, så tas mötet bort ur din kalender."
_WAY = "Skriv ”webbinarier” till mig i chatten för att öppna mötet."
