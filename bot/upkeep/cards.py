"""What the kansli is told about the running of the bot."""

from __future__ import annotations

from datetime import datetime

from bot import swedish
from bot.cards import card, heading, markdown
from bot.turn import Json


def secret_expires(expires_at: datetime, now: datetime) -> Json:
    """The bot's own way in to Microsoft 365 ends soon, and with it everything that the bot does."""
    day = swedish.day(expires_at)
    left = (expires_at.astimezone(swedish.STOCKHOLM).date() - now.astimezone(swedish.STOCKHOLM).date()).days
    when = f"Det är {swedish.count(left, 'dag', 'dagar')} kvar." if left > 0 else "Det är i dag."
    return card(
        heading("Botens inloggning går snart ut"),
        markdown(
            f"Jag loggar in i Microsoft 365 med en hemlighet som slutar gälla **{day}**. {when} "
            "Efter det kan jag varken svara eller påminna någon."
        ),
        markdown(
            "Be den som driver boten att skapa en ny hemlighet i Entra och byta den i inställningarna. "
            "Hur man gör står i botens README, under ”Operations”."
        ),
        summary=f"Botens inloggning går ut {day}. Be den som driver boten att förnya den.",
    )
