"""New members whom the bot welcomes: who they are, and whether their team and the kansli have heard of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import onboardings
from storage.contacts import WANTS_TO_LEAVE
from storage.database import Base, insert_all_new, person_key, table_of
from storage.guests import PendingGuest
from storage.onboardings import Onboarding, Origin
from storage.outbox import Delivery, State
from storage.people import Person
from storage.places import Conversation
from storage.rosters import Roster, RosterMember

UNREAD_FOR = timedelta(hours=1)
"""How long a person waits for the rest of their team, if the roster can't be read to its end."""


class NewMember(Base):
    """A person whom the bot welcomed by itself."""

    __tablename__ = "new_members"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    told_on: Mapped[date | None] = mapped_column(index=True)
    """The day on which their team was told that there are new members; null if it was not yet."""
    nudged_at: Mapped[datetime | None]
    """When the kansli had them reminded of their introduction; at most once."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person who is new to the bot."""

    person_id: int
    team_id: str | None
    """The team in which they were seen."""


def find(session: Session, now: datetime, *, guests_since: datetime | None, limit: int) -> list[NewPerson]:
    """Return at most ``limit`` people on rosters whose introduction has not begun, in the order of their ids.

    All of a team come at once, when the whole roster has been read. A guest who has not accepted the invitation does
    not come. Guests who were first seen after ``guests_since`` do not come yet: whether they accepted may be unknown.
    """
    rows = select(Person.id).where(*_new(now, guests_since)).order_by(Person.id).limit(limit)
    ids = list(session.scalars(rows))
    places = _teams(session, ids)
    return [NewPerson(person_id, places.get(person_id)) for person_id in ids]


def begin(session: Session, found: Sequence[NewPerson], origin: Origin, now: datetime) -> list[int]:
    """Begin the introduction of these people. Return the ids of those for whom it had not begun."""
    ids = [each.person_id for each in found]
    # in a statement of its own, and in order: another replica that does the same waits here
    session.execute(select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update())
    here = set(session.scalars(select(Person.id).where(Person.id.in_(ids), Person.left_at.is_(None))))
    there = [each for each in found if each.person_id in here]
    new = (each for each in there if onboardings.begin(session, each.person_id, origin, now, each.team_id))
    return [each.person_id for each in new]


def greet(session: Session, ids: Collection[int], now: datetime) -> list[int]:
    """Mark people as new members, and as greeted. Return the ids of those whom nobody had greeted."""
    insert_all_new(session, NewMember, [{"person_id": each, "told_on": None, "nudged_at": None} for each in ids])
    table = table_of(Person)
    these = update(table).where(table.c.id.in_(ids), table.c.greeted_at.is_(None)).values(greeted_at=now)
    return sorted(session.scalars(these.returning(table.c.id)))


def untold(session: Session) -> list[str]:
    """Return the teams that have new members of whom they were not told."""
    rows = select(Onboarding.team_id).join(NewMember, NewMember.person_id == Onboarding.person_id)
    rows = rows.where(NewMember.told_on.is_(None), Onboarding.team_id.is_not(None)).distinct()
    return sorted(team for team in session.scalars(rows) if team)


def tell(session: Session, team_id: str, today: date) -> int:
    """Mark a team as told of its new members today. Return how many they are; 0 if it has been told today.

    Of two transactions that try at once, the later one waits, and finds nobody.
    """
    ours = select(Onboarding.person_id).where(Onboarding.team_id == team_id)
    mine = NewMember.person_id.in_(ours)
    session.execute(select(NewMember.person_id).where(mine).order_by(NewMember.person_id).with_for_update())
    if session.scalar(select(exists().where(mine, NewMember.told_on == today))):
        return 0
    told = update(NewMember).where(mine, NewMember.told_on.is_(None)).values(told_on=today)
    return len(session.execute(told.returning(NewMember.person_id)).all())


def knew_anybody(session: Session, team_id: str, before: date) -> bool:
    """Return whether anybody in the team was known to the bot before this day."""
    old = or_(Onboarding.origin == Origin.BEFORE, NewMember.told_on < before)
    rows = select(Onboarding.person_id).join(RosterMember, RosterMember.person_id == Onboarding.person_id)
    rows = rows.outerjoin(NewMember, NewMember.person_id == Onboarding.person_id)
    return bool(session.scalar(select(rows.where(RosterMember.roster_id == team_id, old).exists())))


def returned(session: Session, subject: str, now: datetime, kept_for: timedelta) -> int:
    """Send the welcome of people who left before it reached them and are here again. Return how many they are."""
    here = exists().where(Person.id == Delivery.person_id, Person.left_at.is_(None))
    these = Delivery.subject == subject, Delivery.state == State.CANCELLED, Delivery.error == "left", here
    again = {"state": State.WAITING, "not_before": now, "expires_at": now + kept_for, "settled_at": None, "error": ""}
    done = session.execute(update(Delivery).where(*these, Delivery.content_hash.is_not(None)).values(again))
    return int(done.rowcount)  # type: ignore[attr-defined]


def nudge(session: Session, person_id: int, now: datetime) -> bool:
    """Note that the kansli has a person reminded. Return True exactly once.

    A person who began by themselves gets a row that tells no team of them.
    """
    insert_all_new(session, NewMember, [{"person_id": person_id, "told_on": now.date(), "nudged_at": None}])
    this = update(NewMember).where(NewMember.person_id == person_id, NewMember.nudged_at.is_(None))
    return bool(session.execute(this.values(nudged_at=now)).rowcount)  # type: ignore[attr-defined]


def nudged(session: Session) -> set[int]:
    """Return the people whom the kansli has had reminded."""
    return set(session.scalars(select(NewMember.person_id).where(NewMember.nudged_at.is_not(None))))


def _new(now: datetime, guests_since: datetime | None) -> tuple[ColumnElement[bool], ...]:
    read = or_(RosterMember.seen_at <= Roster.read_at, Person.first_seen_at <= now - UNREAD_FOR)
    listed = select(RosterMember.person_id).join(Roster, Roster.id == RosterMember.roster_id)
    listed = listed.where(RosterMember.person_id == Person.id, read)
    begun = exists().where(Onboarding.person_id == Person.id)
    pending = exists().where(PendingGuest.person_id == Person.id)
    unsure = pending if guests_since is None else or_(pending, _young_guest(guests_since))
    # somebody who writes to the bot has come in, whatever the directory says
    outside = and_(Person.last_active_at.is_(None), unsure)
    return Person.left_at.is_(None), listed.exists(), ~begun, ~outside


def _young_guest(since: datetime) -> ColumnElement[bool]:
    return and_(func.coalesce(Person.guest, False), Person.first_seen_at > since)


def _teams(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return the team of each person: one that they are in, else the team of a channel that they are in."""
    rows = select(RosterMember.person_id, RosterMember.roster_id, Conversation.team_id)
    rows = rows.outerjoin(Conversation, Conversation.id == RosterMember.roster_id)
    rows = rows.where(RosterMember.person_id.in_(ids))
    found: dict[int, list[tuple[bool, str]]] = {}
    for person_id, roster_id, team_id in session.execute(rows):
        found.setdefault(person_id, []).append((team_id not in (None, roster_id), team_id or roster_id))
    return {person_id: min(places)[1] for person_id, places in found.items()}


def settling(session: Session, since: datetime) -> Sequence[tuple[Onboarding, Person]]:
    """Return the introductions begun after ``since``, but of people known before the bot welcomed anybody.

    Nobody who has left, or has said that they leave.
    """
    rows = select(Onboarding, Person).join(Person).where(Person.left_at.is_(None), ~WANTS_TO_LEAVE)
    rows = rows.where(Onboarding.origin != Origin.BEFORE, Onboarding.begun_at > since)
    found = session.execute(rows.order_by(Onboarding.begun_at, Onboarding.person_id)).all()
    return [(begun, person) for begun, person in found]


def had(session: Session, subject: str, ids: Collection[int]) -> set[tuple[int | None, str]]:
    """Return what these people have had about a subject: the person, and the key without the id at its end.

    The id in the key is another one for a person whose two rows became one.
    """
    rows = select(Delivery.person_id, Delivery.key).where(Delivery.subject == subject, Delivery.person_id.in_(ids))
    return {(row.person_id, row.key.rpartition(":")[0]) for row in session.execute(rows)}
