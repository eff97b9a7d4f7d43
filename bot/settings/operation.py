"""Operator settings other than the identity: figures, the secret's expiry, webinars, and reading in channels."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from bot.settings.kinds import Guids

SHORTEST = 24
"""Fewest characters of a token, so that nobody can guess it."""


def _long(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SHORTEST:
        raise ValueError(f"it has fewer than {SHORTEST} characters")
    return value


class Operating(BaseSettings):
    """Operator settings that may all be left out."""

    metrics_token: Annotated[SecretStr, AfterValidator(_long)] | None = Field(
        None,
        alias="SEKOM_METRICS_TOKEN",
        description=f"Write {SHORTEST} or more random characters, or remove it to serve /metrics in local mode only",
    )
    secret_expires: date | None = Field(
        None,
        alias="SEKOM_SECRET_EXPIRES",
        description="Write the day when the client secret expires, as Entra shows it, such as 2027-01-31",
    )
    sender_rate: int = Field(
        120,
        alias="SEKOM_SENDER_RATE",
        ge=10,
        le=100_000,
        description="Write how many messages and presses of one person are answered in a minute, at least 10",
    )
    answer_mail_hours: int = Field(
        1,
        alias="SEKOM_ANSWER_MAIL_HOURS",
        ge=1,
        le=168,
        description="Write after how many hours an answer that a guest has not opened goes by mail, 1 to 168",
    )
    announcement_mail_hours: int = Field(
        24,
        alias="SEKOM_ANNOUNCEMENT_MAIL_HOURS",
        ge=1,
        le=168,
        description="Write after how many hours an announcement that was not opened goes by mail, 1 to 168",
    )
    offer_hours: int = Field(
        24,
        alias="SEKOM_OFFER_HOURS",
        ge=1,
        le=168,
        description="Write for how many hours a free seat is held for the next person in the queue, 1 to 168",
    )
    silent_days: int = Field(
        90,
        alias="SEKOM_SILENT_DAYS",
        ge=30,
        le=730,
        description="Write after how many days without a sign a member is asked how it goes, 30 to 730",
    )
    webinar_organisers: Guids = Field(
        frozenset(),
        alias="SEKOM_WEBINAR_ORGANISERS",
        description="Write the Entra object ids (GUIDs) of people whose Teams webinars are read, with commas between",
    )
    encoder: bool = Field(
        True,
        alias="SEKOM_ENCODER",
        description="Write true if the search shall use the sentence encoder where it is installed, or false",
    )
    review_above: int = Field(
        0,
        alias="SEKOM_REVIEW_ABOVE",
        ge=0,
        le=1_000_000,
        description="Write above how many people an announcement needs a second person's approval; 0 means never",
    )
    welcome: bool = Field(
        True,
        alias="SEKOM_WELCOME",
        description="Write true if the bot shall welcome new members and mail waiting guests by itself, or false",
    )
    archive_months: int = Field(
        24,
        alias="SEKOM_ARCHIVE_MONTHS",
        ge=0,
        le=120,
        description="Write after how many months an unused and unreviewed answer is archived by itself; 0 means never",
    )
    private_replies: bool = Field(
        False,
        alias="SEKOM_PRIVATE_REPLIES",
        description="Write true if unsure answers in channels shall go to the asker alone, or false",
    )
    read_threads: bool = Field(
        False,
        alias="SEKOM_READ_THREADS",
        description="Write true if the bot shall see replies that do not mention it, or false; the package must say so",
    )
