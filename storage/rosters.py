"""Rosters: the teams and theme channels that people are in, as last read, and who has left them all."""

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
"""How long after a change a roster is read: people are added many at once."""
APART = timedelta(minutes=5)
"""At least so long between two readings that changes ask for."""
FEW = 3
"""A roster so small may lose everybody but one without anybody wondering."""
BELIEVED_AFTER = timedelta(hours=12)
"""A roster that lost more than half of its members is believed when it still says so after this long."""


class Roster(Base):
    """A team or theme channel whose members are mirrored, and when."""

    __tablename__ = "rosters"

    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    """Teams' id of the team, or of the channel."""
    read_at: Mapped[datetime | None]
    """When the reading began that all of it is from."""
    wanted_at: Mapped[datetime | None]
    """When somebody came or went first since then."""
    try_at: Mapped[datetime | None]
    """Not before this time again, where it could not be read."""
    doubted_at: Mapped[datetime | None]
    """Since when it says that most of its members are gone."""


class RosterMember(Base):
    """Somebody who is in a team or channel."""

    __tablename__ = "roster_members"

    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    seen_at: Mapped[datetime]
    """When the reading began that they were last in."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A roster that can be read, and where to ask for it."""

    id: str
    team_id: str
    service_url: str

    @property
    def channel(self) -> bool:
        """Whether it is one channel's, which may be shared with others than the team."""
        return self.id != self.team_id


def want(session: Session, team_id: str, now: datetime) -> None:
    """Somebody came to a team or left it: its roster, and those of its channels, are to be read again soon."""
    insert_new(session, Roster, id=team_id, read_at=None, wanted_at=now, try_at=None, doubted_at=None)
    channels = select(Conversation.id).where(Conversation.team_id == team_id)
    these = or_(Roster.id == team_id, Roster.id.in_(channels))
    session.execute(update(Roster).where(these, Roster.wanted_at.is_(None)).values(wanted_at=now))


def due(session: Session, now: datetime, night: datetime) -> list[Readable]:
    """What is to be read now, teams first: what was not read since ``night``, and what has changed."""
    known = {row.id: row for row in session.scalars(select(Roster))}
    return [place for place in _readable(session) if _is_due(known.get(place.id), now, night)]


def any_read(session: Session) -> bool:
    """Whether any roster was ever read: who is on none is nobody's colleague then."""
    return session.scalar(select(Roster.id).where(Roster.read_at.is_not(None)).limit(1)) is not None


def see(session: Session, roster_id: str, person: Person, read_at: datetime) -> None:
    """A person is on the roster, and so has not left."""
    if not insert_new(session, RosterMember, roster_id=roster_id, person_id=person.id, seen_at=read_at):
        this = RosterMember.roster_id == roster_id, RosterMember.person_id == person.id
        session.execute(update(RosterMember).where(*this).values(seen_at=read_at))
    if person.left_at is not None:
        person.left_at = None


def begin(session: Session, roster_id: str) -> None:
    """Make the roster's row, if it is read for the first time."""
    insert_new(session, Roster, id=roster_id, read_at=None, wanted_at=None, try_at=None, doubted_at=None)


def believe(session: Session, roster_id: str, read_at: datetime) -> bool:
    """Whether those whom a whole reading did not find are gone.

    One answer that leaves out most of a team is not believed, only one that stands for :data:`BELIEVED_AFTER`.
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
    """Take at most ``most`` people off whom the reading did not find; how many.

    Who is on no roster any more has left: what waits for them is cancelled.
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
    """All of it was read. Who came or went while it was being read wants it read again."""
    row = session.get_one(Roster, roster_id, with_for_update=True, populate_existing=True)
    row.read_at, row.try_at = read_at, None
    if row.wanted_at is not None and row.wanted_at <= read_at:
        row.wanted_at = None


def postpone(session: Session, roster_id: str, until: datetime) -> None:
    """It could not be read: not again before ``until``."""
    begin(session, roster_id)
    session.execute(update(Roster).where(Roster.id == roster_id).values(try_at=until))


def _readable(session: Session) -> list[Readable]:
    """Every team that the bot has heard from, and every channel of theirs that a theme group is in."""
    heard = select(Conversation).where(Conversation.team_id.is_not(None)).order_by(Conversation.seen_at)
    tied: Collection[str | None] = set(session.scalars(select(ThemeGroup.conversation_id)))
    teams: dict[str, Readable] = {}
    channels: dict[str, Readable] = {}
    for row in session.scalars(heard):
        if row.team_id:
            teams[row.team_id] = Readable(row.team_id, row.team_id, row.service_url)
            if row.id in tied and row.id != row.team_id:
                channels[row.id] = Readable(row.id, row.team_id, row.service_url)
    return [one for found in (teams, channels) for _, one in sorted(found.items())]


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
