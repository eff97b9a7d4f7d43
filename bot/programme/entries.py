"""An event as a file or a list gives it, before it is compared with the events that exist. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.schedule.plans import EventPlan
from storage.events import EventKind

MOST_EVENTS = 300
"""The most events in one file: more than ten years of the plan's programme."""

_KINDS = (
    (EventKind.ANNUAL_MEETING, r"årsmöte|årskonferens"),
    (EventKind.CONFERENCE, r"konferens"),
    (EventKind.FORUM, r"forum"),
    (EventKind.COURSE, r"kurs|utbildning|akademi"),
    (EventKind.WEBINAR, r"webb?in"),
)
"""Parts of words that tell the kind; the first that fits."""


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One row or entry that could be read."""

    source: str
    """Names it, so that reading the same file again changes it and adds nothing."""
    where: str
    """The row or entry in the file, for people: ``rad 3``."""
    plan: EventPlan
    note: str = ""
    """What the kansli should know about how it was read, in Swedish."""


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """A row or entry that could not be read, and why."""

    where: str
    title: str
    reason: str


Entry = PlannedEvent | RefusedEntry


def kind_of(text: str) -> EventKind | None:
    """Return the kind that a title or a word in a column tells; None if it tells none."""
    return next((kind for kind, words in _KINDS if re.search(words, text, re.IGNORECASE)), None)
