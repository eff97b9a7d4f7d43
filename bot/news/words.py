"""The Swedish words for the kinds of announcements and for how members get them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.swedish import WEEKDAYS, day
from storage.announcements import Announcement
from storage.news import Pace

KINDS: Mapping[str, tuple[str, str]] = {
    "news": ("Nyhet", "Nyheter"),
    "call": ("Utlysning", "Utlysningar"),
    "consultation": ("Remiss", "Remisser"),
    "newsletter": ("Nyhetsbrev", "Nyhetsbrev"),
    "invitation": ("Inbjudan", "Inbjudningar"),
    "information": ("Information", "Information"),
}
"""The name of one and of several, by the word that the database stores."""
PACES = {Pace.AT_ONCE: "Direkt", Pace.WEEKLY: "I veckobrevet", Pace.CHANNEL: "Bara i kanalen"}


def last_day(row: Announcement) -> str:
    """Return the last day: "Sista dag: onsdag den 3 mars 2027"; empty if there is none."""
    return f"Sista dag: {WEEKDAYS[row.last_date.weekday()]} {day(row.last_date)}" if row.last_date else ""


def facts(row: Announcement) -> str:
    """Return what stands under the heading: "Utlysning · Sista dag: onsdag den 3 mars 2027"."""
    important, corrected = "Viktigt" if row.important else "", "Rättad" if row.corrected_at else ""
    return " · ".join(part for part in (KINDS[row.kind][0], important, last_day(row), corrected) if part)
