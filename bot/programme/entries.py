"""An event as a file or a list gives it, before it is compared with the events that exist. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from storage.events import EventKind

LONGEST_TITLE = 200
LONGEST_TEXT = 4_000
LONGEST_PLACE = 200
LONGEST_URL = 1_000
MOST_EVENTS = 300
"""The most events in one file: more than ten years of the plan's programme."""

KIND_WORDS = (
    (EventKind.ANNUAL_MEETING, ("årsmöte", "stämma")),
    (EventKind.CONFERENCE, ("konferens",)),
    (EventKind.FORUM, ("forum",)),
    (EventKind.COURSE, ("kurs", "utbildning", "akademi")),
    (EventKind.WEBINAR, ("webb", "webin", "digital")),
)
"""The beginnings or parts of words that tell the kind; the first that fits."""


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One row or entry that could be read."""

    source: str
    """Names it, so that reading the same file again changes it and adds nothing."""
    where: str
    """The row or entry in the file, for people: ``rad 3``."""
    kind: EventKind
    title: str
    starts: datetime | None
    """Aware. None for an event without a date."""
    ends: datetime | None
    text: str = ""
    place: str = ""
    join_url: str = ""
    themes: tuple[str, ...] = ()
    seats: int | None = None
    register_by: date | None = None
    academy: bool = False
    note: str = ""
    """What the kansli should know about how it was read, in Swedish."""


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """A row or entry that could not be read, and why."""

    where: str
    title: str
    reason: str


Entry = PlannedEvent | RefusedEntry


def kind_of(text: str, *, online: bool) -> EventKind:
    """Return the kind that a title or a word in a column tells; a webinar if it only is online."""
    folded = text.casefold()
    for kind, words in KIND_WORDS:
        if any(word in folded for word in words):
            return kind
    return EventKind.WEBINAR if online else EventKind.OTHER
