"""What a person has missed in the themes that they follow: questions answered, events to come, answers in the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.swedish import date_of
from storage import events, groups, silences
from storage.events import Event
from storage.faq import Entry
from storage.questions import Question

MOST = 3
"""How many of each kind are named."""


@dataclass(frozen=True, slots=True)
class Missed:
    """The news for a person."""

    questions: Sequence[Question]
    events: Sequence[Event]
    entries: Sequence[Entry]
    follows: bool
    """Whether the person follows any theme. Without one, the events are the network's."""


def since(session: Session, person_id: int, heard: datetime, now: datetime) -> Missed:
    """Return what came in a person's themes after they were last heard."""
    themes = groups.followed_by(session, person_id)
    ahead = [event for event in events.upcoming(session, now) if event.starts_at is not None and event.starts_at > now]
    theirs = [event for event in ahead if not themes or not event.themes or themes.intersection(event.themes)]
    return Missed(
        silences.answered_in(session, themes, heard, MOST),
        theirs[:MOST],
        silences.entries_in(session, themes, heard, date_of(now), MOST),
        follows=bool(themes),
    )
