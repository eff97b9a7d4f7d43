"""Events: the network's webinars, courses, forums and conferences, and the questions to their speakers.

An event without ``starts_at`` has no date yet. It can be shown, but nobody registers for it and nobody is reminded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.chunks import in_chunks
from storage.database import Base, is_id, person_key
from storage.people import Person

WEBINAR = "webinar:"
"""The beginning of the ``source`` of Teams webinars; Graph's id follows."""


class EventKind(StrEnum):
    """What sort of meeting it is."""

    WEBINAR = "webinar"
    COURSE = "course"
    FORUM = "forum"
    CONFERENCE = "conference"
    ANNUAL_MEETING = "annual_meeting"
    """Membership asks each municipality to take part with a politician and a civil servant."""
    OTHER = "other"


class EventState(StrEnum):
    """Where an event stands. That it is held follows from the time.

    ::

        draft ──publish──▶ open ──cancel──▶ cancelled
    """

    DRAFT = "draft"
    """Only the kansli sees it."""
    OPEN = "open"
    CANCELLED = "cancelled"


class Event(Base):
    """One meeting. Its texts are reviewed, so erasing a person never rewrites them."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_state_starts_at", "state", "starts_at"), {"sqlite_autoincrement": True})
    """Calendar entries and the outbox's keys have its number, so no other event may ever get it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    """What it is about, in Teams Markdown."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    """Null if and only if ``starts_at`` is."""
    teams_meeting: Mapped[bool] = mapped_column(default=False)
    """Whether the calendar entry makes a Teams meeting."""
    join_url: Mapped[str] = mapped_column(String(1000), default="")
    """Where to join an online event that has no Teams meeting of ours, as the kansli wrote it."""
    place: Mapped[str] = mapped_column(String(200), default="")
    """Where it is held; empty for an event that is only online."""
    themes: Mapped[list[str]] = mapped_column(default=list)
    """Theme words of the groups that it belongs to. Their channels show its card."""
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The people who are invited, as :func:`bot.register.audience.to_json` writes it; empty: nobody is invited."""
    seats: Mapped[int | None]
    """How many can come; null for no limit."""
    register_by: Mapped[date | None]
    """The last day to register, in Stockholm; null: until it starts."""
    academy: Mapped[bool] = mapped_column(default=False)
    """Whether it counts for SEKOM-akademin."""
    recording_url: Mapped[str] = mapped_column(String(1000), default="")
    material_url: Mapped[str] = mapped_column(String(1000), default="")
    others_came: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many came whom the bot does not know."""
    series: Mapped[str] = mapped_column(String(40), default="", index=True)
    """The same text for all events of a series; empty for none."""
    source: Mapped[str | None] = mapped_column(String(200), unique=True)
    """Where it was imported from, as ``ics:uid`` or ``webinar:id``, so that importing twice makes one event."""
    source_status: Mapped[str | None] = mapped_column(String(20))
    """Teams' word for the state of the webinar that it was read from, published or canceled; null for other events."""
    state: Mapped[str] = mapped_column(String(20), default=EventState.DRAFT)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was cancelled. The registered people read it."""
    version: Mapped[int] = mapped_column(default=1)
    """Goes up with every change. Buttons of the kansli carry it, so an old card changes nothing."""
    card_version: Mapped[int] = mapped_column(default=0)
    """Goes up when the cards in channels must show something new, such as how many are coming."""
    organiser_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """The person who holds it, and gets the questions to the speaker; null: the kansli."""
    changed_by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    @property
    def subject(self) -> str:
        """Return the outbox subject of what is sent about it. It is also the key of its calendar entry."""
        return f"event:{self.id}"


class EventQuestion(Base):
    """A question to the speaker, asked beforehand."""

    __tablename__ = "event_questions"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = person_key(on_erase="delete")
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class DiscardedSource(Base):
    """A source whose draft the kansli threw away, so that the next reading does not bring it back."""

    __tablename__ = "discarded_sources"

    source: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[datetime]


def lock(session: Session, number: object) -> Event | None:
    """Return the event with this number, its row locked; None if there is none. ``number`` may be anything."""
    if not is_id(number):
        return None
    statement = select(Event).where(Event.id == number).with_for_update()
    return session.scalar(statement, execution_options={"populate_existing": True})


def find(session: Session, number: object) -> Event | None:
    """Return the event with this number, which may come from a client and be anything, without locking it."""
    return session.get(Event, number) if is_id(number) else None


def by_source(session: Session, source: str) -> Event | None:
    """Return the event that was imported from there."""
    return session.scalar(select(Event).where(Event.source == source))


def discarded(session: Session, source: str) -> bool:
    """Return whether the kansli threw the draft of this source away."""
    return session.get(DiscardedSource, source) is not None


def discard(session: Session, event: Event, now: datetime) -> None:
    """Delete a draft. Remember its source, if it is one that the bot reads by itself."""
    if event.source and event.source.startswith(WEBINAR):
        session.add(DiscardedSource(source=event.source, at=now))
    session.delete(event)


def from_webinars(session: Session, since: datetime, now: datetime) -> Sequence[Event]:
    """Return the Teams webinars that ended after ``since`` and before ``now``, the first first."""
    rows = select(Event).where(Event.source.startswith(WEBINAR, autoescape=True), Event.state == EventState.OPEN)
    return session.scalars(rows.where(Event.ends_at > since, Event.ends_at <= now).order_by(Event.id)).all()


def of_kind(session: Session, kind: EventKind, since: datetime) -> Sequence[Event]:
    """Return the events of a kind that are not cancelled and start after ``since``, those without a date last."""
    ahead = or_(Event.starts_at.is_(None), Event.starts_at >= since)
    rows = select(Event).where(Event.kind == kind, Event.state != EventState.CANCELLED, ahead)
    return session.scalars(rows.order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)).all()


def upcoming(session: Session, now: datetime) -> Sequence[Event]:
    """Return the open events that have not ended, the nearest first, those without a date last."""
    ahead = or_(Event.ends_at.is_(None), Event.ends_at > now)
    rows = select(Event).where(Event.state == EventState.OPEN, ahead)
    return session.scalars(rows.order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)).all()


def held(session: Session, since: datetime, now: datetime) -> Sequence[Event]:
    """Return the events that ended after ``since`` and before ``now``, the last first."""
    rows = select(Event).where(Event.state == EventState.OPEN, Event.ends_at > since, Event.ends_at <= now)
    return session.scalars(rows.order_by(Event.starts_at.desc(), Event.id)).all()


def under_way(session: Session, now: datetime) -> Sequence[Event]:
    """Return the open events that have begun and not ended, the first first."""
    rows = select(Event).where(Event.state == EventState.OPEN, Event.starts_at <= now, Event.ends_at > now)
    return session.scalars(rows.order_by(Event.starts_at, Event.id)).all()


def living(session: Session, now: datetime) -> list[int]:
    """Return the numbers of the events that members see and that are not over, also cancelled ones."""
    ahead = or_(Event.ends_at.is_(None), Event.ends_at > now)
    return list(session.scalars(select(Event.id).where(Event.state != EventState.DRAFT, ahead).order_by(Event.id)))


def themes(session: Session, numbers: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the theme words of these events, by number."""
    rows = (
        session.execute(select(Event.id, Event.themes).where(Event.id.in_(part))) for part in in_chunks(list(numbers))
    )
    return {number: tuple(words) for part in rows for number, words in part}


def newest(session: Session, limit: int = 40) -> Sequence[Event]:
    """Return the events that members have seen, the last published first."""
    rows = select(Event).where(Event.state != EventState.DRAFT)
    return session.scalars(rows.order_by(Event.published_at.desc(), Event.id.desc()).limit(limit)).all()


def of_series(session: Session, series: str) -> Sequence[Event]:
    """Return the events of a series in the order of their dates."""
    rows = select(Event).where(Event.series == series, Event.series != "")
    return session.scalars(rows.order_by(Event.starts_at, Event.id)).all()


def everything(session: Session, limit: int = 200) -> Sequence[Event]:
    """Return the events in any state, the last begun or latest planned first; those without a date before them."""
    rows = select(Event).order_by(Event.starts_at.is_not(None), Event.starts_at.desc(), Event.id.desc())
    return session.scalars(rows.limit(limit)).all()


def ask(session: Session, event: Event, person: Person, text: str, now: datetime) -> EventQuestion:
    """Store a question to the speaker, and return it."""
    question = EventQuestion(event_id=event.id, person_id=person.id, text=text, at=now)
    session.add(question)
    session.flush()
    return question


def questions(session: Session, event: Event) -> Sequence[tuple[EventQuestion, Person]]:
    """Return the questions to the speaker with the people who asked, oldest first."""
    rows = select(EventQuestion, Person).join(Person).where(EventQuestion.event_id == event.id)
    return [(question, person) for question, person in session.execute(rows.order_by(EventQuestion.id)).all()]
