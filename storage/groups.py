"""Theme groups: channels of peers, with their moderators and followers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, case, delete, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, is_id, person_key
from storage.people import Follow, Person


class ThemeGroup(Base):
    """A theme that members ask each other about, and the channel for it."""

    __tablename__ = "theme_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    theme: Mapped[str] = mapped_column(String(60), unique=True)
    """The word that knowledge-bank entries and ``follows`` use. It stays when the group gets another name."""
    name: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(String(300), default="")
    words: Mapped[list[str]] = mapped_column(default=list)
    """Key words in lower case. A key word of four letters or more is also found inside longer words."""
    conversation_id: Mapped[str | None] = mapped_column(String(300), index=True)
    """The group's channel; null until the kansli has tied one to it. Several groups may share a channel."""
    open: Mapped[bool] = mapped_column(default=True)
    answered_at: Mapped[datetime | None]
    """When a question in the group was last answered."""
    created_at: Mapped[datetime]

    @property
    def takes_questions(self) -> bool:
        """Whether members can ask here."""
        return self.open and self.conversation_id is not None


class Moderator(Base):
    """A person who looks after a group. They are reminded of its unanswered questions, and may move and close them."""

    __tablename__ = "theme_group_moderators"

    group_id: Mapped[int] = mapped_column(ForeignKey("theme_groups.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)


def everyone(session: Session) -> Sequence[ThemeGroup]:
    """Return all groups, oldest first."""
    return session.scalars(select(ThemeGroup).order_by(ThemeGroup.id)).all()


def taking_questions(session: Session) -> list[ThemeGroup]:
    """Return the groups that members can ask."""
    return [group for group in everyone(session) if group.takes_questions]


def find(session: Session, group_id: object) -> ThemeGroup | None:
    """Return the group with this id, which may come from a client and be anything."""
    return session.get(ThemeGroup, group_id) if is_id(group_id) else None


def by_theme(session: Session, theme: object) -> ThemeGroup | None:
    """Return the group of a theme word, which may come from a client and be anything."""
    return session.scalar(select(ThemeGroup).where(ThemeGroup.theme == theme)) if isinstance(theme, str) else None


def named(session: Session, name: str) -> ThemeGroup | None:
    """Return the group with this name or theme word, with or without "temagrupp" in front."""
    wanted = " ".join(name.casefold().removeprefix("temagruppen").removeprefix("temagrupp").split())
    same = (group for group in everyone(session) if wanted in (group.name.casefold(), group.theme.casefold()))
    return next(same, None)


def make(session: Session, theme: str, name: str, now: datetime) -> ThemeGroup:
    """Make a group without a channel and return it. If two people make it at the same time, both get the same group."""
    values = {"about": "", "words": [], "open": True, "created_at": now, "conversation_id": None, "answered_at": None}
    insert_new(session, ThemeGroup, theme=theme[:60], name=name[:80], **values)
    return session.scalars(select(ThemeGroup).where(ThemeGroup.theme == theme[:60])).one()


def moderators(session: Session, group_id: int | None) -> Sequence[Person]:
    """Return the people who look after a group, by name."""
    ids = select(Moderator.person_id).where(Moderator.group_id == group_id)
    return session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.name, Person.id)).all()


def moderation(session: Session) -> Sequence[tuple[Person, str]]:
    """Return everybody who looks after a group, with its theme: by the age of the group, then by name."""
    query = select(Person, ThemeGroup.theme).select_from(Moderator).join(Person).join(ThemeGroup)
    rows = session.execute(query.order_by(ThemeGroup.id, Person.name, Person.id))
    return [(person, theme) for person, theme in rows]


def moderated_by(session: Session, person_id: int) -> set[int]:
    """Return the ids of the groups that a person looks after; none while the person has left the network."""
    here = exists().where(Person.id == person_id, Person.left_at.is_(None))
    return set(session.scalars(select(Moderator.group_id).where(Moderator.person_id == person_id, here)))


def unbind(session: Session, conversation_id: str) -> Sequence[ThemeGroup]:
    """Take a channel that is gone from its groups and return them. They take no questions until they have another."""
    bound = session.scalars(select(ThemeGroup).where(ThemeGroup.conversation_id == conversation_id)).all()
    for group in bound:
        group.conversation_id = None
    return bound


def appoint(session: Session, group_id: int, person_id: int) -> bool:
    """Make a person a moderator. Return False if they are one already."""
    return insert_new(session, Moderator, group_id=group_id, person_id=person_id)


def dismiss(session: Session, group_id: int, person_id: int) -> bool:
    """End a person's task as moderator. Return False if they were not one."""
    row = Moderator.group_id == group_id, Moderator.person_id == person_id
    return bool(session.execute(delete(Moderator).where(*row)).rowcount)  # type: ignore[attr-defined]


def followers(session: Session, theme: str) -> list[int]:
    """Return the ids of the people who follow a theme."""
    return list(session.scalars(select(Follow.person_id).where(Follow.theme == theme).order_by(Follow.person_id)))


def followed_by(session: Session, person_id: int) -> set[str]:
    """Return the themes that a person follows."""
    return set(session.scalars(select(Follow.theme).where(Follow.person_id == person_id)))


def follows_of_others(session: Session, person_id: int, code: str | None, role: str) -> dict[str, tuple[int, int]]:
    """Return by theme how many other people of the municipality, and how many with the role, follow it."""
    same_place = func.sum(case((Person.municipality_code == code, 1), else_=0))
    same_role = func.sum(case((Person.role == role, 1), else_=0))
    others = Person.id != person_id, Person.left_at.is_(None)
    query = select(Follow.theme, same_place, same_role).join(Person, Person.id == Follow.person_id).where(*others)
    rows = session.execute(query.group_by(Follow.theme)).all()
    return {theme: (places if code else 0, roles if role else 0) for theme, places, roles in rows}


def names_followed(session: Session) -> dict[int, frozenset[str]]:
    """Return the names of the groups that each person follows."""
    rows = session.execute(select(Follow.person_id, ThemeGroup.name).join(ThemeGroup, ThemeGroup.theme == Follow.theme))
    found: dict[int, set[str]] = {}
    for person_id, name in rows:
        found.setdefault(person_id, set()).add(name)
    return {person_id: frozenset(names) for person_id, names in found.items()}
