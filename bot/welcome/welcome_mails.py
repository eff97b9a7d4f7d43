"""The first welcome as a mail."""

from __future__ import annotations

from bot.welcome import welcome_cards
from storage.outgoing import AsMail


def welcome() -> AsMail:
    """Return the mail to people whom no chat reaches, or who have not opened it."""
    return AsMail(
        subject=welcome_cards.TITLE,
        text=(
            "I nätverkets Teams finns jag, SEKOM-boten. Jag svarar på frågor om nätverket, påminner dig i tid och "
            "hjälper dig att hitta kollegor i andra kommuner.\n\n"
            "Skriv **kom igång** till mig i Teams. Då ordnar vi det viktigaste på två minuter: din kommun, din roll "
            "och vad du vill följa."
        ),
        why="Du får mejlet en gång, för att du är ny i Sveriges Ekokommuners team.",
    )
