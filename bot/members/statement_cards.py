"""Cards about what people say of themselves: that they have left, or that they are a contact person."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import button, buttons, card, heading, plain, small
from bot.members.register_cards import which
from bot.message import Json
from bot.register import words
from bot.swedish import listed
from storage.contacts import Contact
from storage.municipalities import Municipality
from storage.people import SEATS, PersonRole


def ask_left(place: Municipality, held: Sequence[Contact], *, seats_only: bool) -> Json:
    """Ask before the kansli is told that the person has left the municipality, or only their seats there."""
    where = f"som kontaktperson för {place.full_name}" if seats_only else f"på {place.full_name}"
    title = f"Ska jag säga till kansliet att du har slutat {where}?"
    ends = f"När de har bekräftat avslutas ditt uppdrag: {listed([words.seat(each.seat) for each in held])}."
    return card(
        heading(title),
        plain(ends if held else "Du har inget uppdrag där, så inget annat ändras."),
        actions=[
            button("Ja, säg till kansliet", "people.leave", style="positive", seats_only=seats_only, code=place.code),
            button("Nej", "people.mine"),
        ],
        summary=title,
    )


def told_left(place: Municipality) -> Json:
    """Thank the person, and say what happens now."""
    thanks = "Tack för det du har gjort för nätverket!"
    return card(
        heading(thanks),
        plain(f"Kansliet får veta att du slutar på {place.full_name} eller som kontaktperson där. Du får besked här."),
        small("Vet du vem som tar över? Be den personen skriva **jag är ny kontaktperson** till mig."),
        actions=[button("Mina uppgifter", "privacy.overview"), button("Ta bort mig", "privacy.ask_erase")],
        summary=f"{thanks} Kansliet får veta det.",
    )


def nothing_to_end(asked: str) -> Json:
    """Thank a person who has no municipality or seat with us. They may still tell the kansli."""
    text = "Tack för att du säger till! Du har inget uppdrag hos mig, så det finns inget att avsluta."
    return card(
        heading("Tack för att du säger till!"),
        plain("Du har inget uppdrag hos mig, så det finns inget att avsluta. Vill du att kansliet får veta det ändå?"),
        actions=[
            button("Skicka till kansliet", "questions.to_kansli", style="positive", text=asked),
            button("Mina uppgifter", "privacy.overview"),
        ],
        summary=text,
    )


def which_place(places: Sequence[Municipality], seat: PersonRole | None) -> Json:
    """Ask in which municipality the person has a seat."""
    chosen = seat or ""
    return which(places, [button(each.full_name, "people.ask_seat", code=each.code, seat=chosen) for each in places])


def which_seat(place: Municipality) -> Json:
    """Ask which seat the person has in the municipality."""
    title = f"Vilket uppdrag har du för {place.full_name}?"
    return card(
        heading(title),
        *(
            buttons(button(words.capital(words.seat(seat)), "people.ask_seat", code=place.code, seat=seat.value))
            for seat in SEATS
        ),
        summary=title,
    )


def sure(place: Municipality, seat: PersonRole) -> Json:
    """Ask before a proposal goes to the kansli."""
    named = words.seat(seat)
    return card(
        heading(f"Är du {named} för {place.full_name}?"),
        plain("Då föreslår jag det för kansliet. När de har bekräftat det är det klart, och du får besked här."),
        actions=[
            button("Ja, skicka förslaget", "people.propose_seat", style="positive", code=place.code, seat=seat.value),
            button("Nej", "people.mine"),
        ],
        summary=f"Är du {named} för {place.full_name}?",
    )


def proposed(place: Municipality, seat: PersonRole) -> Json:
    """Say that the kansli has got the proposal."""
    text = f"Kansliet får ditt förslag: du är {words.seat(seat)} för {place.full_name}. Du får besked här."
    return card(heading("Tack!"), plain(text), actions=[button("Min kommun", "people.mine")], summary=text)


def has_it(place: Municipality, seat: PersonRole) -> Json:
    """Say that the person holds the seat already."""
    text = f"Du står redan som {words.seat(seat)} för {place.full_name}."
    return card(heading("Det stämmer"), plain(text), actions=[button("Min kommun", "people.mine")], summary=text)
