"""The first welcome: to a person, and to a team with new members."""

from __future__ import annotations

from bot.cards import button, card, heading, markdown, small
from bot.message import Json
from bot.swedish import count
from bot.welcome.welcome_mails import TITLE


def welcome() -> Json:
    """Return the welcome in a person's own chat. It is the same for everybody, so it has no name."""
    return card(
        heading(TITLE),
        markdown(
            "Jag är SEKOM-boten. Jag svarar på frågor om nätverket, påminner dig i tid och hjälper dig att hitta "
            "kollegor i andra kommuner."
        ),
        markdown(
            "Ska vi ordna det viktigaste på två minuter: din kommun, din roll och vad du vill följa? Du kan hoppa över "
            "frågor och fortsätta en annan dag."
        ),
        small(
            "Ditt namn och din mejladress har jag från teamets medlemslista. Skriv **mina uppgifter** för att se eller "
            "ta bort det jag har sparat."
        ),
        actions=[
            button("Kom igång", "onboarding.start", style="positive"),
            button("Informationspaketet", "welcome.pack"),
        ],
        summary="Välkommen till Sveriges Ekokommuner! Skriv kom igång, så ordnar vi det viktigaste på två minuter.",
    )


def to_team(number: int, *, known: bool) -> Json:
    """Return what a team reads about its new members: how many, and no names.

    Without ``known``, the bot is itself new in the team.
    """
    many = count(number, "ny medlem", "nya medlemmar")
    title = f"Vi hälsar {many} välkomna!" if number > 1 else "Vi hälsar en ny medlem välkommen!"
    text = (
        "Jag har skrivit och berättat hur man kommer igång. Du som har varit med ett tag: säg gärna hej här i kanalen."
    )
    if not known:
        title = "Nu finns jag här för er"
        text = (
            f"Jag har skrivit till {count(number, 'medlem', 'medlemmar')} i teamet och berättat hur man kommer igång. "
            "Ser du inget från mig? Skriv **kom igång** till mig i en egen chatt."
        )
    return card(heading(title), markdown(text), summary=f"{title} Skriv kom igång till mig i en egen chatt.")
