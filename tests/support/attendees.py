"""The attendees of appointments that a test plans without the feature that registers people."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from storage import invitations


def invite(session: Session, event_key: str, person_ids: Collection[int]) -> None:
    """Make these people the attendees. The calendar entry follows with the next delivery to it."""
    there = {row.person_id for row, _ in invitations.of_event(session, event_key) if row.person_id is not None}
    invitations.remove(session, event_key, there.difference(person_ids))
    invitations.add(session, event_key, set(person_ids) - there)
