"""The bot's messages in Teams that name an erased person: their kept words, and the messages themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage import outbox
from storage.database import insert_new, table_of
from storage.erasure.scrub import cleaned, matching
from storage.erasure.traces import Traces
from storage.outbox import HARMLESS, Content, Delivery, State
from storage.outgoing import Outgoing, ToMessage, digest_of

_LATER = aliased(Delivery)
_REPLACED = exists().where(
    _LATER.id > Delivery.id,
    _LATER.operation.in_(HARMLESS),
    _LATER.state.in_([State.WAITING, State.SENDING, State.SENT]),
    or_(
        _LATER.lane == Delivery.lane,
        and_(
            _LATER.sent_conversation_id == Delivery.sent_conversation_id,
            _LATER.sent_activity_id == Delivery.sent_activity_id,
        ),
    ),
)
"""A newer version of the message is there or on its way; putting this one back would be wrong."""


def scrub(session: Session, traces: Traces, now: datetime) -> Counter[str]:
    """Take the traces out of what was sent and will be, and have the messages in Teams replaced."""
    columns = [table_of(Content).c.body]
    done: Counter[str] = Counter()
    for content in session.scalars(select(Content).where(matching(columns, traces.patterns()))).all():
        done += replace(session, content, cleaned(content.body, traces.out_of), traces.reference, now)
    return +done


def replace(session: Session, old: Content, body: dict[str, Any], reference: str, now: datetime) -> Counter[str]:
    """Give the deliveries of ``old`` the clean body; whether that changed it, and how many messages will be replaced.

    Contents are found by their hash, so a changed one is another one.
    """
    if body == old.body:
        return Counter()
    fresh = digest_of(body)
    insert_new(session, Content, hash=fresh, body=body, used_at=now)
    session.execute(update(Delivery).where(Delivery.content_hash == old.hash).values(content_hash=fresh))
    session.execute(delete(Content).where(Content.hash == old.hash))
    session.expire_all()
    anew = [_update(row, body, reference) for row in _visible(session, fresh)]
    return Counter(contents=1, messages=outbox.enqueue_all(session, anew, now))


def _visible(session: Session, content_hash: str) -> Sequence[Delivery]:
    """The messages in Teams that show this now."""
    known = Delivery.state == State.SENT, Delivery.sent_activity_id.is_not(None)
    in_teams = Delivery.sent_conversation_id.is_not(None)  # a mail can't be taken back
    return session.scalars(
        select(Delivery).where(Delivery.content_hash == content_hash, *known, in_teams, ~_REPLACED)
    ).all()


def _update(row: Delivery, body: dict[str, Any], reference: str) -> Outgoing:
    return Outgoing(
        key=f"erased:{reference}:{row.id}",
        subject=f"erased:{reference}",
        to=ToMessage(row.sent_conversation_id or "", row.sent_activity_id or "", row.sent_thread_id),
        text=body.get("text") or "",
        card=body.get("card"),
        lane=row.lane,
    )
