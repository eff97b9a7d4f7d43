"""A handover as mails, for people without a chat and for guests who have not opened the message."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import escape
from bot.handover import letter
from bot.handover.dossier import Dossier
from bot.register import words
from storage.contacts import Contact
from storage.events import Event
from storage.outgoing import AsMail

AGAIN = "Skriv **överlämning** till mig i Teams, så ser du det som gäller då."


def dossier(shown: Dossier, contact: str) -> AsMail:
    """Return the dossier."""
    parts = [
        letter.greeting(shown),
        _part("Tre saker att börja med", letter.steps(shown)),
        _part("Kvar att göra", letter.cut(letter.left(shown))),
        f"**Klart:** {letter.done(shown)}." if shown.done else "",
        _part("Möten", letter.cut(letter.coming(shown))),
        _part("Era frågor till kollegor", letter.questions(shown)),
        _part("Kontakter", letter.people(shown, contact)),
        f"**Program:** {letter.programme(shown)}",
        f"Kan du inte komma till ett möte? Skriv **webbinarier** till mig i Teams och avanmäl dig. {AGAIN}",
    ]
    seat = words.seat(shown.contact.seat)
    return AsMail(
        subject=f"Välkommen som {seat}: så ligger ni till",
        text="\n\n".join(part for part in parts if part),
        why=f"Du får mejlet för att du är {seat} för {escape(shown.place.full_name)}.",
    )


def thanks(ended: Contact, name: str, place: str, events: Sequence[Event]) -> AsMail:
    """Return the thanks to the person who held the seat before."""
    seat = words.seat(ended.seat)
    text = f"{escape(name)} har tagit över efter dig som {seat} för {escape(place)}. Tack för det du har gjort!"
    return AsMail(
        subject="Tack för din tid som kontaktperson",
        text="\n\n".join(part for part in (text, _gone(events)) if part),
        why=f"Du får mejlet för att du var {seat}.",
    )


def places_gone(name: str, events: Sequence[Event]) -> AsMail:
    """Return what says that places at events have gone on."""
    return AsMail(
        subject="Dina platser på möten har gått vidare",
        text=f"{escape(name)} har tagit över efter dig och får dina platser.\n\n{_gone(events)}",
        why="Du får mejlet för att du var anmäld.",
    )


def _gone(events: Sequence[Event]) -> str:
    if not events:
        return ""
    lines = letter.cut([letter.place(event) for event in events])
    again = "Vill du ändå vara med? Skriv **webbinarier** till mig i Teams."
    return f"{_part('Platser som har gått vidare', lines)}\n\n{again}"


def _part(title: str, lines: Sequence[str]) -> str:
    return "\n\n".join([f"**{title}**", "\n".join(f"- {line}" for line in lines)]) if lines else ""
