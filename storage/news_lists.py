"""Messages that list announcements: the weekly digest and the list for newcomers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, false, func, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.announcements import Announcement
from storage.municipalities import Municipality
from storage.news import NEVER_LISTED, Listing, Why, unlisted, valid
from storage.outbox import Delivery, State
from storage.people import Person

_MAIL, _CHANGE = aliased(Delivery), aliased(Delivery)


def waiting(session: Session, before: datetime, today: date, after: int, limit: int, *, lock: bool = True) -> list[int]:
    """Return people, in order after the id ``after``, for whom something valid has waited since ``before``.

    With ``lock``, their rows are locked, so that another replica that plans the same finds in :func:`to_list` what
    is left to plan.
    """
    waits = exists().where(
        Listing.person_id == Person.id, Listing.announcement_id == Announcement.id, unlisted(Why.WEEKLY),
        Listing.at < before, *valid(today),
    )  # fmt: skip
    rows = select(Person.id).where(Person.id > after, waits, *_here(today)).order_by(Person.id).limit(limit)
    return list(session.scalars(rows.with_for_update(of=Person) if lock else rows))


def to_list(
    session: Session, people: Collection[int], before: datetime, today: date
) -> Mapping[int, Sequence[Announcement]]:
    """Return what has waited since ``before`` and is still valid, by person, newest first."""
    rows = select(Listing.person_id, Announcement).join(Announcement, Announcement.id == Listing.announcement_id)
    rows = rows.where(Listing.person_id.in_(people), unlisted(Why.WEEKLY), Listing.at < before, *valid(today))
    return _by_person(session, rows)


def newcomers(
    session: Session, since: datetime, until: datetime, today: date, among: Collection[int] | None = None
) -> list[int]:
    """Return the people, in order, who came between these times and have got no list since.

    They came when they were first seen, when the bot said hello to them, or when they returned. With ``among``, return
    only those of these people. Their rows are locked, so that another replica sees what this transaction has planned.
    """
    if among is not None:  # in a statement of its own: the next one must see what the lock waited for
        session.execute(select(Person.id).where(Person.id.in_(among)).order_by(Person.id).with_for_update())
    came = func.coalesce(Person.returned_at, Person.greeted_at, Person.first_seen_at)
    listed = exists().where(
        Listing.person_id == Person.id, Listing.why == Why.NEWCOMER, Listing.delivery.is_not(None), Listing.at > came
    )
    rows = select(Person.id).where(came > since, came <= until, ~listed, *_here(today)).order_by(Person.id)
    return list(session.scalars(rows if among is None else rows.where(Person.id.in_(among))))


def put_in(session: Session, stem: str, people: Collection[int], items: Collection[Announcement]) -> None:
    """Note that each person's message lists these announcements as they are in ``items``.

    Its key is ``stem`` and the person's id.
    """
    these = Listing.person_id.in_(people), Listing.announcement_id.in_([item.id for item in items])
    key = literal(f"{stem}:") + cast(Listing.person_id, String)
    session.execute(update(Listing).where(*these).values(delivery=key, version=_version(items)))


def listed_in(session: Session, keys: Collection[str]) -> Mapping[str, Sequence[Announcement]]:
    """Return the announcements that each of these messages lists, newest first."""
    rows = select(Listing.delivery, Announcement).join(Announcement, Announcement.id == Listing.announcement_id)
    return _by_person(session, rows.where(Listing.delivery.in_(keys)))


def is_right(session: Session, key: str, today: date) -> bool:
    """Return whether everything that a message lists is valid, and unchanged since the message was written."""
    rows = select(and_(*valid(today), Announcement.version == Listing.version)).select_from(Listing)
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


def brought_up(session: Session, key: str, items: Collection[Announcement], change: str | None) -> None:
    """Note that a message shows these versions of what it lists, by the delivery ``change`` if there is one."""
    these = Listing.delivery == key, Listing.announcement_id.in_([item.id for item in items])
    older = Listing.version < _version(items)
    session.execute(update(Listing).where(*these, older).values(version=_version(items), changed_by=change))


@dataclass(frozen=True, slots=True)
class ListRecipient:
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


def listed(session: Session, number: int) -> list[ListRecipient]:
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
    return [
        ListRecipient(person, name, town, Why(why), *rest) for person, name, town, why, *rest in session.execute(rows)
    ]


def messages(session: Session, number: int, states: Collection[str]) -> Sequence[int]:
    """Return the ids of the messages in these states that list an announcement."""
    rows = select(Delivery.id).join(Listing, Listing.delivery == Delivery.key)
    return session.scalars(rows.where(Listing.announcement_id == number, Delivery.state.in_(states))).all()


def _by_person(session: Session, rows: Any) -> dict[Any, list[Announcement]]:
    found: dict[Any, list[Announcement]] = {}
    for owner, item in session.execute(rows.order_by(Announcement.sent_at.desc(), Announcement.id.desc())):
        found.setdefault(owner, []).append(item)
    return found


def _version(items: Collection[Announcement]) -> ColumnElement[int]:
    """Return the version of the announcement of a listing, as it is in ``items``."""
    return case({item.id: item.version for item in items}, value=Listing.announcement_id)


def _here(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a person who may be told something today: not left, and not in a pause."""
    return Person.left_at.is_(None), or_(Person.paused_until.is_(None), Person.paused_until < today)
