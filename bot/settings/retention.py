"""How long the bot keeps each class of data. The operator sets it, and the privacy page shows it."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings


def _days(default: int, alias: str, what: str, least: int = 1) -> Any:
    description = f"Write how many days {what} is kept, {least} to 3650"
    return Field(default, alias=alias, ge=least, le=3650, description=description)


class Keeping(BaseSettings):
    """Days by class of data. Other data is kept for as long as the person is in the network."""

    question_days: int = _days(180, "SEKOM_QUESTION_DAYS", "a member's question")
    dialog_days: int = _days(30, "SEKOM_DIALOG_DAYS", "a conversation that was left half-way")
    message_days: int = _days(180, "SEKOM_MESSAGE_DAYS", "the text of a message that the bot has sent")
    # a delivery's key keeps a reminder from being sent twice, so it outlives the year that the reminder is about
    delivery_days: int = _days(1095, "SEKOM_DELIVERY_DAYS", "the note that a message was sent", least=400)
    peer_days: int = _days(1095, "SEKOM_PEER_DAYS", "a question between members that has ended, with its answers,", 30)
    history_days: int = _days(1825, "SEKOM_HISTORY_DAYS", "the name of a former contact person", least=30)
    leaver_days: int = _days(365, "SEKOM_LEAVER_DAYS", "somebody who has left, or was replaced on a list,", least=30)
    audit_days: int = _days(1825, "SEKOM_AUDIT_DAYS", "the log of what the kansli changed", least=30)
    pages_reviewed: date | None = Field(
        None,
        alias="SEKOM_PAGES_REVIEWED",
        description="Write the day when the kansli had the privacy page and the terms reviewed, such as 2027-01-31",
    )
