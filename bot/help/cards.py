"""Cards for help and greetings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, buttons, card, escape, heading, label, markdown, one_line, open_link, plain, small
from bot.desk import MOST_COUNTED, Tile
from bot.message import Json
from bot.routes import Command, Role
from bot.turn import Turn
from bot.wording.names import first_name

EXAMPLES = {
    "Bli medlem": "Vad krävs för att vara medlem?",
    "Gröna nyckeltal": "Vad är gröna nyckeltal?",
    "Mötesplatsen": "Hur använder jag den digitala mötesplatsen?",
}
"""Example questions for a newcomer to press, by the button's title. The starting bank has confirmed answers to them."""
NEWCOMER = "Sex korta frågor, så vet jag var du hör hemma. Det tar under två minuter."
IN_A_ROW = 6
"""Most buttons of one set that Teams shows."""


def greeting(name: str, *, begins: bool = False) -> Json:
    """Return the first hello in a person's own chat. ``name`` is the name from Teams and may be empty.

    ``begins`` offers the newcomers' start.
    """
    first = first_name(name)
    return card(
        heading(f"Hej {first}! Jag är SEKOM-boten." if first else "Hej! Jag är SEKOM-boten."),
        markdown(
            "Fråga mig om nätverket, medlemskapet och de gröna nyckeltalen. Skriv som du brukar. Jag svarar ur "
            "nätverkets kunskapsbank, och säger till när jag inte vet."
        ),
        *([label("Är du ny i nätverket?"), markdown(NEWCOMER), _begin()] if begins else []),
        label("Prova med en fråga:"),
        markdown("\n".join(f"- {question}" for question in EXAMPLES.values())),
        buttons(*(button(title, "faq.ask", text=question) for title, question in EXAMPLES.items())),
        small("Skriv **hjälp** när du vill se allt jag kan."),
        summary="Hej! Jag är SEKOM-boten. Skriv din fråga, eller hjälp för att se vad jag kan.",
    )


def _begin() -> CardElement:
    return buttons(button("Kom igång", "onboarding.start", style="positive"))


def team_greeting() -> Json:
    """Return the hello to a whole team or group that the bot was added to."""
    return card(
        heading("Hej! Jag är SEKOM-boten."),
        markdown(
            "Nämn mig med @ och skriv din fråga, så svarar jag i tråden. Det du vill fråga bara mig skriver du i "
            "en egen chatt med mig. Skriv **hjälp** efter @ för att se vad jag kan."
        ),
        summary="Hej! Jag är SEKOM-boten. Nämn mig med @ och skriv din fråga.",
    )


def start_page(tiles: Sequence[tuple[Tile, int | None]], *, personal: bool, contact: str) -> Json:
    """Return the start page: the ``tiles`` that this person may use here, each with how many wait."""
    ways = "Skriv din fråga som vanligt" if personal else "Nämn mig med @ och skriv din fråga"
    own = [_tile(tile, number) for tile, number in tiles if tile.role is not Role.KANSLI]
    kansli = [_tile(tile, number) for tile, number in tiles if tile.role is Role.KANSLI]
    body: list[CardElement] = [heading("Vad vill du göra?"), markdown(f"{ways}, eller välj:")]
    body += [buttons(*part) for part in _rows(own)]
    if kansli:
        body += [label("Väntar på kansliet"), *(buttons(*part) for part in _rows(kansli))]
    if not personal:
        body.append(small("Det som är ditt eget tar vi i en egen chatt. Skriv **hjälp** till mig där."))
    if contact:
        body.append(small(f"En människa: [{escape(contact)}](mailto:{contact})"))
    titles = ", ".join(tile.title for tile, _ in tiles)
    return card(
        *body,
        actions=[button("Alla kommandon", "help.commands")],
        summary=f"Skriv din fråga som vanligt, eller välj: {titles}.",
    )


def _rows(actions: Sequence[Action]) -> Iterator[Sequence[Action]]:
    """Yield the buttons in portions that Teams shows whole: of more than six it hides the rest in a menu."""
    for first in range(0, len(actions), IN_A_ROW):
        yield actions[first : first + IN_A_ROW]


def _tile(tile: Tile, number: int | None) -> Action:
    counted = "" if number is None else f" ({number if number <= MOST_COUNTED else f'{MOST_COUNTED}+'})"
    return button(f"{tile.title}{counted}", tile.verb, **tile.data)


def help_card(commands: Sequence[Command[Turn]], *, personal: bool, contact: str) -> Json:
    """Return the list of all ``commands`` that this person may use here."""
    ways = "Skriv din fråga som vanligt." if personal else "Nämn mig med @ och skriv din fråga."
    kansli = [command for command in commands if command.role is Role.KANSLI]
    body = [
        heading("Det här kan du göra"),
        markdown(f"{ways} Jag svarar ur nätverkets kunskapsbank, och säger till när jag inte vet."),
        label("Du kan också skriva:"),
        _listed(command for command in commands if command.role is not Role.KANSLI),
    ]
    if kansli:
        body += [label("Bara för er på kansliet:"), _listed(kansli)]
    if not personal:
        body.append(small("I en egen chatt med mig kan du göra mer. Skriv **hjälp** där också."))
    if contact:
        body.append(small(f"Vill du prata med en människa? Mejla kansliet: [{escape(contact)}](mailto:{contact})"))
    words = ", ".join(command.word for command in commands)
    return card(
        *body,
        actions=[button("Till start", "help.start")],
        summary=f"Skriv din fråga som vanligt. Du kan också skriva: {words}.",
    )


def go_personal(command: Command[Turn], chat: str) -> Json:
    """Return the hint that a command works in the person's own chat. ``chat`` is its address, empty in local mode."""
    return card(
        heading("Det tar vi i din egen chatt"),
        markdown(
            f"**{command.word}** visar personliga uppgifter. Skriv det i en egen chatt med mig, så ser bara du dem."
        ),
        actions=[open_link("Öppna chatten med mig", chat)] if chat else [],
        summary=f"{command.word} fungerar i en egen chatt med mig.",
    )


def commands_meant(commands: Sequence[Command[Turn]], text: str, argument: str) -> Json:
    """Return the question which command was meant. ``argument`` is what was written after it."""
    first = [button(commands[0].word.capitalize(), "help.command", style="positive", **_called(commands[0], argument))]
    rest = [button(each.word.capitalize(), "help.command", **_called(each, argument)) for each in commands[1:]]
    which = f"Menade du kommandot **{commands[0].word}**?" if not rest else "Menade du något av de här kommandona?"
    return card(
        markdown(which),
        plain(f"Du skrev: ”{one_line(text)}”", subtle=True),
        _listed(commands),
        actions=[*first, *rest],
        summary=which.replace("*", ""),
    )


def _called(command: Command[Turn], argument: str) -> Json:
    return {"word": command.word, "argument": argument}


def _listed(commands: Iterable[Command[Turn]]) -> CardElement:
    return markdown("\n".join(f"- **{command.word}**{_takes(command)}: {command.help}" for command in commands))


def _takes(command: Command[Turn]) -> str:
    return f" *{command.takes}*" if command.takes else ""
