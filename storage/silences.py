"""People who have been silent for long: whom the bot asked how it goes, what followed, and what they missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Exists, Index, Select, String, delete, exists, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.contacts import WANTS_TO_LEAVE, Contact
from storage.database import Base, insert_new, is_id, person_key
from storage.faq import Entry, EntryState
from storage.groups import ThemeGroup
from storage.invitations import Invitation
from storage.kansli import IS_KANSLI
from storage.onboardings import Onboarding, Origin
from storage.participations import Participation
from storage.people import GRANTED, Person
from storage.questions import Answer, Question, Status
from storage.roles import Grant

INTRODUCED = timedelta(days=30)
RESIGNED = "resigned"
"""The note of a person of whom the kansli has confirmed that they leave. The row is kept as long as the person."""
_OPEN = text("ended_at IS NULL")


class Silence(Base):
    """One silence of a person, from the bot's question until somebody is heard."""

    __tablename__ = "silences"
    __table_args__ = (
        Index("ix_silences_open", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete")
    asked_at: Mapped[datetime]
    """When they were asked how it goes."""
    colleague_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    """The municipality's other contact person, who was asked in the second place."""
    colleague_asked_at: Mapped[datetime | None]
    listed_at: Mapped[datetime | None]
    """When the kansli was asked to get in touch."""
    note: Mapped[str] = mapped_column(String(20), default="")
    """Why the kansli was asked, or why the silence ended, in one word."""
    ended_at: Mapped[datetime | None]


# who is silent


def quiet(session: Session, before: datetime, person_id: int | None = None) -> Sequence[Person]:
    """Return the people who were not active after ``before``, whom the bot has met and has not asked yet, by id.

    With ``person_id``, only that person.

    Not the kansli and the board, nobody who has left, wants to leave or has resigned. :func:`signs` has other signs.
    """
    asked = exists().where(Silence.person_id == Person.id, Silence.ended_at.is_(None))
    query = _asked_for_nothing().where(func.coalesce(Person.last_active_at, Person.greeted_at) <= before, ~asked)
    query = query if person_id is None else query.where(Person.id == person_id)
    return list(session.scalars(query.order_by(Person.id)))


def may_be_asked(session: Session, person_id: int) -> bool:
    """Return whether a person may be asked how it goes: still here, not of the kansli or the board, not leaving."""
    return session.scalar(_asked_for_nothing().where(Person.id == person_id)) is not None


def _asked_for_nothing() -> Select[Person]:
    granted = exists().where(Grant.person_id == Person.id, Grant.role.in_(GRANTED))
    kansli = Person.id.in_(select(Person.id).where(IS_KANSLI))  # as a set: its condition is null without an Entra id
    return select(Person).where(Person.left_at.is_(None), ~WANTS_TO_LEAVE, ~granted, ~kansli, ~_resigned())


def _resigned() -> Exists:
    """Return whether the person has left by the kansli's word, and has not been heard or given a seat after that."""
    held = exists().where(Contact.person_id == Person.id, Contact.until.is_(None))
    at, heard, back = Silence.ended_at, Person.last_active_at, Person.returned_at
    later = or_(heard.is_(None), heard <= at), or_(back.is_(None), back <= at)
    return exists().where(Silence.person_id == Person.id, Silence.note == RESIGNED, *later, ~held)


def signs(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[datetime]]:
    """Return the signs of life of these people outside our chat, and the ends of earlier silences.

    The introduction of a new member asks how it goes itself, on day 90. So it counts until :data:`INTRODUCED` later.
    """
    rows: list[tuple[int | None, datetime | None]] = []
    answers = select(Invitation.person_id, func.max(Invitation.answered_at)).where(Invitation.person_id.in_(ids))
    came = select(Participation.person_id, func.max(Participation.at)).where(Participation.person_id.in_(ids))
    ends = select(Silence.person_id, func.max(Silence.ended_at)).where(Silence.person_id.in_(ids))
    for query, group in (
        (answers, Invitation.person_id),
        (came.where(Participation.came), Participation.person_id),
        (ends, Silence.person_id),
    ):
        rows += [(person_id, at) for person_id, at in session.execute(query.group_by(group))]
    begun = select(Onboarding.person_id, Onboarding.begun_at).where(Onboarding.person_id.in_(ids))
    fresh = session.execute(begun.where(Onboarding.origin != Origin.BEFORE))
    rows += [(person_id, at + INTRODUCED) for person_id, at in fresh]
    found: dict[int, list[datetime]] = {}
    for person_id, at in rows:
        if person_id is not None and at is not None:
            found.setdefault(person_id, []).append(at)
    return found


def seated_since(session: Session, ids: Collection[int]) -> Mapping[int, date]:
    """Return the day on which each of these people got their newest seat, if they hold one."""
    held = select(Contact.person_id, func.max(Contact.since)).where(Contact.person_id.in_(ids), Contact.until.is_(None))
    rows = session.execute(held.group_by(Contact.person_id))
    return {person_id: since for person_id, since in rows if person_id is not None}


def messages(session: Session, since: datetime) -> Counter[int]:
    """Return how many questions each person got after ``since``, about themselves or about a colleague."""
    own = select(Silence.person_id).where(Silence.asked_at > since)
    others = select(Silence.colleague_id).where(Silence.colleague_asked_at > since, Silence.colleague_id.is_not(None))
    return Counter([*session.scalars(own), *(person for person in session.scalars(others) if person is not None)])


# silences


def start(session: Session, person_id: int, now: datetime) -> Silence | None:
    """Store that a person is asked. Return None if somebody asked them at the same time."""
    if not insert_new(session, Silence, person_id=person_id, asked_at=now, note=""):
        return None
    return of_person(session, person_id)


def resign(session: Session, person_id: int, now: datetime) -> None:
    """Store that the kansli has confirmed that a person leaves. It ends what the bot asks them and about them."""
    row = of_person(session, person_id)
    if row is None:
        row = Silence(person_id=person_id, asked_at=now)
        session.add(row)
    row.note, row.ended_at = RESIGNED, now
    session.flush()


def of_person(session: Session, person_id: int) -> Silence | None:
    """Return the silence of a person that has not ended."""
    return session.scalar(select(Silence).where(Silence.person_id == person_id, Silence.ended_at.is_(None)))


def unended(session: Session) -> Sequence[tuple[Silence, Person]]:
    """Return the silences that have not ended, oldest first."""
    query = select(Silence, Person).join(Person, Person.id == Silence.person_id).where(Silence.ended_at.is_(None))
    return [(row, person) for row, person in session.execute(query.order_by(Silence.id)).all()]


def listed(session: Session) -> Sequence[tuple[Silence, Person]]:
    """Return the silences that wait for the kansli, the longest waiting first."""
    rows = [(row, person) for row, person in unended(session) if row.listed_at is not None]
    return sorted(rows, key=lambda pair: (pair[0].listed_at or pair[0].asked_at, pair[0].id))


def find(session: Session, silence_id: object) -> Silence | None:
    """Return the silence with this id, which may come from a client and be anything."""
    return session.get(Silence, silence_id) if is_id(silence_id) else None


def lock(session: Session, silence_id: object) -> Silence | None:
    """Return the same, its row locked."""
    if not is_id(silence_id):
        return None
    return session.get(Silence, silence_id, with_for_update=True, populate_existing=True)


def forget_old(session: Session, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` silences that ended before a time, except resignations. Return how many were deleted."""
    over = Silence.ended_at < before, Silence.note != RESIGNED
    old = session.scalars(select(Silence.id).where(*over).order_by(Silence.id).limit(limit)).all()
    session.execute(delete(Silence).where(Silence.id.in_(old)))
    return len(old)


# what they missed


def answered_in(session: Session, themes: Collection[str], since: datetime, limit: int) -> Sequence[Question]:
    """Return the questions in these themes that got an answer after ``since``, the newest first."""
    fresh = exists().where(Answer.question_id == Question.id, Answer.at > since)
    query = select(Question).join(ThemeGroup, ThemeGroup.id == Question.group_id)
    query = query.where(ThemeGroup.theme.in_(themes), Question.status.in_([Status.ANSWERED, Status.SOLVED]), fresh)
    return session.scalars(query.order_by(Question.id.desc()).limit(limit)).all()


def entries_in(session: Session, themes: Collection[str], since: datetime, today: date, limit: int) -> Sequence[Entry]:
    """Return the answers of the bank in these themes that are new or changed after ``since``, the newest first."""
    current = Entry.state == EntryState.PUBLISHED, or_(Entry.valid_until.is_(None), Entry.valid_until >= today)
    query = select(Entry).where(Entry.theme.in_(themes), Entry.changed_at > since, *current)
    return session.scalars(query.order_by(Entry.changed_at.desc(), Entry.id).limit(limit)).all()
