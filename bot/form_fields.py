"""Read the fields of a form. They come from the client, so each may be anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.message import UserError
from bot.plain_text import printable


def text(data: Mapping[str, Any], name: str) -> str:
    """Return a field's text without blanks around it; empty if it is missing."""
    value = data.get(name)
    return printable(value).strip() if isinstance(value, str) else ""


def on_day(data: Mapping[str, Any], name: str, what: str) -> date | None:
    """Return the day in a field; None if it is empty. Raise :class:`UserError` for anything else."""
    value = text(data, name)
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        raise UserError(f"Jag förstår inte {what}. Skriv datumet som 2027-03-03.") from None
