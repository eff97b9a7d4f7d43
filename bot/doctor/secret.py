"""Checks of the app's own identity: whether Entra lets it in, and until when."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial

from cryptography import x509
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.doctor.case import BOT_SCOPE, UNREACHED, Asked, Case, NoTokenError, Problem, opened
from bot.settings import Settings
from bot.swedish import STOCKHOLM, date_of
from bot.upkeep.reminders import LADDER
from storage import credentials
from storage.database import Database

EVERY = timedelta(days=1)
HINT = 3
"""Entra shows this many characters of a secret. They find ours among others."""
RENEW = (
    "Make a new one in Entra (App registrations → the bot → Certificates & secrets), put its Value into "
    "MicrosoftAppPassword, its day into SEKOM_SECRET_EXPIRES, and start the bot anew"
)
KNOWN: Mapping[str, tuple[str, str]] = {
    "7000215": (
        "the secret is wrong",
        "Write a client secret's Value into MicrosoftAppPassword; its Secret ID is another thing. " + RENEW,
    ),
    "7000222": ("the secret has expired", RENEW),
    "700016": (
        "the tenant knows no app with this id",
        "Compare MicrosoftAppId and MicrosoftAppTenantId with the registration's client ID and Directory (tenant) ID",
    ),
    "90002": ("there is no such tenant", "Write the registration's Directory (tenant) ID into MicrosoftAppTenantId"),
    "7000112": ("the app is disabled", "Enable it in Entra (Enterprise applications → the bot → Properties)"),
    "7000229": (
        "the app has no service principal in the tenant",
        "Open Entra → Enterprise applications and add it, or register the app anew in this tenant",
    ),
    "700027": (
        "the certificate is not one of the app's",
        "Upload the certificate of SEKOM_CERTIFICATE in Entra (the bot → Certificates & secrets → Certificates)",
    ),
    "certificate": (
        "the file of SEKOM_CERTIFICATE can't be used",
        "Write one PEM file with the certificate and its private key, without a password, that the bot's user can read",
    ),
    "": (
        "no token could be had, and Entra did not say why",
        "Let this machine reach login.microsoftonline.com on port 443; or assign the managed identity to this machine",
    ),
}
"""Fault and remedy by Entra's error number (entra/identity-platform/reference-error-codes; the numbers may change)."""

logger = logging.getLogger(__name__)


async def let_in(case: Case) -> list[Problem]:
    """Check that Entra gives the bot a token for writing in Teams."""
    if case.settings.local:
        return []
    try:
        await case.token(BOT_SCOPE)
    except NoTokenError as error:
        fault, remedy = KNOWN.get(
            error.code,
            (
                "Entra gives no token",
                f"Look the number up on login.microsoftonline.com/error?code={error.code}",
            ),
        )
        return [Problem("app id and secret", f"{fault} ({error})", remedy)]
    return []


async def expiry(case: Case) -> list[Problem]:
    """Report a secret or certificate that ends soon: from the day on which the kansli is warned of it."""
    settings = case.settings
    if settings.local or settings.app_type == "UserAssignedMSI":
        return []
    expires_at = await expiry_by_graph(case) or expiry_by_settings(settings)
    what = "certificate" if settings.certificate else "app secret"
    if expires_at is None and settings.certificate is not None:
        return []  # let_in reports a certificate that can't be read
    if expires_at is None:
        return [
            Problem(
                f"{what}'s expiry",
                "nobody knows when it expires, so nobody will be warned",
                "Write the day that Entra shows into SEKOM_SECRET_EXPIRES, such as 2027-01-31",
            )
        ]
    now = case.now()
    if now < expires_at and LADDER.due(expires_at, now) is None:
        return []
    when = f"{expires_at.astimezone(STOCKHOLM):%Y-%m-%d}"
    remedy = f"Replace SEKOM_CERTIFICATE's file and upload it in Entra before {when}" if settings.certificate else RENEW
    if now >= expires_at:
        return [Problem(f"{what}'s expiry", f"it expired on {when}, or SEKOM_SECRET_EXPIRES is old", remedy)]
    left = (date_of(expires_at) - date_of(now)).days
    return [Problem(f"{what}'s expiry", f"it expires on {when}; days left: {left}", remedy)]


def expiry_by_settings(settings: Settings) -> datetime | None:
    """Return the expiry of the certificate, or the one in the settings; None where there is neither."""
    if settings.certificate is not None:
        try:
            return x509.load_pem_x509_certificate(settings.certificate.read_bytes()).not_valid_after_utc
        except (ValueError, OSError):
            return None
    day = settings.secret_expires
    return None if day is None else datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)


async def expiry_by_graph(case: Case) -> datetime | None:
    """Return our secret's expiry from Entra; None unless the app may read its registration."""
    password = case.settings.app_password
    if case.settings.graph_mailbox is None or password is None or case.settings.certificate is not None:
        return None
    path = f"/applications(appId='{case.settings.app_id}')?$select=passwordCredentials"
    try:
        status, _, body = await case.ask_graph("GET", path)
        ends = [
            datetime.fromisoformat(str(entry["endDateTime"])[:19]).replace(tzinfo=UTC)
            for entry in (body.get("passwordCredentials") or () if status == 200 else ())  # noqa: PLR2004 - HTTP
            if entry.get("hint") == password.get_secret_value()[:HINT]
        ]
    except (NoTokenError, KeyError, TypeError, *UNREACHED):
        return None
    return max(ends, default=None)


def note(session: Session, settings: Settings) -> None:
    """Store the expiry that the settings give, so that the kansli is warned. Without a secret nothing expires."""
    expires_at = expiry_by_settings(settings)
    if expires_at is not None or settings.local or settings.app_type == "UserAssignedMSI":
        credentials.note(session, expires_at)


async def follow(settings: Settings, database: Database, now: Callable[[], datetime]) -> None:
    """Ask Entra once a day when the secret expires, until cancelled. Without the permission, do nothing."""
    while True:
        async with opened(settings, now, Asked()) as case:
            expires_at = await expiry_by_graph(case)
        if expires_at is not None:
            keep = partial(database.play, partial(credentials.note, expires_at=expires_at))
            try:
                await database.run(keep)
            except SQLAlchemyError as error:  # tomorrow is early enough
                logger.warning("the secret's expiry could not be kept", extra={"error": type(error).__name__})
        await asyncio.sleep(EVERY.total_seconds())
