"""People whom the network no longer has any business with: who left its teams, or only stood on a list."""

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
    """How long ago is long enough, as a moment and as its day in Stockholm, and whom the settings name as kansli."""

    moment: datetime
    day: date
    named: Collection[str]


def due(session: Session, since: Since) -> Sequence[int]:
    """The ids of those who are to be forgotten."""
    return session.scalars(select(Person.id).where(_is_due(since)).order_by(Person.id)).all()


def are_due(session: Session, people: Collection[Person], since: Since) -> bool:
    """Whether all of these are, as the tables stand now."""
    ids = {person.id for person in people}
    return ids == set(session.scalars(select(Person.id).where(_is_due(since), Person.id.in_(ids))))


def _is_due(since: Since) -> ColumnElement[bool]:
    """A seat keeps its holder: only the kansli ends it. Who writes to the bot is here, whatever a roster says.

    A seat's end whose name is forgotten already (``SEKOM_HISTORY_DAYS``) counts no more.
    """
    lately = or_(Contact.until.is_(None), Contact.until >= since.day)
    seated = exists().where(Contact.person_id == Person.id, lately)
    silent = or_(Person.last_active_at.is_(None), Person.last_active_at < since.moment)
    left = and_(Person.left_at < since.moment, silent)
    return and_(~seated, _not_named(since), or_(left, _only_listed(since)))


def _only_listed(since: Since) -> ColumnElement[bool]:
    """No account is known of them, so no roster can say that they have left; what they were given counts as well."""
    given = or_(exists().where(Grant.person_id == Person.id), exists().where(Moderator.person_id == Person.id))
    no_account = and_(Person.teams_id.is_(None), Person.entra_id.is_(None))
    return and_(no_account, Person.left_at.is_(None), Person.first_seen_at < since.moment, ~given)


def _not_named(since: Since) -> ColumnElement[bool]:
    return or_(Person.entra_id.is_(None), Person.entra_id.not_in(since.named))
