"""Announcements: what the kansli writes to many, where each one stands, and what members pressed on it.

The outbox holds the recipients: one delivery each, with the subject :attr:`Announcement.subject`
(:mod:`storage.copies`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, delete, false, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, is_id, person_key
from storage.people import Person


class AnnouncementState(StrEnum):
    """Where an announcement stands.

    ::

        draft ──▶ scheduled ──▶ sending ──▶ sent ──▶ recalled
          ▲           │            └──▶ cancelled ──▶ recalled
          └───────────┘
    """

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    """Every recipient has an outcome."""
    CANCELLED = "cancelled"
    """Stopped while it was being sent. Some may have it."""
    RECALLED = "recalled"


class Mark(StrEnum):
    """What a member says about an announcement by pressing a button."""

    READ = "read"
    INTERESTED = "interested"
    SHARED = "shared"


OUT = (
    AnnouncementState.SENDING,
    AnnouncementState.SENT,
    AnnouncementState.CANCELLED,
    AnnouncementState.RECALLED,
)
"""The states in which somebody may have it."""


class Announcement(Base):
    """One text to many people and channels. Its text is reviewed, so erasing a person never rewrites it."""

    __tablename__ = "announcements"
    __table_args__ = ({"sqlite_autoincrement": True},)
    """The outbox's keys have its number, so no other announcement may ever get it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    """One of :data:`bot.announcements.manuscript.KINDS`."""
    heading: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    """Teams Markdown."""
    image_url: Mapped[str] = mapped_column(String(1000), default="")
    image_alt: Mapped[str] = mapped_column(String(300), default="")
    links: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The link buttons: ``title`` and ``url``."""
    last_date: Mapped[date | None]
    """The last day to answer or apply, in Stockholm."""
    important: Mapped[bool] = mapped_column(default=False)
    """Whether chat and mail go at once."""
    evergreen: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it concerns new members too. They are told of it when they come (:mod:`bot.news`)."""
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """As :mod:`bot.announcements.target` writes it: channels, and people as :class:`storage.audiences.Audience`."""
    state: Mapped[str] = mapped_column(String(20), default=AnnouncementState.DRAFT, index=True)
    version: Mapped[int] = mapped_column(default=1)
    """Goes up with every change of text, audience or schedule. Buttons carry it, so an old card changes nothing."""
    spread_version: Mapped[int] = mapped_column(default=0)
    """The newest version that every delivered copy has, or can't have."""
    approved_version: Mapped[int | None]
    """The version that a second person has approved; an edit makes it worthless."""
    approved_by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    changed_by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """The person who wrote the newest version."""
    sender_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """The person who sent or scheduled it. They get the card that shows how the sending goes."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    send_at: Mapped[datetime | None]
    """When it goes, if it is scheduled; of a repeated one the next time."""
    repeats: Mapped[str | None] = mapped_column(String(10))
    """``week`` or ``month`` for a scheduled one that is sent again and again, each time as a copy; else null."""
    repeat_from: Mapped[datetime | None]
    """The first time, from which all others are counted."""
    repeat_until: Mapped[date | None]
    """The last day on which it may be sent again, in Stockholm; null for no end."""
    sent_at: Mapped[datetime | None]
    """When the sending began."""
    prepared_at: Mapped[datetime | None]
    """When every recipient had a row in the outbox."""
    ended_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    delete_copies: Mapped[bool] = mapped_column(default=False)
    """Whether recalled copies in people's own chats are also deleted."""
    nudged_version: Mapped[int | None]
    """The newest version of which people who had not pressed were reminded."""
    nudge_at: Mapped[datetime | None]
    """When the kansli asked for those reminders; null when all are written."""

    @property
    def subject(self) -> str:
        """Return the outbox subject of its deliveries."""
        return f"announcement:{self.id}"


class AnnouncementMark(Base):
    """A member who pressed one of the buttons."""

    __tablename__ = "announcement_marks"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    mark: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]


def lock(session: Session, number: object) -> Announcement | None:
    """Return the announcement with this number, its row locked; None if there is none. ``number`` may be anything."""
    if not is_id(number):
        return None
    statement = select(Announcement).where(Announcement.id == number).with_for_update()
    return session.scalar(statement, execution_options={"populate_existing": True})


def find(session: Session, number: int) -> Announcement | None:
    """Return the announcement with this number without locking it."""
    return session.get(Announcement, number)


def newest(session: Session, states: Collection[str], limit: int) -> Sequence[Announcement]:
    """Return the announcements in these states, the last changed first."""
    rows = select(Announcement).where(Announcement.state.in_(states))
    return session.scalars(rows.order_by(Announcement.changed_at.desc(), Announcement.id.desc()).limit(limit)).all()


def at_work(session: Session) -> list[int]:
    """Return the numbers of those that have something to do now: send, or bring copies up to date."""
    spreads = Announcement.state.in_(OUT) & (Announcement.spread_version < Announcement.version)
    wanted = or_(Announcement.state == AnnouncementState.SENDING, spreads)
    return list(session.scalars(select(Announcement.id).where(wanted).order_by(Announcement.id)))


def to_start(session: Session, now: datetime) -> list[int]:
    """Return the numbers of the scheduled ones whose time has come."""
    due = Announcement.state == AnnouncementState.SCHEDULED, Announcement.send_at <= now
    return list(session.scalars(select(Announcement.id).where(*due).order_by(Announcement.id)))


def to_nudge(session: Session) -> list[int]:
    """Return the numbers of those whose reminders to people who have not pressed are to be written."""
    return list(
        session.scalars(select(Announcement.id).where(Announcement.nudge_at.is_not(None)).order_by(Announcement.id))
    )


def scheduled(session: Session, until: datetime) -> Sequence[Announcement]:
    """Return the announcements that are scheduled before ``until``, in that order."""
    these = Announcement.state == AnnouncementState.SCHEDULED, Announcement.send_at < until
    return session.scalars(select(Announcement).where(*these).order_by(Announcement.send_at, Announcement.id)).all()


def running_out(session: Session, today: date, last: date) -> Sequence[Announcement]:
    """Return the announcements that are out and whose last day is between these days."""
    out = Announcement.state.in_([AnnouncementState.SENDING, AnnouncementState.SENT])
    return session.scalars(
        select(Announcement).where(out, Announcement.last_date >= today, Announcement.last_date <= last)
    ).all()


def mark(session: Session, number: int, person_id: int, which: Mark, now: datetime) -> bool:
    """Remember what a member says. Return False if they had said it."""
    return insert_new(session, AnnouncementMark, announcement_id=number, person_id=person_id, mark=which, at=now)


def unmark(session: Session, number: int, person_id: int, which: Mark) -> None:
    """Forget what a member had said."""
    row = AnnouncementMark.announcement_id == number, AnnouncementMark.person_id == person_id
    session.execute(delete(AnnouncementMark).where(*row, AnnouncementMark.mark == which))


def marks_of(session: Session, number: int, person_id: int) -> set[Mark]:
    """Return what one member has said about an announcement."""
    row = AnnouncementMark.announcement_id == number, AnnouncementMark.person_id == person_id
    return {Mark(which) for which in session.scalars(select(AnnouncementMark.mark).where(*row))}


def marks(session: Session, number: int, people: Collection[int] | None = None) -> Mapping[int, set[Mark]]:
    """Return what members have said about an announcement, by person; with ``people`` only those."""
    rows = select(AnnouncementMark.person_id, AnnouncementMark.mark).where(AnnouncementMark.announcement_id == number)
    rows = rows if people is None else rows.where(AnnouncementMark.person_id.in_(people))
    said: dict[int, set[Mark]] = {}
    for person_id, which in session.execute(rows):
        said.setdefault(person_id, set()).add(Mark(which))
    return said


def marked(session: Session, number: int, which: Mark) -> Sequence[int]:
    """Return the people who said this and have not left the network."""
    rows = select(AnnouncementMark.person_id).join(Person, Person.id == AnnouncementMark.person_id)
    rows = rows.where(AnnouncementMark.announcement_id == number, AnnouncementMark.mark == which)
    return session.scalars(rows.where(Person.left_at.is_(None)).order_by(AnnouncementMark.person_id)).all()


def mark_counts(session: Session, number: int) -> Counter[str]:
    """Return how many people pressed each button."""
    rows = select(AnnouncementMark.mark, func.count()).where(AnnouncementMark.announcement_id == number)
    return Counter({key: int(number) for key, number in session.execute(rows.group_by(AnnouncementMark.mark))})
