"""Newcomers and contact persons who meet: who was asked, who was matched, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, delete, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.contacts import WANTS_TO_LEAVE
from storage.database import Base, insert_new, is_id, person_key
from storage.match_profiles import MatchProfile
from storage.people import Person


class PairState(StrEnum):
    """Where a pair stands. The first two are open and take one of the contact person's places."""

    ASKED = "asked"
    """The newcomer has chosen, and the contact person has not answered."""
    MATCHED = "matched"
    """Both are in."""
    PASSED = "passed"
    """The contact person said *Inte nu*."""
    UNANSWERED = "unanswered"
    """Nobody answered in time."""
    WITHDRAWN = "withdrawn"
    """The newcomer took the request back before it was answered."""
    MET = "met"
    OVER = "over"
    """They did not meet, and one of them wants another match or none."""


OPEN = (PairState.ASKED, PairState.MATCHED)


class PairPart(StrEnum):
    """What a person is in a pair."""

    NEWCOMER = "newcomer"
    CONTACT = "contact"


class Pair(Base):
    """Two people, or three newcomers, who are to meet. Its people are :class:`PairMember`."""

    __tablename__ = "pairs"
    __table_args__ = ({"sqlite_autoincrement": True},)
    """The id of a pair that is gone is never given to another one, which an old button would then be about."""

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    since: Mapped[datetime]
    """When the state began."""
    introduced_at: Mapped[datetime | None]
    """When they were told how to reach each other."""
    meets_on: Mapped[date | None]
    """The day that one of them has chosen."""


class PairMember(Base):
    """A person in a pair, and what they say of it afterwards."""

    __tablename__ = "pair_members"

    pair_id: Mapped[int] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)
    part: Mapped[str] = mapped_column(String(10))
    met: Mapped[bool | None]
    """Their answer to *Träffades ni?*."""
    comment: Mapped[str] = mapped_column(Text, default="")
    """The line that they wrote with it."""


class MatchAvoidance(Base):
    """A person who does not want to be matched with another one. The other one is never told."""

    __tablename__ = "match_avoidances"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    other_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)


class MatchOffer(Base):
    """When the bot last offered a newcomer contact persons to choose from by itself."""

    __tablename__ = "match_offers"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    offered_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A pair with its people who are still there, newcomers first."""

    pair: Pair
    members: Sequence[tuple[PairMember, Person]]

    def own(self, person_id: int) -> PairMember | None:
        """Return a person's part in it; None if they are not in it."""
        return next((member for member, _ in self.members if member.person_id == person_id), None)

    def others(self, person_id: int) -> list[Person]:
        """Return the other people in it."""
        return [person for member, person in self.members if member.person_id != person_id]

    @property
    def newcomers(self) -> list[Person]:
        """The newcomers in it."""
        return [person for member, person in self.members if member.part == PairPart.NEWCOMER]

    @property
    def contact(self) -> Person | None:
        """The contact person in it; None for newcomers who meet each other, and if the person was erased."""
        return next((person for member, person in self.members if member.part == PairPart.CONTACT), None)


def lock_people(session: Session, person_ids: Collection[int]) -> dict[int, MatchProfile]:
    """Lock these people's profiles until the transaction ends and return them, always in the same order.

    Two turns about the same person then wait for each other, so that the last place is given once.
    """
    query = select(MatchProfile).where(MatchProfile.person_id.in_(person_ids)).order_by(MatchProfile.person_id)
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {row.person_id: row for row in rows}


def make(session: Session, state: PairState, newcomers: Collection[int], contact: int | None, now: datetime) -> Meeting:
    """Store a pair. The caller has locked its people."""
    pair = Pair(state=state, since=now)
    session.add(pair)
    session.flush()
    parts = [(number, PairPart.NEWCOMER) for number in newcomers]
    parts += [(contact, PairPart.CONTACT)] if contact is not None else []
    session.add_all(PairMember(pair_id=pair.id, person_id=number, part=part) for number, part in parts)
    session.flush()
    return _meetings(session, [pair])[0]


def find(session: Session, pair_id: object) -> Meeting | None:
    """Lock the pair with this id (which may be anything) until the transaction ends and return it."""
    if not is_id(pair_id):
        return None
    pair = session.get(Pair, pair_id, with_for_update=True, populate_existing=True)
    return _meetings(session, [pair])[0] if pair is not None else None


def look(session: Session, pair_id: object) -> Meeting | None:
    """Return the same without a lock."""
    pair = session.get(Pair, pair_id) if is_id(pair_id) else None
    return _meetings(session, [pair])[0] if pair is not None else None


def move(session: Session, pair: Pair, state: PairState, now: datetime) -> None:
    """Set a pair's state."""
    pair.state, pair.since = state, now
    session.flush()


def in_states(session: Session, states: Collection[PairState]) -> list[Meeting]:
    """Return all pairs in these states, the oldest first."""
    return _meetings(session, session.scalars(select(Pair).where(Pair.state.in_(states)).order_by(Pair.id)).all())


def of_person(session: Session, person_id: int, states: Collection[PairState] = OPEN) -> list[Meeting]:
    """Return a person's pairs in these states, the oldest first."""
    mine = exists().where(PairMember.pair_id == Pair.id, PairMember.person_id == person_id)
    return _meetings(session, session.scalars(select(Pair).where(mine, Pair.state.in_(states)).order_by(Pair.id)).all())


def _meetings(session: Session, pairs: Sequence[Pair]) -> list[Meeting]:
    if not pairs:
        return []
    query = select(PairMember, Person).join(Person, Person.id == PairMember.person_id)
    query = query.where(PairMember.pair_id.in_([pair.id for pair in pairs]))
    by_pair: dict[int, list[tuple[PairMember, Person]]] = {pair.id: [] for pair in pairs}
    for member, person in session.execute(query.order_by(PairMember.part.desc(), PairMember.person_id)):
        by_pair[member.pair_id].append((member, person))
    return [Meeting(pair, by_pair[pair.id]) for pair in pairs]


def taken(session: Session) -> dict[int, int]:
    """Return how many places of each contact person are taken."""
    query = select(PairMember.person_id, func.count()).join(Pair).where(PairMember.part == PairPart.CONTACT)
    rows = session.execute(query.where(Pair.state.in_(OPEN)).group_by(PairMember.person_id))
    return {person_id: int(number) for person_id, number in rows}


def busy(session: Session) -> set[int]:
    """Return the newcomers who have an open pair, and so wait for no other one."""
    query = select(PairMember.person_id).join(Pair).where(PairMember.part == PairPart.NEWCOMER)
    return set(session.scalars(query.where(Pair.state.in_(OPEN))))


def history(session: Session) -> frozenset[frozenset[int]]:
    """Return the pairs of people who were matched before, or of whom one was asked and did not say yes.

    A request that the newcomer took back does not count.
    """
    query = select(PairMember.pair_id, PairMember.person_id).join(Pair).where(Pair.state != PairState.WITHDRAWN)
    people: dict[int, list[int]] = {}
    for pair_id, person_id in session.execute(query):
        people.setdefault(pair_id, []).append(person_id)
    return frozenset(
        frozenset((one, other)) for each in people.values() for one in each for other in each if one < other
    )


def avoid(session: Session, person_id: int, other_id: int) -> None:
    """Never match these two again, because the first one says so."""
    insert_new(session, MatchAvoidance, person_id=person_id, other_id=other_id)


def meet_again(session: Session, person_id: int) -> None:
    """Forget whom a person does not want to be matched with."""
    session.execute(delete(MatchAvoidance).where(MatchAvoidance.person_id == person_id))


def avoided(session: Session) -> dict[int, frozenset[int]]:
    """Return whom each person does not want to be matched with."""
    found: dict[int, set[int]] = {}
    for row in session.execute(select(MatchAvoidance.person_id, MatchAvoidance.other_id)):
        found.setdefault(row.person_id, set()).add(row.other_id)
    return {person_id: frozenset(others) for person_id, others in found.items()}


def offered(session: Session) -> dict[int, datetime]:
    """Return when each newcomer was last offered contact persons."""
    return {
        row.person_id: row.offered_at for row in session.execute(select(MatchOffer.person_id, MatchOffer.offered_at))
    }


def note_offer(session: Session, person_id: int, now: datetime) -> None:
    """Store that a newcomer is offered contact persons now."""
    if not insert_new(session, MatchOffer, person_id=person_id, offered_at=now):
        session.get_one(MatchOffer, person_id, populate_existing=True).offered_at = now
        session.flush()


def profiles(session: Session) -> Sequence[tuple[MatchProfile, Person]]:
    """Return everybody who wants a contact person or offers to be one, the longest waiting first.

    Nobody who has left, or has said that they leave.
    """
    query = select(MatchProfile, Person).join(Person, Person.id == MatchProfile.person_id)
    query = query.where(Person.left_at.is_(None), ~WANTS_TO_LEAVE)
    query = query.where(or_(MatchProfile.wanted_at.is_not(None), MatchProfile.most > 0))
    rows = session.execute(query.order_by(MatchProfile.wanted_at, Person.id)).all()
    return [(profile, person) for profile, person in rows]


def forget_old(session: Session, before: datetime, most: int) -> int:
    """Delete at most so many pairs that ended ``before``, and those that have lost their people. Return how many."""
    empty = ~exists().where(PairMember.pair_id == Pair.id)
    old = select(Pair.id).where(or_(empty, Pair.state.not_in(OPEN) & (Pair.since < before))).limit(most)
    ids = session.scalars(old).all()
    session.execute(delete(Pair).where(Pair.id.in_(ids)))
    return len(ids)
