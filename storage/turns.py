"""Turns: which activities were answered, with what, and whether the answer went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, delete, exists, false, insert, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, alone, insert_new, person_key, table_of
from storage.people import Person

KEPT = timedelta(hours=24)
"""How long an answer is kept for repeats. Teams repeats within minutes (platform.md §3); a day is generous."""


class SeenActivity(Base):
    """One activity that was answered. Kept for a day only, so looking through all of them is cheap."""

    __tablename__ = "seen_activities"

    conversation_id: Mapped[str] = mapped_column(String(300), primary_key=True)
    activity_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", index=False)
    at: Mapped[datetime]
    reply: Mapped[dict[str, Any]]
    sent: Mapped[bool] = mapped_column(default=False)
    messages: Mapped[list[str] | None]
    """Teams' ids of the reply's messages, where others read too; null before they have gone."""


_SEEN = table_of(SeenActivity)
_THIS = (_SEEN.c.conversation_id == bindparam("conversation"), _SEEN.c.activity_id == bindparam("activity"))
_FIND = select(_SEEN.c.reply, _SEEN.c.sent).where(*_THIS)
_CLAIMED = update(_SEEN).where(*_THIS).values(reply=bindparam("new_reply"))
_COLUMNS = ("conversation_id", "activity_id", "person_id", "at", "reply", "sent")
_PERSON = table_of(Person)
_UNCLAIMED = insert(_SEEN).from_select(
    _COLUMNS,
    select(
        bindparam("conversation", type_=_SEEN.c.conversation_id.type),
        bindparam("activity", type_=_SEEN.c.activity_id.type),
        _PERSON.c.id,
        bindparam("now", type_=_SEEN.c.at.type),
        bindparam("new_reply", type_=_SEEN.c.reply.type),
        false(),
    ).where(_PERSON.c.id == bindparam("person")),
)
"""Nothing where the person was erased in this very turn."""
_SENT = update(_SEEN).where(*_THIS).values(sent=True, messages=bindparam("ids"))


def claim(session: Session, conversation_id: str, activity_id: str, person_id: int, now: datetime) -> bool:
    """Take the activity for this transaction. Return False if another one has answered it.

    On PostgreSQL this waits for the other transaction, so that two repeats at once can't both answer. On SQLite there
    is no other, and nothing is written yet.
    """
    if alone(session):
        return True
    return insert_new(
        session,
        SeenActivity,
        conversation_id=conversation_id,
        activity_id=activity_id,
        person_id=person_id,
        at=now,
        reply={},
        sent=False,
    )


def answer(
    session: Session, conversation_id: str, activity_id: str, person_id: int, *, reply: dict[str, Any], now: datetime
) -> None:
    """Keep the reply of a claimed activity, unless the person was erased in this transaction."""
    kept = {"conversation": conversation_id, "activity": activity_id, "new_reply": reply}
    if alone(session):
        session.execute(_UNCLAIMED, {**kept, "person": person_id, "now": now})
    else:
        session.execute(_CLAIMED, kept)


def answered(session: Session, conversation_id: str, activity_id: str) -> tuple[dict[str, Any], bool] | None:
    """The kept reply and whether it went, or None for an activity never answered."""
    row = session.execute(_FIND, {"conversation": conversation_id, "activity": activity_id}).one_or_none()
    return None if row is None else (row.reply, row.sent)


def keep_rest(session: Session, conversation_id: str, activity_id: str, rest: dict[str, Any]) -> None:
    """The first messages of this activity's reply have gone: keep what is left."""
    session.execute(_CLAIMED, {"conversation": conversation_id, "activity": activity_id, "new_reply": rest})


def mark_sent(session: Session, gone: Sequence[tuple[str, str, Sequence[str]]]) -> None:
    """Note that the replies to these have gone: conversation, activity and the ids of the reply's messages."""
    rows = [{"conversation": place, "activity": activity, "ids": list(ids)} for place, activity, ids in gone]
    session.execute(_SENT, rows if len(rows) > 1 else rows[0])  # one alone is cheaper so


def blank(session: Session, sent: dict[str, Any], unsent: dict[str, Any]) -> None:
    """Put these in the place of every kept reply: any of them may name somebody who is being erased.

    A repeat within the day then gets ``sent`` where the reply had gone, else ``unsent``.
    """
    for done, reply in ((True, sent), (False, unsent)):
        session.execute(update(_SEEN).where(_SEEN.c.sent.is_(done)).values(reply=reply))


def answers_with(session: Session, person_id: int, conversation_id: str, message_id: str) -> bool:
    """Whether this message was part of the reply to something that this person did here in the last day."""
    theirs = SeenActivity.conversation_id == conversation_id, SeenActivity.person_id == person_id
    return any(message_id in ids for ids in session.scalars(select(SeenActivity.messages).where(*theirs)) if ids)


def acted(session: Session, person_id: int, since: datetime) -> bool:
    """Return whether the person has written or pressed something after ``since``, in the last day."""
    theirs = SeenActivity.person_id == person_id, SeenActivity.at > since
    return bool(session.scalar(select(exists().where(*theirs))))


def forget_old(session: Session, now: datetime, limit: int = 1000) -> int:
    """Delete at most ``limit`` rows that no repeat will ask for again; how many went."""
    key = tuple_(SeenActivity.conversation_id, SeenActivity.activity_id)
    old = select(SeenActivity.conversation_id, SeenActivity.activity_id).where(SeenActivity.at < now - KEPT)
    done = session.execute(delete(SeenActivity).where(key.in_(old.limit(limit))))
    return int(done.rowcount)  # type: ignore[attr-defined]
