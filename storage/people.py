"""People: who has met the bot, and who is known from a list before that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, bindparam, event, exists, false, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from storage import name_keys
from storage.absorption import absorb
from storage.database import Base, insert_new, is_id, person_key, table_of
from storage.erasure import hashes
from storage.name_keys import FormerName

ACTIVE_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a person was last active. Finer would write a row for every turn."""


class PersonRole(StrEnum):
    """What somebody is in the network."""

    POLITICIAN = "politician"
    OFFICER = "officer"
    """*Tjänsteperson*."""
    SUBSTITUTE = "substitute"
    REPORTER = "reporter"
    """Reports the key figures."""
    OTHER = "other"
    KANSLI = "kansli"
    BOARD = "board"


SEATS = (PersonRole.POLITICIAN, PersonRole.OFFICER, PersonRole.SUBSTITUTE, PersonRole.REPORTER)
"""What one can be as a municipality's contact person."""
OWN = (*SEATS, PersonRole.OTHER)
"""What one may say of oneself."""
GRANTED = (PersonRole.KANSLI, PersonRole.BOARD)
"""What only the kansli gives, in the table ``roles``."""


class RemindBy(StrEnum):
    """Where a person wants reminders."""

    USUAL = ""
    """Has not chosen: in the chat, and guests by mail too, since they see our chats only when switched to us."""
    CHAT = "chat"
    MAIL = "mail"
    BOTH = "both"


class VisibleTo(StrEnum):
    """Which members are told a person's name, seat and offer of help when they ask. The kansli always is."""

    NETWORK = "network"
    MUNICIPALITY = "municipality"
    """The person's own municipality."""
    KANSLI = "kansli"
    """No other member."""


class Person(Base):
    """Somebody who has written to the bot, was added where it is, or stands on the kansli's list."""

    __tablename__ = "people"
    __table_args__ = ({"sqlite_autoincrement": True},)
    """The id of somebody erased is never given to another person, whom an old button would then be about."""

    id: Mapped[int] = mapped_column(primary_key=True)
    teams_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    """Teams' id for the person towards this bot, ``29:…``; null until Teams has told it."""
    entra_id: Mapped[str | None] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    mail: Mapped[str | None] = mapped_column(String(320), index=True)
    """An address that mail reaches, in lower case. Never the UPN: a guest's is ``…#EXT#…``."""
    phone: Mapped[str | None] = mapped_column(String(30))  # only the person and the kansli see it
    guest: Mapped[bool | None]
    """Whether the account is a guest's; null until a roster has said."""
    municipality_code: Mapped[str | None] = mapped_column(
        ForeignKey("municipalities.code", ondelete="SET NULL"), index=True
    )
    """The municipality they speak for, confirmed by their mail address or by the kansli."""
    role: Mapped[str] = mapped_column(String(20), default="")
    """What they say they are, one of :data:`OWN`; whom a municipality has appointed stands in ``contacts``."""
    helps_with: Mapped[str] = mapped_column(Text, default="")
    visible_to: Mapped[str] = mapped_column(
        String(12), default=VisibleTo.NETWORK, server_default=VisibleTo.NETWORK.value
    )
    remind_by: Mapped[str] = mapped_column(String(10), default=RemindBy.USUAL)
    paused_until: Mapped[date | None]
    """The last day, in Stockholm, on which they want no reminders."""
    first_seen_at: Mapped[datetime]
    last_active_at: Mapped[datetime | None]
    """When they last wrote or pressed, to the minute."""
    greeted_at: Mapped[datetime | None]
    """When the bot said hello; set at most once."""
    left_at: Mapped[datetime | None]
    """When they were on no team's roster any more. Until they are again, nothing is sent to them."""
    returned_at: Mapped[datetime | None]
    """When they were last on a roster again after that."""

    @property
    def called(self) -> str:
        """What to show for them, with their key. A roster may have no name, and then no address either."""
        return name_keys.keyed(self.id, self.name or self.mail or "?")

    @property
    def shown_name(self) -> str:
        """Their name with their key; empty where a roster has none."""
        return name_keys.keyed(self.id, self.name)

    def away(self, today: date) -> bool:
        """Whether nothing that is due reaches them today: they have left, or a pause."""
        return self.left_at is not None or (self.paused_until is not None and today <= self.paused_until)

    @property
    def wants(self) -> RemindBy:
        """How they want reminders: as chosen; a guest who has not chosen gets both, anybody else the chat."""
        return RemindBy(self.remind_by) or (RemindBy.BOTH if self.guest else RemindBy.USUAL)


@event.listens_for(Person.name, "set", active_history=True)
@event.listens_for(Person.mail, "set", active_history=True)
def _keep_former(person: Person, new: str | None, former: Any, _event: object) -> None:
    """Keep what a person was called before their name or address changed."""
    if (session := object_session(person)) and person.id and isinstance(former, str) and former not in ("", new):
        insert_new(session, FormerName, person_id=person.id, text=former)


class Follow(Base):
    """A person who follows a theme group; ``theme`` is the word that entries of the knowledge bank have too."""

    __tablename__ = "follows"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    theme: Mapped[str] = mapped_column(String(60), primary_key=True)


_FIND = select(Person).where(Person.teams_id == bindparam("teams_id"))


def meet(
    session: Session,
    teams_id: str,
    entra_id: str | None,
    name: str,
    now: datetime,
    *,
    active: bool = True,
    known: Person | None = None,
) -> Person:
    """The person with this Teams id, made if new. Keeps name and Entra id as last seen, and that they are active.

    ``known`` is the person, where the caller has read the row already.
    """
    person = known or find(session, teams_id) or _first_met(session, teams_id, entra_id)
    if person is None:
        hashes.lift(session, teams_id, entra_id)  # erased people come back by writing
        insert_new(session, Person, teams_id=teams_id, entra_id=entra_id, name=name[:200], first_seen_at=now)
        person = session.query(Person).filter_by(teams_id=teams_id).one()
    if name and person.name != name[:200]:
        person.name = name[:200]
    if entra_id and person.entra_id != entra_id:
        person.entra_id = entra_id
        twin = _first_of(session, entra_id)
        if twin is not None:  # a directory knew them before Teams told of this id
            absorb(session, person, twin)
    if active and (person.last_active_at is None or now - person.last_active_at >= ACTIVE_EVERY):
        person.last_active_at = now
    return person


def meet_in_directory(session: Session, entra_id: str, name: str, now: datetime) -> Person:
    """The person with this Entra id, made if new. A person whom Teams has named keeps that name."""
    known = select(Person).where(Person.entra_id == entra_id).order_by(Person.teams_id.is_(None), Person.id).limit(1)
    person = session.scalar(known)
    if person is None:
        person = Person(entra_id=entra_id, name=name[:200], first_seen_at=now)
        session.add(person)
    elif name and person.teams_id is None and person.name != name[:200]:
        person.name = name[:200]
    return person


def is_known(session: Session, teams_id: str | None, entra_id: str | None) -> bool:
    """Whether there is a person with one of these ids."""
    ids = (Person.teams_id, teams_id), (Person.entra_id, entra_id)
    either = or_(false(), *(column == value for column, value in ids if value))
    return bool(session.scalar(select(exists().where(either))))


def _first_met(session: Session, teams_id: str, entra_id: str | None) -> Person | None:
    """Somebody known from a directory without a Teams id, who now has one."""
    if entra_id is None:
        return None
    person = _first_of(session, entra_id)
    if person is not None:
        person.teams_id = teams_id
    return person


def _first_of(session: Session, entra_id: str) -> Person | None:
    known = select(Person).where(Person.entra_id == entra_id, Person.teams_id.is_(None)).order_by(Person.id).limit(1)
    return session.scalar(known.with_for_update())


def find(session: Session, teams_id: str) -> Person | None:
    """The person with this Teams id."""
    return session.scalars(_FIND, {"teams_id": teams_id}).one_or_none()


def by_id(session: Session, person_id: object) -> Person | None:
    """The person with this id, which may come from a client and be anything."""
    return session.get(Person, person_id) if is_id(person_id) else None


def with_mail(session: Session, mail: str) -> Sequence[Person]:
    """Return everybody with this address: those who have met the bot first, then the oldest."""
    return with_mails(session, [mail]).get(mail, [])


def with_mails(session: Session, mails: Collection[str]) -> dict[str, list[Person]]:
    """Return everybody with each of these addresses, as :func:`with_mail`."""
    found: dict[str, list[Person]] = {}
    same = select(Person).where(Person.mail.in_(mails)).order_by(Person.teams_id.is_(None), Person.id)
    for person in session.scalars(same):
        found.setdefault(person.mail or "", []).append(person)
    return found


def by_entra(session: Session, ids: Collection[str]) -> Sequence[Person]:
    """The people with these Entra ids, by name."""
    return session.scalars(select(Person).where(Person.entra_id.in_(ids)).order_by(Person.name)).all()


def names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return the names of people by id, with their keys. An erased person is not there."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {person_id: name_keys.keyed(person_id, name) for person_id, name in rows}


def ids_by_name(session: Session) -> dict[str, list[int]]:
    """Return the ids of everybody by their name in lower case; several where people have the same name."""
    found: dict[str, list[int]] = {}
    for row in session.execute(select(Person.id, Person.name).order_by(Person.id)):
        found.setdefault(" ".join(row.name.casefold().split()), []).append(row.id)
    return found


def search(session: Session, text: str, limit: int) -> Sequence[Person]:
    """People whose name or mail address holds ``text``, by name; those who have met the bot first."""
    # SQLite folds A–Z only, so Swedish letters are looked for as written and in lower case
    literal = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    wanted = f"%{literal}%"
    matches = or_(
        Person.name.ilike(wanted, escape="\\"),
        func.lower(Person.name).like(wanted.lower(), escape="\\"),
        Person.mail.ilike(wanted, escape="\\"),
    )
    found = select(Person).where(matches).order_by(Person.teams_id.is_(None), Person.name, Person.id)
    return session.scalars(found.limit(limit)).all()


def of_municipality(session: Session, code: str) -> Sequence[Person]:
    """The people who speak for a municipality, by name."""
    theirs = select(Person).where(Person.municipality_code == code)
    return session.scalars(theirs.order_by(Person.name, Person.id)).all()


def offering_help(session: Session) -> Sequence[Person]:
    """Return everybody still here who has said what they can help others with, by name."""
    here = Person.helps_with != "", Person.left_at.is_(None)
    return session.scalars(select(Person).where(*here).order_by(Person.name, Person.id)).all()


def follow(session: Session, person_id: int, theme: str) -> bool:
    """Follow a theme; False when they do already."""
    return insert_new(session, Follow, person_id=person_id, theme=theme)


def unfollow(session: Session, person_id: int, theme: str) -> None:
    """Stop following a theme."""
    table = table_of(Follow)
    session.execute(table.delete().where(table.c.person_id == person_id, table.c.theme == theme))


def forget_greetings(session: Session) -> None:
    """Let everybody be greeted again."""
    session.execute(update(Person).where(Person.greeted_at.is_not(None)).values(greeted_at=None))


def greet(session: Session, person: Person, now: datetime) -> bool:
    """Mark the person greeted; True exactly once, also when several transactions try at the same time."""
    if person.greeted_at is not None:
        return False
    statement = update(Person).where(Person.id == person.id, Person.greeted_at.is_(None)).values(greeted_at=now)
    return bool(session.execute(statement).rowcount)  # type: ignore[attr-defined]
