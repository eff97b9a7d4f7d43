"""What the kansli sees of the list of members as a file."""

from __future__ import annotations

from bot.cards import button, card, caution, heading, open_link, plain
from bot.message import Json


def export(url: str) -> Json:
    """The link to the list as a file."""
    return card(
        heading("Hämta medlemslistan"),
        plain("En Excelfil med alla medlemmar och kontaktpersoner, i samma kolumner som importen läser."),
        caution(
            "Länken är bara till för dig. Den fungerar i 15 minuter och en gång. Spara filen säkert: den har namn."
        ),
        actions=[
            open_link("Hämta Excelfilen", url),
            button("Ny länk", "people.export"),
            button("Till översikten", "people.overview"),
        ],
        summary="Hämta medlemslistan som en Excelfil. Länken fungerar i 15 minuter.",
    )


def no_link() -> Json:
    """What a repeated press is shown: the link itself is kept nowhere."""
    return card(
        heading("Länken visas bara en gång"),
        plain("Jag sparar den inte. Gör en ny om du behöver."),
        actions=[button("Ny länk", "people.export"), button("Till översikten", "people.overview")],
        summary="Länken visas bara en gång. Gör en ny om du behöver.",
    )
