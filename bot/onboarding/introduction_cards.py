"""A newcomer's introduction to the theme groups: the draft, the post in a channel, and what was done with it."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Container

from bot.cards import button, card, choices_input, heading, label, plain, small, text_input
from bot.message import Json
from bot.onboarding.introductions import LONGEST, TICKED
from bot.swedish import listed
from storage.groups import ThemeGroup
from storage.people import Person


def draft(person: Person, text: str, groups: Sequence[ThemeGroup]) -> Json:
    """Show the exact text to approve, and where it would be shown."""
    title = "Vill du presentera dig för temagrupperna?"
    shown = [(str(group.id), group.name) for group in groups]
    return card(
        heading(title),
        plain("Så här kommer det att stå i gruppens kanal. Inget skickas förrän du trycker på Skicka.", subtle=True),
        Container(style="emphasis", items=[label(welcome(person)), plain(text)]),
        choices_input("groups", "Skicka till", shown, values=[key for key, _ in shown[:TICKED]], boxes=True),
        actions=[
            button("Skicka", "introductions.post", style="positive", text=text),
            button("Ändra texten", "introductions.edit", alone=True, text=text),
            button("Nej tack", "introductions.decline", alone=True),
        ],
        summary=f"{title} Du ser texten innan något skickas.",
    )


def form(text: str) -> Json:
    """Return the form to change the text, before it is shown again."""
    title = "Ändra din presentation"
    return card(
        heading(title),
        text_input("text", "Din presentation", value=text, long=True, required="Skriv något först.", most=LONGEST),
        actions=[
            button("Visa texten", "introductions.show", style="positive"),
            button("Nej tack", "introductions.decline", alone=True),
        ],
        summary=title,
    )


def posted(person: Person, text: str) -> Json:
    """Return the card in a channel."""
    title = welcome(person)
    return card(
        heading(title),
        plain(text),
        small("Personen har själv skrivit eller godkänt texten."),
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
    return f"Säg hej till {person.called}!"
