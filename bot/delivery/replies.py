"""Replies that a turn committed but could not send. The outbox takes them over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.message import Incoming, Json, Message, Scope
from storage import outbox, people
from storage.outgoing import Outgoing, Recipient, ToMessage, ToPerson, ToThread

WORTH = timedelta(days=1)
"""How long a reply is worth sending. By then the person has written again or asked somebody else."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """The unsent rest of a reply."""

    messages: tuple[Message, ...] = ()
    card: Json | None = None
    """The new state of the pressed card, for everyone who sees it."""
    doubtful: bool = False
    """Whether the first message may have arrived without a confirmation."""
    wait: float = 0.0
    """Seconds to wait, because Teams asked for it."""


def enqueue(session: Session, incoming: Incoming, unsent: Unsent, now: datetime) -> None:
    """Write a row of the outbox for each message that is left, and for the card. Writing them twice changes nothing."""
    stem = f"reply:{incoming.place.conversation_id}:{incoming.activity_id}"[-180:]
    later = now + timedelta(seconds=unsent.wait)
    rows = [
        Outgoing(
            f"{stem}:{number}",
            outbox.REPLY,
            to,
            text=message.text,
            card=message.card,
            lane=stem,
            not_before=later,
            expires_at=later + WORTH,
            doubts=int(unsent.doubtful and number == 0),
        )
        for number, message in enumerate(unsent.messages)
        if (to := _recipient(session, incoming, aside=message.aside)) is not None
    ]
    if unsent.card is not None and incoming.card_id:
        place, key = incoming.place, f"{stem}:card"
        message_of_card = ToMessage(place.conversation_id, incoming.card_id, place.thread_id)
        rows.append(
            Outgoing(key, outbox.REPLY, message_of_card, card=unsent.card, not_before=later, expires_at=later + WORTH)
        )
    outbox.enqueue_all(session, rows, now)


def _recipient(session: Session, incoming: Incoming, *, aside: bool) -> Recipient | None:
    """Return the person in 1:1, for a private question and for what only they need; else the thread.

    Only the last of these may reach them by a mention in the thread. Erased people and people who have left have only
    the chat that they wrote in. Return None if others read it.
    """
    place = incoming.place
    alone, thread = incoming.private or place.scope is Scope.PERSONAL, ToThread(place.conversation_id, place.thread_id)
    person = people.find(session, incoming.sender.teams_id) if alone or aside else None
    if person is not None and person.left_at is None:
        return ToPerson(person.id, else_in=None if alone else thread)
    return None if incoming.private or aside else thread
