"""What a silent person, their colleague and the kansli see. Nothing says that or how long somebody was silent."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import CardElement

from bot import links
from bot.cards import (
    button,
    buttons,
    card,
    date_input,
    heading,
    label,
    markdown,
    open_link,
    paged,
    plain,
    small,
)
from bot.message import Json
from bot.silence import letter
from bot.silence.novelties import Missed
from bot.silence.rules import SilenceNote, SilentMember
from bot.swedish import day
from storage.municipalities import Municipality
from storage.silences import Silence

PAGE = 5
WHY = {
    SilenceNote.NO_ANSWER: "Varken personen eller kollegan i kommunen har svarat.",
    SilenceNote.ALONE: "Personen har inte svarat, och det finns ingen annan i kommunen att fråga.",
    SilenceNote.REPLACE: "Kollegan i kommunen säger att någon annan borde ha uppdraget.",
}
"""Why the kansli is asked to get in touch."""


def ask(row: Silence, missed: Missed) -> Json:
    """Ask a person how it goes, and show what is new in their themes."""
    return card(
        heading(letter.ASK),
        plain(letter.ASK_TEXT),
        *_missed(missed),
        date_input("last", "Vill du ha en paus? Välj den sista dagen"),
        actions=[
            button("Allt är bra", "silence.fine", style="positive", alone=True, silence=row.id),
            button("Fråga något", "questions.start", alone=True),
            button("Pausa till den dagen", "reminding.pause"),
            button("Lämna", "silence.leave", alone=True, silence=row.id),
        ],
        summary=letter.ASK,
    )


def fine() -> Json:
    """Thank a person who says that all is well."""
    text = "Roligt att höra! Skriv till mig när du undrar något."
    return card(
        heading("Tack för svaret"),
        plain(text),
        actions=[button("Fråga kollegor", "questions.start"), button("Webbinarier", "event.list")],
        summary=text,
    )


def leave(place: Municipality | None, *, seated: bool) -> Json:
    """Ask before a person leaves: their seat or their municipality, or everything."""
    if place is None:
        text = "Vill du inte vara med längre kan du ta bort allt jag har sparat om dig."
        erase = button("Ta bort mina uppgifter", "privacy.ask_erase")
        return card(heading("Vill du lämna?"), plain(text), actions=[erase], summary="Vill du lämna?")
    text = (
        f"Jag säger till kansliet att du inte är kontaktperson för {place.full_name} längre."
        if seated
        else f"Jag säger till kansliet att du inte arbetar för {place.full_name} längre."
    )
    return card(
        heading("Vill du lämna?"),
        plain(text),
        actions=[
            button("Ja, säg till kansliet", "people.leave", style="positive", code=place.code, seats_only=seated),
            button("Nej, jag är kvar", "silence.stay"),
        ],
        summary="Vill du lämna?",
    )


def ask_colleague(row: Silence, named: str, seat: str, place: str) -> Json:
    """Ask the other contact person whether a colleague is still the right one. ``named`` may be empty."""
    return card(
        heading(letter.COLLEAGUE),
        plain(letter.colleague_text(named, seat, place)),
        actions=[
            button("Ja, det stämmer", "silence.yes", style="positive", silence=row.id),
            button("Nej, vi behöver byta", "silence.no", silence=row.id),
        ],
        summary=letter.COLLEAGUE,
    )


def vouched() -> Json:
    """Thank a colleague who says that nothing has changed."""
    text = "Bra, då låter vi det stå som det gör."
    return card(heading("Tack för hjälpen"), plain(text), actions=[button("Min kommun", "people.mine")], summary=text)


def to_replace() -> Json:
    """Thank a colleague who says that the seat should change hands."""
    text = "Jag säger till kansliet, som hör av sig till er. Vet du vem det blir? Skriv gärna det till dem."
    return card(heading("Tack för hjälpen"), plain(text), actions=[button("Min kommun", "people.mine")], summary=text)


def listing(found: Sequence[SilentMember], page: int, said: str = "") -> Json:
    """Return the people whom the kansli is asked to get in touch with."""
    title = f"Att höra av sig till ({len(found)})"
    pages = paged(found, page, PAGE, "silence.list")
    body: list[CardElement] = [heading(title), *([label(said)] if said else [])]
    if not found:
        body.append(plain("Ingen väntar på att kansliet hör av sig.", subtle=True))
    for each in pages.shown:
        body += _one(each)
    return card(*body, actions=[*pages.turns, button("Medlemmar", "people.overview")], summary=title)


def _one(each: SilentMember) -> list[CardElement]:
    mail, contact = each.person.mail, each.seat
    asked = f"Frågade personen {day(each.row.asked_at)}"
    asked += f" och kollegan {day(each.row.colleague_asked_at)}." if each.row.colleague_asked_at else "."
    ways = [
        *([open_link("Skriv till", links.chat_with(mail, each.person.id))] if mail else []),
        *([button("Byt kontaktperson", "people.contact", contact=contact.id)] if contact else []),
        button("Klart", "silence.handled", silence=each.row.id),
    ]
    return [label(each.what), plain(WHY.get(SilenceNote(each.row.note), "")), small(asked), buttons(*ways)]


def _missed(missed: Missed) -> list[CardElement]:
    lines = letter.missed(missed)
    if not lines:
        return []
    title = "Nytt i dina temagrupper" if missed.follows else "På gång i nätverket"
    return [label(title), markdown("\n".join(f"- {line}" for line in lines))]
