"""What was changed in the knowledge bank's entries: by whom, when, and how the entry was before and after.

An entry may be taken back to before any change. Rows go after the time of the audit log, with their entry, or when the
kansli clears them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, is_id, person_key
from storage.faq import Entry, EntryState

Content = Mapping[str, Any]
"""How an entry was: ``question``, ``answer``, ``phrasings``, ``theme``, ``sources``, ``certainty``, ``valid_until``
and ``state``, as JSON."""


class EntryChangeKind(StrEnum):
    """What somebody did to an entry."""

    CREATED = "created"
    EDITED = "edited"
    PHRASED = "phrased"
    """It got one more phrasing."""
    PUBLISHED = "published"
    DRAFTED = "drafted"
    ARCHIVED = "archived"
    CONFIRMED = "confirmed"
    """Somebody read it, and it still holds."""
    MERGED = "merged"
    """It was merged with ``other_id``. One of the two is archived after it."""
    EXPIRED = "expired"
    """The bot archived it, because nobody had used or reviewed it for long."""
    UNDONE = "undone"
    """It was taken back to before a change."""


class EntryChange(Base):
    """One change of one entry."""

    __tablename__ = "faq_entry_changes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """The person who made the change; null for the bot, an operator's command, and an erased person."""
    at: Mapped[datetime] = mapped_column(index=True)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The content before the change; empty for a new entry."""
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="SET NULL"))
    """The entry that it was merged with."""


def content_of(entry: Entry) -> dict[str, Any]:
    """Return how an entry is now."""
    return {
        "question": entry.question,
        "answer": entry.answer,
        "phrasings": [phrasing.text for phrasing in entry.phrasings],
        "theme": entry.theme,
        "sources": [dict(source) for source in entry.sources],
        "certainty": str(entry.certainty),
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else "",
        "state": str(entry.state),
    }


def keep(
    session: Session,
    entry: Entry,
    kind: EntryChangeKind,
    before: Content,
    *,
    by: int | None,
    now: datetime,
    other_id: int | None = None,
) -> None:
    """Keep a change of an entry. Keep nothing if the content is as before, unless somebody confirmed it."""
    after = content_of(entry)
    if after == before and kind is not EntryChangeKind.CONFIRMED:
        return
    session.flush()
    values = {"by_id": by, "at": now, "before": dict(before), "after": after, "other_id": other_id}
    session.add(EntryChange(entry_id=entry.id, kind=kind, **values))
    session.flush()


def find(session: Session, change_id: object) -> EntryChange | None:
    """Return the change with this id, which may come from a client and be anything."""
    return session.get(EntryChange, change_id) if is_id(change_id) else None


def of_entry(session: Session, entry_id: int) -> Sequence[EntryChange]:
    """Return an entry's changes, the newest first."""
    query = select(EntryChange).where(EntryChange.entry_id == entry_id)
    return session.scalars(query.order_by(EntryChange.id.desc())).all()


def has_any(session: Session, entry_id: int) -> bool:
    """Return whether a change of an entry is kept."""
    return session.scalar(select(EntryChange.id).where(EntryChange.entry_id == entry_id).limit(1)) is not None


def of_merge(session: Session, change: EntryChange) -> EntryChange | None:
    """Return the other entry's row of a merge, if that entry has not been changed since."""
    if change.kind != EntryChangeKind.MERGED or change.other_id is None:
        return None
    newest = next(iter(of_entry(session, change.other_id)), None)
    same = newest is not None and newest.kind == EntryChangeKind.MERGED and newest.at == change.at
    return newest if same else None


def expired_since(session: Session, since: datetime) -> Sequence[tuple[EntryChange, Entry]]:
    """Return the entries that the bot archived after ``since`` and that nobody has touched after that."""
    newest = select(func.max(EntryChange.id)).group_by(EntryChange.entry_id)
    query = (
        select(EntryChange, Entry)
        .join(Entry, Entry.id == EntryChange.entry_id)
        .where(EntryChange.kind == EntryChangeKind.EXPIRED, EntryChange.at > since, EntryChange.id.in_(newest))
        .where(Entry.state == EntryState.ARCHIVED)
    )
    return [(change, entry) for change, entry in session.execute(query.order_by(EntryChange.id)).all()]


def any_expired(session: Session, since: datetime) -> bool:
    """Return whether the bot has archived an entry since this time."""
    query = select(EntryChange.id).where(EntryChange.kind == EntryChangeKind.EXPIRED, EntryChange.at >= since)
    return session.scalar(query.limit(1)) is not None


def texts(session: Session) -> Iterable[tuple[int, str]]:
    """Yield every entry's id and a text that its history holds, for a search for a person's name."""
    for row in session.execute(select(EntryChange.entry_id, EntryChange.before, EntryChange.after)):
        for content in (row.before, row.after):
            if content:
                yield row.entry_id, "\n".join((content["question"], content["answer"], *content["phrasings"]))


def clear(session: Session, entry_id: int) -> int:
    """Delete an entry's history. Return how many changes went."""
    done = session.execute(delete(EntryChange).where(EntryChange.entry_id == entry_id))
    return int(done.rowcount)  # type: ignore[attr-defined]


def forget(session: Session, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` changes made before ``before``. Return how many were deleted."""
    old: Collection[int] = session.scalars(select(EntryChange.id).where(EntryChange.at < before).limit(limit)).all()
    session.execute(delete(EntryChange).where(EntryChange.id.in_(old)))
    return len(old)
