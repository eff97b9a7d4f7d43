"""The words of the dossier: its parts as lines of Markdown, the same in a card and in a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.cards import escape, one_line, web_link
from bot.handover.dossier import Coming, Dossier
from bot.progress.standings import DutyStanding
from bot.register import words
from bot.schedule.times import span_of, weekday, written
from bot.swedish import count, day, listed
from storage import name_keys
from storage.contacts import Contact
from storage.duties import Duty, DutyKind, DutyState
from storage.events import Event
from storage.people import Person, PersonRole
from storage.registrations import RegistrationState

AGAIN = "Vill du ändå vara med? Öppna mötet och anmäl dig igen."
NO_MEETINGS = "Ingen från er är anmäld till något just nu."
MOST_FIRST = 3
MOST_LINES = 8
"""Lines of one part. The rest is named by its number, so that the card fits on a phone and in Teams."""
ROLES = {
    True: "Du är kommunens röst i nätverket. Du är med på årsmötet, tar upp frågorna i nämnd och styrelse, och har en "
    "tjänsteperson vid din sida.",
    False: "Du håller i det praktiska: nyckeltalen, enkäten, nyhetsbrevet och frågorna till kollegor i andra kommuner.",
}
"""What the seat is about; for politicians, and for the others."""
PLACES = {
    RegistrationState.REGISTERED: "du är anmäld",
    RegistrationState.WAITING: "du står i kö",
    RegistrationState.OFFERED: "en plats hålls för dig",
}


def heading(shown: Dossier) -> str:
    """Return the dossier's title."""
    return f"Överlämning: {shown.place.full_name}"


def about(shown: Dossier) -> str:
    """Return whose dossier it is, for the kansli."""
    held = shown.contact.person.called if shown.contact.person is not None else "borttagen person"
    empty = f" Uppdraget stod tomt i {count(shown.days_empty, 'dag', 'dagar')} före det." if shown.days_empty else ""
    since = f"{words.seat(shown.contact.seat)} sedan {day(shown.contact.since)}"
    return f"Det här får {escape(held)} läsa, {since}.{empty}"


def greeting(shown: Dossier) -> str:
    """Return what has happened, and what the seat is about."""
    after = f" efter {escape(shown.previous)}" if shown.previous else ""
    empty = f" Uppdraget stod tomt i {count(shown.days_empty, 'dag', 'dagar')}." if shown.days_empty else ""
    seat = words.seat(shown.contact.seat)
    return f"Du är {seat} för {escape(shown.place.full_name)}{after}.{empty} {ROLES[shown.political]}"


def steps(shown: Dossier) -> list[str]:
    """Return the first three things to do."""
    found = _politician(shown) if shown.political else _officer(shown)
    return [step for step in found if step][:MOST_FIRST]


def left(shown: Dossier) -> list[str]:
    """Return the duties that are left, and a note about those that the person before had postponed."""
    taken = {duty.id for duty in shown.moved.duties}
    note = " Den var uppskjuten, men det gäller inte dig. Skjut upp den igen om ni vill."
    return [f"{_duty(duty, standing)}{note if duty.id in taken else ''}" for duty, standing in shown.left]


def done(shown: Dossier) -> str:
    """Return the duties that are done, on one line."""
    return listed([escape(title(duty)) for duty in shown.done])


def coming(shown: Dossier, but: Sequence[Coming] = ()) -> list[str]:
    """Return the events that people of the municipality come to, without those in ``but``."""
    return [_event(one) for one in shown.coming if one not in but]


def questions(shown: Dossier) -> list[str]:
    """Return the municipality's questions, those without an answer first."""
    rows = [(question, "väntar på svar") for question in shown.waiting]
    rows += [(question, "har fått svar") for question in shown.answered]
    return [f"”{escape(one_line(question.text, 100))}” ({state})" for question, state in rows]


def people(shown: Dossier, contact: str) -> list[str]:
    """Return the other seats' holders and the kansli, with their addresses."""
    rows = [_person(held, person) for held, person in shown.others]
    return [*rows, f"Kansliet: {web_link(contact, f'mailto:{contact}')}"]


def programme(shown: Dossier) -> str:
    """Return the programme and the last year that it is in force."""
    place = shown.place
    if not place.programme_until and not place.programme_url:
        return "Inget program är angivet. Säg till kansliet var det finns."
    name = web_link("Hållbarhetsprogrammet", place.programme_url) if place.programme_url else "Programmet"
    if place.programme_until is None:
        return f"{name}. Kansliet vet inte hur länge det gäller."
    over = place.programme_until < shown.today.year
    return f"{name} {'gällde' if over else 'gäller'} till och med {place.programme_until}."


def cut(lines: list[str]) -> list[str]:
    """Return as many lines as fit, and how many more there are."""
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"Och {more} till."] if more > 0 else lines


def title(duty: Duty) -> str:
    """Return the name of a duty with its year."""
    return duty.title if str(duty.year) in duty.title else f"{duty.title} {duty.year}"


def when(one: Coming) -> str:
    """Return when the event is."""
    return written(span_of(one.event.starts_at, one.event.ends_at))


def place(event: Event) -> str:
    """Return an event on one line."""
    return f"{escape(event.title)}, {written(span_of(event.starts_at, event.ends_at))}"


def _politician(shown: Dossier) -> Iterator[str]:
    yield _meeting(shown)
    yield _colleague(shown, "er tjänsteperson", PersonRole.OFFICER, PersonRole.REPORTER)
    yield _programme_step(shown)
    meetings = [pair for pair in shown.left if pair[0].kind == DutyKind.ANNUAL_MEETING]
    for pair in (*meetings, *shown.left):
        yield f"Kom överens om vem som gör {escape(title(pair[0]))}."
        break
    yield from _always()


def _officer(shown: Dossier) -> Iterator[str]:
    if shown.first is not None:
        duty, standing = shown.first
        yield f"Börja med {escape(title(duty))}. {_by(standing)} Skriv **att göra**."
    yield _meeting(shown)
    if shown.waiting:
        number = count(len(shown.waiting), "fråga", "frågor")
        yield f"Ni har {number} ute hos kollegorna. Svaren kommer hit till dig."
    yield _colleague(shown, "er kontaktpolitiker", PersonRole.POLITICIAN, PersonRole.SUBSTITUTE)
    yield _programme_step(shown)
    yield from _always()


def _always() -> Iterator[str]:
    yield "Följ de temagrupper som passar er. Skriv **temagrupper**."
    yield "Se vad som händer i år. Skriv **årshjul**."
    yield "Fråga kollegorna om något ni brottas med. Skriv **fråga kollegor**."


def _meeting(shown: Dossier) -> str:
    for one in shown.coming:
        if one.own is not None:
            place = PLACES[RegistrationState(one.own.state)]
            return f"Se om du kan komma till {escape(one.event.title)}, {when(one)}: {place}."
    return ""


def _colleague(shown: Dossier, what: str, *wanted: PersonRole) -> str:
    person = shown.holder(*wanted)
    if person is None:
        seat = what.removeprefix("er ")
        return f"Ni har ingen {seat} anmäld. Fråga vem det kan bli, och säg till kansliet."
    return f"Hör av dig till {escape(person.called)}, {what}. Ni två driver det här tillsammans."


def _programme_step(shown: Dossier) -> str:
    until, year = shown.place.programme_until, shown.today.year
    if until is None or until > year + 1:
        return ""
    if until < year:
        return f"Programmet gick ut {until}. Ta upp vad som ska komma efter det."
    return f"Programmet gäller till och med {until}. Planera för nästa i tid."


def _duty(duty: Duty, standing: DutyStanding) -> str:
    said = {
        DutyState.IN_PROGRESS: " Ni har börjat.",
        DutyState.HELP_WANTED: " Ni har bett om hjälp.",
        DutyState.POSTPONED: f" Uppskjutet till {day(standing.until)}." if standing.until else " Uppskjutet.",
    }
    return f"**{escape(title(duty))}**. {_by(standing)}{said.get(standing.state, '')}"


def _by(standing: DutyStanding) -> str:
    return f"Senast {weekday(standing.deadline)}." if standing.deadline else "Datum inte satt."


def _event(one: Coming) -> str:
    own = f" {words.capital(PLACES[RegistrationState(one.own.state)])}." if one.own is not None else ""
    others = f" Från er kommer {escape(listed(list(one.people)))}." if one.people else ""
    return f"{escape(one.event.title)}, {when(one)}.{own}{others}"


def _person(held: Contact, person: Person) -> str:
    way = f", {escape(name_keys.keyed(person.id, person.mail))}" if person.mail else ""
    return f"{escape(person.called)}, {words.seat(held.seat)}{way}"
