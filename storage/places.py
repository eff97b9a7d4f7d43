"""Places: the conversations the bot can write to again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, person_key, table_of


class Conversation(Base):
    """A 1:1 chat, group chat or channel, with everything needed to write there."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    """Teams' conversation id, without a thread."""
    scope: Mapped[str] = mapped_column(String(20))
    service_url: Mapped[str] = mapped_column(String(500))
    tenant_id: Mapped[str | None] = mapped_column(String(64))
    team_id: Mapped[str | None] = mapped_column(String(300))
    person_id: Mapped[int | None] = person_key(on_erase="delete", nullable=True)
    """The person whose 1:1 chat it is; null for other conversations."""
    greeted_at: Mapped[datetime | None]
    """When the bot said hello to the team or group. Set at most once."""
    seen_at: Mapped[datetime]
    """When this row last changed, not when somebody last wrote."""


class StoredConversation(NamedTuple):
    """The stored columns of a conversation that a turn compares."""

    scope: str
    service_url: str
    tenant_id: str | None
    team_id: str | None
    person_id: int | None
    """The person whose 1:1 chat it is; None for other conversations."""


_TABLE = table_of(Conversation)
KEPT = tuple(_TABLE.c[name] for name in StoredConversation._fields)
"""The columns of :class:`StoredConversation`."""
_FIND = select(*KEPT).where(_TABLE.c.id == bindparam("this"))

_OWN_CHAT = (
    select(Conversation)
    .where(Conversation.person_id == bindparam("person"))
    .order_by(Conversation.seen_at.desc())
    .limit(1)
)


def kept(session: Session, conversation_id: str) -> StoredConversation | None:
    """Return the stored columns of the conversation; None for a new one."""
    row = session.execute(_FIND, {"this": conversation_id}).one_or_none()
    return None if row is None else StoredConversation(*row)


def remember_conversation(
    session: Session,
    conversation_id: str,
    *,
    scope: str,
    service_url: str,
    tenant_id: str | None,
    team_id: str | None,
    person_id: int | None,
    now: datetime,
    known: StoredConversation | None = None,
) -> None:
    """Make the conversation's row or update it. Write nothing if it has not changed.

    ``known`` holds the stored columns, if the caller has read the row already.
    """
    fresh = StoredConversation(scope, service_url, tenant_id, team_id, person_id)
    known = known or kept(session, conversation_id)
    if known is None and insert_new(session, Conversation, id=conversation_id, seen_at=now, **fresh._asdict()):
        return
    if known != fresh:
        session.execute(update(_TABLE).where(_TABLE.c.id == conversation_id).values(seen_at=now, **fresh._asdict()))


def forget_greetings(session: Session) -> None:
    """Let every team and group be greeted again."""
    session.execute(update(Conversation).where(Conversation.greeted_at.is_not(None)).values(greeted_at=None))


def greet(session: Session, conversation_id: str, now: datetime) -> bool:
    """Mark a team or group as greeted. Return True exactly once, also when several transactions try at once."""
    row = Conversation.id == conversation_id, Conversation.greeted_at.is_(None)
    done = session.execute(update(Conversation).where(*row).values(greeted_at=now))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def own_chat(session: Session, person_id: int) -> Conversation | None:
    """Return the person's own chat with the bot; the newest one if there are several."""
    return session.scalars(_OWN_CHAT, {"person": person_id}).first()


def newest(session: Session) -> Conversation | None:
    """Return the conversation that changed last. Its service URL is the best guess for the others."""
    return session.query(Conversation).order_by(Conversation.seen_at.desc(), Conversation.id).first()


def teams(session: Session) -> list[str]:
    """Return the ids of the teams where the bot is. A team's id is also the id of its general channel."""
    rows = select(Conversation.team_id).where(Conversation.team_id.is_not(None)).distinct()
    return sorted(team for team in session.scalars(rows) if team)


def channels(session: Session, team_id: str) -> Sequence[str]:
    """Return the ids of a team's channels where the bot has been."""
    return session.scalars(
        select(Conversation.id).where(Conversation.team_id == team_id).order_by(Conversation.id)
    ).all()


def forget(session: Session, conversation_id: str) -> None:
    """Delete a conversation that Teams no longer knows. The next message there stores it again."""
    session.execute(delete(Conversation).where(Conversation.id == conversation_id))
