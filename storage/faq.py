"""The knowledge bank: entries, their alternative phrasings, and the version that indexes follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, bindparam, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.database import Base, insert_new, is_id, person_key, table_of, wake, wakes


class EntryState(StrEnum):
    """An entry's stage. Only published entries are searched and shown."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Certainty(StrEnum):
    """How well founded the answer is. The Swedish values are those of the starting content."""

    HIGH = "hög"
    CHECK = "kontrollera"
    GAP = "lucka"


class EntryKind(StrEnum):
    """What an entry is."""

    FACT = "fact"
    """An answer that the kansli stands for."""
    TESTIMONY = "testimony"
    """What a colleague answered. It is offered as a similar question, and is never the answer to one."""


class Phrasing(Base):
    """Another way to ask an entry's question."""

    __tablename__ = "faq_phrasings"
    __table_args__ = (UniqueConstraint("entry_id", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entries.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(1000))


class Entry(Base):
    """A question and its answer."""

    __tablename__ = "faq_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(20), unique=True)
    """Set for starting content, so that loading the content again changes nothing."""
    question: Mapped[str] = mapped_column(String(1000))
    answer: Mapped[str] = mapped_column(Text)
    """Teams Markdown."""
    theme: Mapped[str] = mapped_column(String(60), default="")
    sources: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """``[{"title": …, "url": … or absent}]``."""
    certainty: Mapped[str] = mapped_column(String(20), default=Certainty.HIGH)
    note: Mapped[str] = mapped_column(Text, default="")
    """A note for the kansli: why the answer is not certain."""
    owner_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    reviewed_on: Mapped[date]
    """The day when somebody last read the answer and confirmed it."""
    review_on: Mapped[date | None]
    """The day when somebody should read it again."""
    valid_until: Mapped[date | None]
    """The last day on which the answer is current; null if it has no end. Later, members neither find nor see it."""
    kind: Mapped[str] = mapped_column(String(20), default=EntryKind.FACT)
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipalities.code", ondelete="SET NULL"))
    """Testimony: the municipality that it comes from."""
    told_by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """Testimony: the colleague who answered."""
    told_on: Mapped[date | None]
    """Testimony: the day of the answer."""
    name_agreed: Mapped[bool | None]
    """Testimony: whether the colleague agrees that members see the name with this answer; null until they say."""
    state: Mapped[str] = mapped_column(String(20), default=EntryState.DRAFT, index=True)
    changed_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    """When the answer got its present wording; null if never rewritten. Earlier votes are about another wording."""
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"), unique=True)
    """The question between members that the entry was made from. Each question gives at most one entry."""
    phrasings: Mapped[list[Phrasing]] = relationship(
        order_by=Phrasing.id, cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def published(self) -> bool:
        """Whether members may see the entry, as long as it is valid."""
        return self.state == EntryState.PUBLISHED


@dataclass(frozen=True, slots=True)
class DraftTexts:
    """The texts of a draft."""

    id: int
    question: str
    answer: str
    alternatives: tuple[str, ...]

    @property
    def wordings(self) -> tuple[str, ...]:
        """The question and its alternatives."""
        return self.question, *self.alternatives


class BankVersion(Base):
    """One row: a number that rises with every change. It tells each replica when its index is old."""

    __tablename__ = "faq_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


_VERSION = select(table_of(BankVersion).c.number)
_ENTRY = table_of(Entry)
_PHRASING = table_of(Phrasing)
_UNFINISHED = (
    select(_ENTRY.c.id, _ENTRY.c.question, _ENTRY.c.answer, _PHRASING.c.text)
    .outerjoin(_PHRASING, _PHRASING.c.entry_id == _ENTRY.c.id)
    .where(_ENTRY.c.state == EntryState.DRAFT, _ENTRY.c.question_id.is_(None))
    .order_by(_ENTRY.c.id, _PHRASING.c.id)
)
_IS_PUBLISHED = _ENTRY.c.state == EntryState.PUBLISHED
_ALTERNATIVES = select(_PHRASING.c.entry_id, _PHRASING.c.text).join(_ENTRY).where(_IS_PUBLISHED)
_PUBLISHED = select(
    *(_ENTRY.c.id, _ENTRY.c.question, _ENTRY.c.answer, _ENTRY.c.theme),
    *(_ENTRY.c.sources, _ENTRY.c.certainty, _ENTRY.c.reviewed_on, _ENTRY.c.valid_until),
    *(_ENTRY.c.kind, _ENTRY.c.municipality_code, _ENTRY.c.told_by_id, _ENTRY.c.told_on, _ENTRY.c.name_agreed),
    _ENTRY.c.changed_at,
).where(_IS_PUBLISHED)
_SHOWN = _PUBLISHED.where(_ENTRY.c.id.in_(bindparam("ids", expanding=True)))


def version(session: Session) -> int:
    """Return the bank's current version; 0 if it was never changed."""
    return session.scalar(_VERSION) or 0


def touch(session: Session) -> None:
    """Raise the bank's version. Every function that writes entries calls this."""
    insert_new(session, BankVersion, id=1, number=0)
    session.execute(update(BankVersion).values(number=BankVersion.number + 1))
    wake(session, "bank")


def touched(session: Session) -> bool:
    """Return whether this transaction has changed the bank."""
    return wakes(session, "bank")


def shown(session: Session, ids: Iterable[int], today: date) -> dict[int, Any]:
    """Return the published entries among ``ids`` that are valid, by id, as plain rows with the columns shown."""
    rows = session.execute(_SHOWN, {"ids": list(ids)})
    return {row.id: row for row in rows if is_valid(row, today)}


def is_valid(entry: Any, today: date) -> bool:
    """Return whether an entry, or a row of one, is still current."""
    return entry.valid_until is None or entry.valid_until >= today


def out_of_date(session: Session, today: date) -> Sequence[Entry]:
    """Return the published entries that are no longer valid, so that members do not see them. The oldest end first."""
    ended = Entry.valid_until < today
    published = Entry.state == EntryState.PUBLISHED
    return session.scalars(select(Entry).where(published, ended).order_by(Entry.valid_until, Entry.id)).all()


def searchable(session: Session) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Yield every published entry as a plain row with the columns that are searched and shown, and its phrasings."""
    phrasings: dict[int, list[str]] = {}
    for entry_id, text in session.execute(_ALTERNATIVES.order_by(_PHRASING.c.id)):
        phrasings.setdefault(entry_id, []).append(text)
    for row in session.execute(_PUBLISHED.order_by(_ENTRY.c.id)):
        yield row, tuple(phrasings.get(row.id, ()))


def find(session: Session, entry_id: object) -> Entry | None:
    """Return the entry with this id, in any state. ``entry_id`` comes from a client and may be anything."""
    return session.get(Entry, entry_id) if is_id(entry_id) else None


def unfinished(session: Session) -> list[DraftTexts]:
    """Return the drafts that members may hear of. One made from a member's question may hold what is private."""
    drafts = groupby(session.execute(_UNFINISHED), key=itemgetter(0, 1, 2))
    return [
        DraftTexts(entry_id, question, answer, tuple(text for *_, text in rows if text))
        for (entry_id, question, answer), rows in drafts
    ]


def questions(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the questions of these entries by id. An entry that is deleted is not there."""
    rows = session.execute(select(Entry.id, Entry.question).where(Entry.id.in_(set(ids))))
    return {row.id: row.question for row in rows}


def to_review(session: Session, today: date, limit: int) -> Sequence[Entry]:
    """Return the published entries whose review day has passed, the oldest day first."""
    due = select(Entry).where(Entry.state == EntryState.PUBLISHED, Entry.review_on <= today)
    return session.scalars(due.order_by(Entry.review_on, Entry.id).limit(limit)).all()


def of_question(session: Session, question_id: int) -> Entry | None:
    """Return the entry that was made from this question between members, in any state."""
    return session.scalars(select(Entry).where(Entry.question_id == question_id)).one_or_none()


def lock(session: Session, entry_id: object) -> Entry | None:
    """Read the entry with this id (which may be anything) again, and lock it until the transaction ends."""
    if not is_id(entry_id):
        return None
    return session.get(Entry, entry_id, with_for_update=True, populate_existing=True)


def by_state(session: Session, state: EntryState) -> Sequence[Entry]:
    """Return the entries in a state, by theme and age."""
    return session.scalars(select(Entry).where(Entry.state == state).order_by(Entry.theme, Entry.id)).all()


def counts(session: Session) -> dict[str, int]:
    """Return how many entries there are in each state."""
    rows = session.execute(select(Entry.state, func.count()).group_by(Entry.state)).all()
    return {state: int(number) for state, number in rows}
