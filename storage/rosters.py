"""Rosters: the members of teams and theme channels, as last read, and the people who have left them all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import outbox
from storage.database import Base, insert_new, person_key
from storage.groups import ThemeGroup
from storage.outbox import Delivery
from storage.people import Person
from storage.places import Conversation

SETTLES = timedelta(seconds=30)
"""How long to wait after a change before reading the roster: often many people are added at once."""
APART = timedelta(minutes=5)
"""Shortest time between two readings that changes ask for."""
FEW = 3
"""A roster of this many members or fewer is believed at once, even if only one member is left."""
BELIEVED_AFTER = timedelta(hours=12)
"""A roster that has lost more than half of its members is believed if it still says so after this time."""


class Roster(Base):
    """A team or theme channel whose members the bot mirrors, and the times of its readings."""

    __tablename__ = "rosters"

    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    """Teams' id of the team, or of the channel."""
    read_at: Mapped[datetime | None]
    """When the last complete reading began."""
    wanted_at: Mapped[datetime | None]
    """When the first member came or left after that reading."""
    try_at: Mapped[datetime | None]
    """After a failed reading: the earliest time for the next one."""
    doubted_at: Mapped[datetime | None]
    """Since when the roster says that most of its members are gone."""


class RosterMember(Base):
    """A person who is in a team or channel."""

    __tablename__ = "roster_members"

    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    seen_at: Mapped[datetime]
    """When the last reading that had this person began."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A roster that can be read, and the service to read it from."""

    id: str
    team_id: str
    service_url: str

    @property
    def channel(self) -> bool:
        """Whether it is a channel's roster. A channel may be shared with people outside the team."""
        return self.id != self.team_id


def want(session: Session, team_id: str, now: datetime) -> None:
    """Ask for a new reading of a team's roster and its channels' rosters, because somebody came or left."""
    insert_new(session, Roster, id=team_id, read_at=None, wanted_at=now, try_at=None, doubted_at=None)
    channels = select(Conversation.id).where(Conversation.team_id == team_id)
    these = or_(Roster.id == team_id, Roster.id.in_(channels))
    session.execute(update(Roster).where(these, Roster.wanted_at.is_(None)).values(wanted_at=now))


def due(session: Session, now: datetime, night: datetime) -> list[Readable]:
    """Return the rosters to read now, teams first: those not read since ``night``, and those that have changed."""
    known = {row.id: row for row in session.scalars(select(Roster))}
    return [place for place in _readable(session) if _is_due(known.get(place.id), now, night)]


def any_read(session: Session) -> bool:
    """Return whether any roster was ever read. From then on, a person on no roster is not in the network."""
    return session.scalar(select(Roster.id).where(Roster.read_at.is_not(None)).limit(1)) is not None


def see(session: Session, roster_id: str, person: Person, read_at: datetime) -> None:
    """Record that a person is on the roster, and so has not left."""
    if not insert_new(session, RosterMember, roster_id=roster_id, person_id=person.id, seen_at=read_at):
        this = RosterMember.roster_id == roster_id, RosterMember.person_id == person.id
        session.execute(update(RosterMember).where(*this).values(seen_at=read_at))
    if person.left_at is not None:
        person.left_at, person.returned_at = None, read_at


def begin(session: Session, roster_id: str) -> None:
    """Make the roster's row, if it is read for the first time."""
    insert_new(session, Roster, id=roster_id, read_at=None, wanted_at=None, try_at=None, doubted_at=None)


def believe(session: Session, roster_id: str, read_at: datetime) -> bool:
    """Return whether the people who were missing in a complete reading have left.

    An answer that leaves out most of a team is believed only if it stays the same for :data:`BELIEVED_AFTER`.
    """
    row = session.get_one(Roster, roster_id)
    before = _count(session, RosterMember.roster_id == roster_id)
    lost = _count(session, RosterMember.roster_id == roster_id, RosterMember.seen_at < read_at)
    if before <= FEW or 2 * lost <= before:
        row.doubted_at = None
        return True
    if row.doubted_at is None:
        row.doubted_at = read_at
    return read_at - row.doubted_at >= BELIEVED_AFTER


def drop(session: Session, roster_id: str, read_at: datetime, most: int) -> int:
    """Remove at most ``most`` people whom the reading did not find. Return how many were removed.

    A person on no roster has left. Cancel the deliveries that wait for them.
    """
    unseen = RosterMember.roster_id == roster_id, RosterMember.seen_at < read_at
    ids = session.scalars(select(RosterMember.person_id).where(*unseen).order_by(RosterMember.person_id).limit(most))
    gone = list(ids)
    session.execute(delete(RosterMember).where(*unseen, RosterMember.person_id.in_(gone)))
    elsewhere = exists().where(RosterMember.person_id == Person.id)
    for person in session.scalars(select(Person).where(Person.id.in_(gone), ~elsewhere)):
        person.left_at = read_at
        outbox.cancel_all(session, Delivery.person_id == person.id, read_at, why="left")
    return len(gone)


def done(session: Session, roster_id: str, read_at: datetime) -> None:
    """Record a complete reading. A change during the reading still asks for another one."""
    row = session.get_one(Roster, roster_id, with_for_update=True, populate_existing=True)
    row.read_at, row.try_at = read_at, None
    if row.wanted_at is not None and row.wanted_at <= read_at:
        row.wanted_at = None


def postpone(session: Session, roster_id: str, until: datetime) -> None:
    """Record that the roster could not be read, and try again at ``until`` at the earliest."""
    begin(session, roster_id)
    session.execute(update(Roster).where(Roster.id == roster_id).values(try_at=until))


def _readable(session: Session) -> list[Readable]:
    """Return every team that the bot has heard from, and every channel in them that has a theme group."""
    heard = select(Conversation).where(Conversation.team_id.is_not(None)).order_by(Conversation.seen_at)
    tied: Collection[str | None] = set(session.scalars(select(ThemeGroup.conversation_id)))
    teams: dict[str, Readable] = {}
    channels: dict[str, Readable] = {}
    for row in session.scalars(heard):
        if row.team_id:
            teams[row.team_id] = Readable(row.team_id, row.team_id, row.service_url)
            if row.id in tied and row.id != row.team_id:
                channels[row.id] = Readable(row.id, row.team_id, row.service_url)
    return [roster for rosters in (teams, channels) for _, roster in sorted(rosters.items())]


def _is_due(row: Roster | None, now: datetime, night: datetime) -> bool:
    if row is None:
        return True
    if row.try_at is not None and now < row.try_at:
        return False
    if row.read_at is None or row.read_at < night:
        return True
    return row.wanted_at is not None and now >= max(row.wanted_at + SETTLES, row.read_at + APART)


def _count(session: Session, *where: object) -> int:
    return session.scalar(select(func.count()).select_from(RosterMember).where(*where)) or 0  # type: ignore[arg-type]
