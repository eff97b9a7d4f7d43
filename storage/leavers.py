"""People whose data the network no longer needs: they left its teams, or were only ever on a list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from storage.contacts import Contact
from storage.groups import Moderator
from storage.people import Person
from storage.roles import Grant


@dataclass(frozen=True, slots=True)
class Since:
    """The limit for "long ago", as a moment and as its day in Stockholm, and the kansli ids from the settings."""

    moment: datetime
    day: date
    named: Collection[str]


def due(session: Session, since: Since) -> Sequence[int]:
    """Return the ids of the people who are due to be erased."""
    return session.scalars(select(Person.id).where(_is_due(since)).order_by(Person.id)).all()


def are_due(session: Session, people: Collection[Person], since: Since) -> bool:
    """Return whether all these people are due to be erased, as the tables stand now."""
    ids = {person.id for person in people}
    return ids == set(session.scalars(select(Person.id).where(_is_due(since), Person.id.in_(ids))))


def _is_due(since: Since) -> ColumnElement[bool]:
    """Return the condition for a person who is due to be erased.

    A person in a seat is kept, since only the kansli ends a seat. A person who writes to the bot has not left, whatever
    a roster says. A seat that ended so long ago that the name is deleted (``SEKOM_HISTORY_DAYS``) does not count.
    """
    lately = or_(Contact.until.is_(None), Contact.until >= since.day)
    seated = exists().where(Contact.person_id == Person.id, lately)
    silent = or_(Person.last_active_at.is_(None), Person.last_active_at < since.moment)
    left = and_(Person.left_at < since.moment, silent)
    return and_(~seated, _not_named(since), or_(left, _only_listed(since)))


def _only_listed(since: Since) -> ColumnElement[bool]:
    """Return the condition for a person who was only ever on a list.

    We know no account of theirs, so no roster can say that they have left. People with a role or a group are kept.
    """
    given = or_(exists().where(Grant.person_id == Person.id), exists().where(Moderator.person_id == Person.id))
    no_account = and_(Person.teams_id.is_(None), Person.entra_id.is_(None))
    return and_(no_account, Person.left_at.is_(None), Person.first_seen_at < since.moment, ~given)


def _not_named(since: Since) -> ColumnElement[bool]:
    return or_(Person.entra_id.is_(None), Person.entra_id.not_in(since.named))
