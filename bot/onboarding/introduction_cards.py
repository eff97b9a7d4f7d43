"""A newcomer's introduction to the theme groups: the draft, the post in a channel, and what was done with it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import button, card, choices_input, heading, plain, small, text_input
from bot.message import Json
from bot.onboarding.introductions import LONGEST, TICKED
from bot.swedish import listed
from storage.groups import ThemeGroup
from storage.people import Person


def draft(person: Person, text: str, groups: Sequence[ThemeGroup]) -> Json:
    """Show the exact text to change and approve, and where it would be shown."""
    title = "Vill du presentera dig för temagrupperna?"
    shown = [(str(group.id), group.name) for group in groups]
    return card(
        heading(title),
        plain(
            f"Så här kommer det att stå i gruppens kanal, under rubriken ”{welcome(person)}”. Ändra som du vill. "
            "Inget skickas förrän du trycker på Skicka."
        ),
        text_input("text", "Din presentation", value=text, long=True, required="Skriv något först.", most=LONGEST),
        choices_input("groups", "Skicka till", shown, values=[key for key, _ in shown[:TICKED]], boxes=True),
        actions=[
            button("Skicka", "introductions.post", style="positive"),
            button("Nej tack", "introductions.decline", alone=True),
        ],
        summary=f"{title} Du ser texten innan något skickas.",
    )


def posted(person: Person, text: str) -> Json:
    """Return the card in a channel."""
    title = welcome(person)
    return card(
        heading(title),
        plain(text),
        small("Texten är personens egen. Säg gärna hej här i tråden!"),
        summary=f"{title} {text}",
    )


def sent(names: Sequence[str]) -> Json:
    """Say where the introduction is shown."""
    title = "Din presentation är skickad"
    return card(
        heading(title),
        plain(f"Den står i {listed(names)}. Du kan ta bort den när du vill."),
        actions=[button("Ta bort min presentation", "introductions.take_back")],
        summary=f"{title} till {listed(names)}.",
    )


def declined() -> Json:
    """Say that nothing is posted."""
    text = "Då skickar jag ingen presentation. Grupperna följer du ändå."
    return card(plain(text), summary=text)


def taken_back(number: int) -> Json:
    """Say that the introduction goes away."""
    text = "Din presentation tas bort ur kanalerna." if number else "Det finns ingen presentation att ta bort."
    return card(plain(text), summary=text)


def welcome(person: Person) -> str:
    """Return the heading of the post."""
    return f"Hälsa på {person.called}!"
