"""How members want each kind of announcement, and the announcements that reach them in a list instead of alone.

A listing is an announcement that a person does not get as a message of its own: it waits for their weekly digest, it
stands in a channel only, or it was sent before they came. ``delivery`` names the message that lists it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    String,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.announcements import Announcement, AnnouncementState
from storage.database import Base, insert_all_new, person_key
from storage.outbox import Delivery, State
from storage.people import Follow

CURRENT_FOR = timedelta(days=90)
"""How long an announcement without a last day is current: a quarter, in which the kansli writes about a theme again."""
EVERGREEN_FOR = timedelta(days=365)
"""The same for one that concerns new members too, such as how the network works."""
NEVER_LISTED = 0
"""The ``version`` of a listing that no message shows yet."""


class NewsWay(StrEnum):
    """How a member wants a kind of announcement. At once is the usual way, and has no row."""

    AT_ONCE = "direct"
    WEEKLY = "weekly"
    CHANNEL = "channel"
    """Not from the bot: the person reads it in the channel."""


class Why(StrEnum):
    """Why an announcement did not go to a person as a message of its own."""

    WEEKLY = "weekly"
    CHANNEL = "channel"
    NEWCOMER = "newcomer"
    """The person came after it was sent."""


class NewsChoice(Base):
    """A member's choice for one kind of announcement."""

    __tablename__ = "news_choices"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    route: Mapped[str] = mapped_column(String(10))


class Listing(Base):
    """An announcement that a person gets in a list, or reads in a channel."""

    __tablename__ = "news_listings"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    why: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    delivery: Mapped[str | None] = mapped_column(String(200), index=True)
    """The key of the message that lists it; null while it waits for one, and for a channel."""
    version: Mapped[int] = mapped_column(default=NEVER_LISTED)
    """The version of the announcement that the message shows."""
    changed_by: Mapped[str | None] = mapped_column(String(200))
    """The key of the delivery that last changed that message, after a correction or recall."""


# choices


def choices(session: Session, person_id: int) -> Mapping[str, NewsWay]:
    """Return a person's choices by kind. A kind that is missing comes at once."""
    rows = select(NewsChoice.kind, NewsChoice.route).where(NewsChoice.person_id == person_id)
    return {kind: NewsWay(way) for kind, way in session.execute(rows)}


def choose(session: Session, person_id: int, chosen: Mapping[str, NewsWay]) -> None:
    """Replace all of a person's choices."""
    session.execute(delete(NewsChoice).where(NewsChoice.person_id == person_id))
    rows = [{"person_id": person_id, "kind": kind, "route": way} for kind, way in chosen.items()]
    insert_all_new(session, NewsChoice, [row for row in rows if row["route"] != NewsWay.AT_ONCE])


def chosen(
    session: Session, kind: str, people: Collection[int] | None, themes: Collection[str], *, everybody: bool
) -> Sequence[tuple[int, NewsWay, bool]]:
    """Return those of these people who chose something else than at once for a kind; ``people`` None is everybody.

    Each with their choice, and whether a channel reaches them. ``themes`` are those whose channel gets the
    announcement. ``everybody`` says that a channel for everybody does.
    """
    follows = exists().where(Follow.person_id == NewsChoice.person_id, Follow.theme.in_(themes))
    rows = select(NewsChoice.person_id, NewsChoice.route, true() if everybody else follows)
    rows = rows.where(NewsChoice.kind == kind)
    rows = rows if people is None else rows.where(NewsChoice.person_id.in_(people))
    return [(person, NewsWay(way), bool(reached)) for person, way, reached in session.execute(rows)]


# announcements that are not sent alone


def set_aside(session: Session, row: Announcement, why: Mapping[int, Why], now: datetime) -> None:
    """List an announcement for people instead of sending it, except for those who have a message of their own."""
    sent = select(Delivery.person_id).where(Delivery.subject == row.subject, Delivery.person_id.in_(why))
    alone = set(session.scalars(sent)) if why else set()
    add(session, row.id, {person: reason for person, reason in why.items() if person not in alone}, now)


def aside(session: Session, number: int, people: Collection[int]) -> set[int]:
    """Return those of these people for whom an announcement is listed."""
    rows = select(Listing.person_id).where(Listing.announcement_id == number, Listing.person_id.in_(people))
    return set(session.scalars(rows))


def lists(session: Session, number: int, person_id: int) -> bool:
    """Return whether an announcement is listed for this person."""
    return bool(aside(session, number, [person_id]))


def add(session: Session, number: int, why: Mapping[int, Why], now: datetime) -> None:
    """List an announcement for people for whom it is not listed yet."""
    rows = [
        {
            "announcement_id": number,
            "person_id": person,
            "why": reason,
            "at": now,
            "delivery": None,
            "version": NEVER_LISTED,
            "changed_by": None,
        }
        for person, reason in why.items()
    ]
    insert_all_new(session, Listing, rows)


# what is current


def current(session: Session, today: date, now: datetime) -> Sequence[Announcement]:
    """Return the announcements that are out and still valid, newest first: neither stopped, recalled nor past."""
    rows = select(Announcement).where(*valid(today), _fresh(now))
    return session.scalars(rows.order_by(Announcement.sent_at.desc(), Announcement.id.desc())).all()


def told(session: Session, person_id: int, numbers: Collection[int]) -> set[int]:
    """Return those of these announcements that were sent to a person, alone or in a list, or wait for them."""
    subjects = {f"announcement:{number}": number for number in numbers}
    alone = select(Delivery.subject).where(Delivery.person_id == person_id, Delivery.subject.in_(subjects))
    listed = select(Listing.announcement_id).where(Listing.person_id == person_id, Listing.announcement_id.in_(numbers))
    return {subjects[subject] for subject in session.scalars(alone)} | set(session.scalars(listed))


def got(session: Session, row: Announcement) -> set[int]:
    """Return the people whom an announcement has reached, or may have, or for whom it waits to be sent or listed."""
    lost = Delivery.state.in_([State.UNREACHABLE, State.FAILED, State.EXPIRED, State.CANCELLED])
    alone = select(Delivery.person_id).where(Delivery.subject == row.subject, Delivery.person_id.is_not(None), ~lost)
    listed = select(Listing.person_id).where(Listing.announcement_id == row.id, ~unlisted(Why.NEWCOMER))
    return {person for person in session.scalars(alone) if person} | set(session.scalars(listed))


def tally(session: Session, number: int) -> Mapping[Why, int]:
    """Return for how many people an announcement is listed, by the reason."""
    rows = select(Listing.why, func.count()).where(Listing.announcement_id == number).group_by(Listing.why)
    return {Why(why): int(people) for why, people in session.execute(rows)}


def forget_old(session: Session, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` listings made before ``before``. Return how many were deleted."""
    columns = Listing.announcement_id, Listing.person_id
    old = select(*columns).where(Listing.at < before).limit(limit)
    done = session.execute(delete(Listing).where(tuple_(*columns).in_(old)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def valid(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of an announcement that is out and whose last day has not passed."""
    out = Announcement.state.in_([AnnouncementState.SENDING, AnnouncementState.SENT])
    return out, or_(Announcement.last_date.is_(None), Announcement.last_date >= today)


def _fresh(now: datetime) -> ColumnElement[bool]:
    """Return the condition of an announcement that has a last day, or was sent not too long ago."""
    aged = Announcement.sent_at >= now - CURRENT_FOR
    evergreen = and_(Announcement.evergreen, Announcement.sent_at >= now - EVERGREEN_FOR)
    return or_(Announcement.last_date.is_not(None), aged, evergreen)


def unlisted(why: Why) -> ColumnElement[bool]:
    """Return the condition of a listing that no message has yet."""
    return and_(Listing.why == why, Listing.delivery.is_(None))
