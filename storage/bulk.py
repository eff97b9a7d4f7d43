"""Rows that are looked up for many people or messages at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.chunks import in_chunks
from storage.outbox import Delivery
from storage.people import Person
from storage.places import Conversation


def people(session: Session, person_ids: Collection[int]) -> dict[int, Person]:
    """Return these people, by id."""
    parts = in_chunks(sorted(person_ids))
    rows = (session.scalars(select(Person).where(Person.id.in_(part))) for part in parts)
    return {person.id: person for part in rows for person in part}


def own_chats(session: Session, person_ids: Collection[int]) -> dict[int, Conversation]:
    """Return the own chats of these people, by person, as :func:`own_chat` does for one."""
    found: dict[int, Conversation] = {}
    for some in in_chunks(sorted(person_ids)):
        rows = select(Conversation).where(Conversation.person_id.in_(some)).order_by(Conversation.seen_at)
        found |= {chat.person_id: chat for chat in session.scalars(rows) if chat.person_id is not None}
    return found


def deliveries(session: Session, keys: Sequence[str]) -> dict[str, Delivery]:
    """Return the deliveries with these keys, by key."""
    rows = (session.scalars(select(Delivery).where(Delivery.key.in_(part))) for part in in_chunks(keys))
    return {row.key: row for part in rows for row in part}
