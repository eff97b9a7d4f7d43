"""Messages to come by day and cause, as the kansli sees them, and which of them may be stopped.

What the bot or the kansli began may be stopped: reminders, the week's card, announcements. An answer to what a member
did may not, because somebody waits for it. A scheduled announcement is stopped as a whole, where it was scheduled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.forecast import sendings, words
from bot.forecast.sendings import Sending
from bot.turn import App, Turn
from storage import outbox
from storage.outgoing import number_of

DAYS = 14
"""How far ahead the kansli sees."""
SCHEDULED = "announcement"
"""The kind whose foreseen messages belong to a scheduled announcement."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The messages of one kind on one day."""

    title: str
    sendings: Sequence[Sending]

    @property
    def kind(self) -> str:
        """Return the kind."""
        return self.sendings[0].kind

    @property
    def day(self) -> date:
        """Return the day."""
        return self.sendings[0].day

    @property
    def stoppable(self) -> list[Sending]:
        """Return the messages that may be stopped here."""
        return [each for each in self.sendings if each.unasked and not (each.foreseen and each.kind == SCHEDULED)]

    @property
    def scheduled(self) -> list[int]:
        """Return the numbers of the scheduled announcements among them."""
        foreseen = {number_of(each.subject) for each in self.sendings if each.foreseen and each.kind == SCHEDULED}
        return sorted(number for number in foreseen if number is not None)


def everything(turn: Turn) -> list[Cause]:
    """Return what is foreseen for the next days, in the order of time."""
    return foreseen(turn.app, turn.session, turn.now, turn.now + timedelta(days=DAYS))


def foreseen(app: App, session: Session, now: datetime, until: datetime) -> list[Cause]:
    """Return what is foreseen between these times."""
    groups: dict[tuple[date, str], list[Sending]] = {}
    for sending in sendings.between(app, session, now, until):
        groups.setdefault((sending.day, sending.kind), []).append(sending)
    return [Cause(words.title(group, said(session, group[0])), group) for group in groups.values()]


def said(session: Session, sending: Sending) -> str:
    """Return what a message says in a notification, if the bot or the kansli began it. Empty for other messages."""
    if not sending.unasked:
        return ""
    body = sending.body if sending.foreseen else outbox.body(session, sending.row)
    return str(body.get("text") or (body.get("card") or {}).get("fallbackText") or "")
