"""Messages to the kansli about the running of the bot."""

from __future__ import annotations

from datetime import datetime

from bot import swedish
from bot.cards import card, heading, markdown
from bot.message import Json
from storage.outgoing import AsMail

_RENEW = (
    "Be den som driver boten att skapa en ny hemlighet i Entra och byta den i inställningarna. "
    "Hur man gör står i botens dokumentation, i docs/tenant.md under ”A new secret”."
)


def secret_expires(expires_at: datetime, now: datetime) -> Json:
    """Return the warning that the bot's login to Microsoft 365 ends soon, and that the bot then stops working."""
    return card(
        heading("Botens inloggning går snart ut"),
        markdown(_ends(expires_at, now)),
        markdown(_RENEW),
        summary=f"Botens inloggning går ut {swedish.day(expires_at)}. Be den som driver boten att förnya den.",
    )


def by_mail(expires_at: datetime, now: datetime) -> AsMail:
    """Return the warning as a mail."""
    return AsMail(
        subject=f"SEKOM-botens inloggning går ut {swedish.day(expires_at)}",
        text=f"{_ends(expires_at, now)}\n\n{_RENEW}",
        why="Du får mejlet för att du arbetar på kansliet.",
    )


def _ends(expires_at: datetime, now: datetime) -> str:
    left = (swedish.date_of(expires_at) - swedish.date_of(now)).days
    when = f"Det är {swedish.count(left, 'dag', 'dagar')} kvar." if left > 0 else "Det är i dag."
    return (
        f"Jag loggar in i Microsoft 365 med en hemlighet som slutar gälla **{swedish.day(expires_at)}**. {when} "
        "Efter det kan jag varken svara eller påminna någon."
    )
