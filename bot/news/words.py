"""The Swedish words about an announcement in a list."""

from __future__ import annotations

from bot.register.subscriptions import KINDS
from bot.swedish import WEEKDAYS, day
from storage.announcements import Announcement


def last_day(row: Announcement) -> str:
    """Return the last day: "Sista dag: onsdag den 3 mars 2027"; empty if there is none."""
    return f"Sista dag: {WEEKDAYS[row.last_date.weekday()]} {day(row.last_date)}" if row.last_date else ""


def facts(row: Announcement) -> str:
    """Return what stands under the heading: "Utlysning · Sista dag: onsdag den 3 mars 2027"."""
    important, corrected = "Viktigt" if row.important else "", "Rättad" if row.corrected_at else ""
    return " · ".join(part for part in (KINDS[row.kind][0], important, last_day(row), corrected) if part)
