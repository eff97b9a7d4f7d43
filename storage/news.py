"""How members want each kind of announcement, and the announcements that reach them in a list instead of alone.

A listing is an announcement that a person does not get as a message of its own: it waits for their weekly digest, it
stands in a channel only, or it was sent before they came. ``delivery`` names the message that lists it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    String,
    and_,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from storage.announcements import Announcement, AnnouncementState
from storage.database import Base, insert_all_new, insert_new, person_key
from storage.municipalities import Municipality
from storage.outbox import Delivery, State
from storage.people import Follow, Person

CURRENT_FOR = timedelta(days=90)
"""How long an announcement without a last day is current: a quarter, in which the kansli writes about a theme again."""
EVERGREEN_FOR = timedelta(days=365)
"""The same for one that concerns new members too, such as how the network works."""
NEVER_LISTED = 0
"""The ``version`` of a listing that no message shows yet."""
_MAIL, _CHANGE = aliased(Delivery), aliased(Delivery)


class Pace(StrEnum):
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
    pace: Mapped[str] = mapped_column(String(10))


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


def choices(session: Session, person_id: int) -> Mapping[str, Pace]:
    """Return a person's choices by kind. A kind that is missing comes at once."""
    rows = select(NewsChoice.kind, NewsChoice.pace).where(NewsChoice.person_id == person_id)
    return {kind: Pace(pace) for kind, pace in session.execute(rows)}


def choose(session: Session, person_id: int, chosen: Mapping[str, Pace]) -> None:
    """Replace all of a person's choices."""
    session.execute(delete(NewsChoice).where(NewsChoice.person_id == person_id))
    rows = [{"person_id": person_id, "kind": kind, "pace": pace} for kind, pace in chosen.items()]
    insert_all_new(session, NewsChoice, [row for row in rows if row["pace"] != Pace.AT_ONCE])


def chosen(
    session: Session, kind: str, people: Collection[int] | None, themes: Collection[str], *, everybody: bool
) -> Sequence[tuple[int, Pace, bool]]:
    """Return those of these people who chose something else than at once for a kind; ``people`` None is everybody.

    Each with their choice, and whether a channel reaches them. ``themes`` are those whose channel gets the
    announcement. ``everybody`` says that a channel for everybody does.
    """
    follows = exists().where(Follow.person_id == NewsChoice.person_id, Follow.theme.in_(themes))
    rows = select(NewsChoice.person_id, NewsChoice.pace, true() if everybody else follows)
    rows = rows.where(NewsChoice.kind == kind)
    rows = rows if people is None else rows.where(NewsChoice.person_id.in_(people))
    return [(person, Pace(pace), bool(reached)) for person, pace, reached in session.execute(rows)]


# announcements that are not sent alone


def set_aside(session: Session, row: Announcement, why: Mapping[int, Why], now: datetime) -> None:
    """List an announcement for people instead of sending it, except for those who have a message of their own."""
    sent = select(Delivery.person_id).where(Delivery.subject == row.subject, Delivery.person_id.in_(why))
    alone = set(session.scalars(sent)) if why else set()
    _list(session, row.id, {person: reason for person, reason in why.items() if person not in alone}, now)


def aside(session: Session, number: int, people: Collection[int]) -> set[int]:
    """Return those of these people for whom an announcement is listed."""
    rows = select(Listing.person_id).where(Listing.announcement_id == number, Listing.person_id.in_(people))
    return set(session.scalars(rows))


def lists(session: Session, number: int, person_id: int) -> bool:
    """Return whether an announcement is listed for this person."""
    return bool(aside(session, number, [person_id]))


def _list(session: Session, number: int, why: Mapping[int, Why], now: datetime) -> None:
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
    rows = select(Announcement).where(*_valid(today), _fresh(now))
    return session.scalars(rows.order_by(Announcement.sent_at.desc(), Announcement.id.desc())).all()


def told(session: Session, person_id: int, numbers: Collection[int]) -> set[int]:
    """Return those of these announcements that were sent to a person, alone or in a list, or wait for them."""
    subjects = {f"announcement:{number}": number for number in numbers}
    alone = select(Delivery.subject).where(Delivery.person_id == person_id, Delivery.subject.in_(subjects))
    listed = select(Listing.announcement_id).where(Listing.person_id == person_id, Listing.announcement_id.in_(numbers))
    return {subjects[subject] for subject in session.scalars(alone)} | set(session.scalars(listed))


def got(session: Session, numbers: Collection[int], people: Collection[int]) -> set[tuple[int, int]]:
    """Return pairs of announcement and person where it has arrived, or may have, or waits to be sent or listed."""
    subjects = {f"announcement:{number}": number for number in numbers}
    lost = Delivery.state.in_([State.UNREACHABLE, State.FAILED, State.EXPIRED, State.CANCELLED])
    alone = select(Delivery.subject, Delivery.person_id).where(
        Delivery.subject.in_(subjects), Delivery.person_id.in_(people), ~lost
    )
    listed = select(Listing.announcement_id, Listing.person_id).where(
        Listing.announcement_id.in_(numbers), Listing.person_id.in_(people), ~_waits(Why.NEWCOMER)
    )
    found = {(subjects[subject], person) for subject, person in session.execute(alone) if person is not None}
    return found | {(number, person) for number, person in session.execute(listed)}


def _valid(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of an announcement that is out and whose last day has not passed."""
    out = Announcement.state.in_([AnnouncementState.SENDING, AnnouncementState.SENT])
    return out, or_(Announcement.last_date.is_(None), Announcement.last_date >= today)


def _fresh(now: datetime) -> ColumnElement[bool]:
    """Return the condition of an announcement that has a last day, or was sent not too long ago."""
    aged = Announcement.sent_at >= now - CURRENT_FOR
    evergreen = and_(Announcement.evergreen, Announcement.sent_at >= now - EVERGREEN_FOR)
    return or_(Announcement.last_date.is_not(None), aged, evergreen)


def _waits(why: Why) -> ColumnElement[bool]:
    """Return the condition of a listing that no message has yet."""
    return and_(Listing.why == why, Listing.delivery.is_(None))


def _here(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a person who may be told something today: not left, and not in a pause."""
    return Person.left_at.is_(None), or_(Person.paused_until.is_(None), Person.paused_until < today)


# messages that list announcements


def waiting(session: Session, before: datetime, today: date, after: int, limit: int) -> list[int]:
    """Return people, in order after the id ``after``, for whom something valid has waited since ``before``.

    Their rows are locked, so that another replica that plans the same sees what this transaction has planned.
    """
    waits = exists().where(
        Listing.person_id == Person.id, Listing.announcement_id == Announcement.id, _waits(Why.WEEKLY),
        Listing.at < before, *_valid(today),
    )  # fmt: skip
    rows = select(Person.id).where(Person.id > after, waits, *_here(today)).order_by(Person.id).limit(limit)
    return list(session.scalars(rows.with_for_update(of=Person)))


def to_list(
    session: Session, people: Collection[int], before: datetime, today: date
) -> Mapping[int, Sequence[Announcement]]:
    """Return what has waited since ``before`` and is still valid, by person, newest first."""
    rows = select(Listing.person_id, Announcement).join(Announcement, Announcement.id == Listing.announcement_id)
    rows = rows.where(Listing.person_id.in_(people), _waits(Why.WEEKLY), Listing.at < before, *_valid(today))
    return _by_person(session, rows)


def newcomers(session: Session, since: datetime, until: datetime, today: date, after: int, limit: int) -> list[int]:
    """Return people, in order after the id ``after``, who came between these times and have got no list since.

    They came when they were first seen, when the bot said hello to them, or when they returned. Their rows are locked.
    """
    came = func.coalesce(Person.returned_at, Person.greeted_at, Person.first_seen_at)
    listed = exists().where(
        Listing.person_id == Person.id, Listing.why == Why.NEWCOMER, Listing.delivery.is_not(None), Listing.at > came
    )
    rows = select(Person.id).where(Person.id > after, came > since, came <= until, ~listed, *_here(today))
    return list(session.scalars(rows.order_by(Person.id).limit(limit).with_for_update()))


def put_in(session: Session, key: str, person_id: int, items: Iterable[Announcement], why: Why, now: datetime) -> None:
    """Note that the message with this key lists these announcements for a person."""
    for item in items:
        insert_new(
            session, Listing, announcement_id=item.id, person_id=person_id, why=why, at=now, delivery=None, version=0,
            changed_by=None,
        )  # fmt: skip
        this = Listing.announcement_id == item.id, Listing.person_id == person_id
        session.execute(update(Listing).where(*this).values(delivery=key, version=item.version))


def listed_in(session: Session, keys: Collection[str]) -> Mapping[str, Sequence[Announcement]]:
    """Return the announcements that each of these messages lists, newest first."""
    rows = select(Listing.delivery, Announcement).join(Announcement, Announcement.id == Listing.announcement_id)
    return _by_person(session, rows.where(Listing.delivery.in_(keys)))


def is_right(session: Session, key: str, today: date) -> bool:
    """Return whether everything that a message lists is valid, and unchanged since the message was written."""
    rows = select(and_(*_valid(today), Announcement.version == Listing.version)).select_from(Listing)
    rows = rows.join(Announcement, Announcement.id == Listing.announcement_id).where(Listing.delivery == key)
    right = session.scalars(rows).all()
    return bool(right) and all(right)


def take_out(session: Session, key: str) -> None:
    """Have what a message would have listed wait again, because it does not go."""
    session.execute(update(Listing).where(Listing.delivery == key).values(delivery=None, version=NEVER_LISTED))


def outdated(session: Session, since: datetime, limit: int) -> Sequence[Delivery]:
    """Return messages that have gone and list something that was corrected or recalled after ``since``."""
    keys = select(Listing.delivery).join(Announcement, Announcement.id == Listing.announcement_id)
    keys = keys.where(Announcement.changed_at > since, Announcement.version > Listing.version)
    rows = select(Delivery).where(Delivery.key.in_(keys), Delivery.state == State.SENT)
    return session.scalars(rows.order_by(Delivery.id).limit(limit)).all()


def brought_up(session: Session, key: str, items: Iterable[Announcement], change: str | None) -> None:
    """Note that a message shows the newest version of what it lists, by the delivery ``change`` if there is one."""
    for item in items:
        this = Listing.delivery == key, Listing.announcement_id == item.id, Listing.version < item.version
        session.execute(update(Listing).where(*this).values(version=item.version, changed_by=change))


@dataclass(frozen=True, slots=True)
class Listed:
    """A person for whom an announcement is listed, and what became of the message that lists it."""

    person_id: int
    name: str
    town: str
    why: Why
    state: str | None
    """The message's state; None if no message lists it yet."""
    error: str
    doubts: int
    route: str
    settled_at: datetime | None
    mailed: bool
    """Whether a mail went besides the message in the chat."""
    change: str | None
    """The state of the delivery that last changed the message; None if none was needed or possible."""


def listed(session: Session, number: int) -> list[Listed]:
    """Return everybody for whom an announcement is listed."""
    columns = (
        *(Listing.person_id, func.coalesce(func.nullif(Person.name, ""), Person.mail, "?")),
        *(func.coalesce(Municipality.name, ""), Listing.why, Delivery.state, func.coalesce(Delivery.error, "")),
        *(func.coalesce(Delivery.doubts, 0), func.coalesce(Delivery.route, ""), Delivery.settled_at),
        *(func.coalesce(_MAIL.state == State.SENT, false()), _CHANGE.state),
    )
    rows = select(*columns).select_from(Listing).join(Person, Person.id == Listing.person_id)
    rows = rows.outerjoin(Municipality, Municipality.code == Person.municipality_code)
    rows = rows.outerjoin(Delivery, Delivery.key == Listing.delivery)
    rows = rows.outerjoin(_MAIL, _MAIL.key == Listing.delivery + literal(":mail"))
    rows = rows.outerjoin(_CHANGE, _CHANGE.key == Listing.changed_by).where(Listing.announcement_id == number)
    return [Listed(person, name, town, Why(why), *rest) for person, name, town, why, *rest in session.execute(rows)]


def _by_person(session: Session, rows: Any) -> dict[Any, list[Announcement]]:
    found: dict[Any, list[Announcement]] = {}
    for owner, item in session.execute(rows.order_by(Announcement.sent_at.desc(), Announcement.id.desc())):
        found.setdefault(owner, []).append(item)
    return found
