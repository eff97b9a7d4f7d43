"""Swedish as people read it: Stockholm dates, plurals, lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)


def day(value: date | datetime) -> str:
    """``den 3 december 2026``: in running text, always with the year (Webbriktlinjer R66)."""
    if isinstance(value, datetime):
        value = value.astimezone(STOCKHOLM).date()
    return f"den {value.day} {MONTHS[value.month - 1]} {value.year}"


def count(number: int, one: str, many: str) -> str:
    """``1 fråga``, ``3 frågor``; thousands are set apart by a hard space."""
    return f"{number:,} {one if number == 1 else many}".replace(",", "\N{NO-BREAK SPACE}")


def listed(items: Sequence[str], last: str = "och") -> str:
    """``vatten, livsmedel och klimat``; empty for nothing."""
    if len(items) < 2:  # noqa: PLR2004 - one item has no "and"
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
