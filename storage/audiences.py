"""Audiences: descriptions of the people that a message or a duty concerns, and who they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, SelectBase, and_, exists, false, func, or_, select, union
from sqlalchemy.orm import Session

from storage import kansli
from storage.contacts import Contact
from storage.municipalities import Municipality
from storage.people import SEATS, Follow, Person, PersonRole, RemindBy
from storage.places import Conversation
from storage.roles import Grant

PersonIds: TypeAlias = SelectBase
"""A select of one column with ids of people. Nulls in it mean nobody."""
_FROM_JSON = {"extra": "forbid", "strict": True}
"""How pydantic reads the values below. It must refuse unknown fields: they would silently widen an audience."""


@dataclass(frozen=True, slots=True)
class Part:
    """People who match every field that has a value. If a field has several values, one of them is enough.

    A part without any values means everybody.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FROM_JSON

    roles: tuple[PersonRole, ...] = ()
    """A seat counts only in the municipalities that the part names. ``OTHER`` is a role that people give themselves."""
    themes: tuple[str, ...] = ()
    """Theme words of the groups that the people follow."""
    municipalities: tuple[str, ...] = ()
    """Codes of municipalities."""
    counties: tuple[str, ...] = ()
    size_groups: tuple[str, ...] = ()
    """SKR's groups, A1–C9."""
    conditions: tuple[str, ...] = ()
    """``name:argument`` of conditions (:mod:`bot.register.audience`), all of which must hold."""
    people: tuple[int, ...] | None = None
    """Ids of people who were picked one by one. An empty tuple means nobody; None means that nobody was picked.

    For lists that are used at once. Store a lasting list in a table with a ``person_key``, behind a condition.
    """


@dataclass(frozen=True, slots=True)
class Audience:
    """The people of all parts, each once, except people for whom a condition in ``unless`` holds."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FROM_JSON

    parts: tuple[Part, ...] = ()
    unless: tuple[str, ...] = ()
    """``name:argument`` of conditions."""

    @property
    def conditions(self) -> Iterator[str]:
        """Yield every condition that the audience names."""
        for part in self.parts:
            yield from part.conditions
        yield from self.unless


EVERYBODY = Audience((Part(),))


class Match(NamedTuple):
    """A person in an audience, with the facts that decide how to reach them."""

    id: int
    name: str
    mail: str | None
    guest: bool
    identity: str | None
    """Their Teams id, else their Entra id."""
    municipality: str
    """The name of their municipality; empty if they have none."""
    left: bool
    chat: bool
    """Whether they have their own chat with the bot."""
    prefers_mail: bool
    """Whether they chose mail."""


def matches(session: Session, audience: Audience, conditions: Mapping[str, PersonIds]) -> list[Match]:
    """Return the people of an audience, including people who have left, with one statement.

    ``conditions`` has the people of each condition that the audience names.
    """
    columns = (
        Person.id,
        func.coalesce(func.nullif(Person.name, ""), Person.mail, "?"),
        Person.mail,
        func.coalesce(Person.guest, false()),
        func.coalesce(Person.teams_id, Person.entra_id),
        func.coalesce(Municipality.name, ""),
        Person.left_at.is_not(None),
        exists().where(Conversation.person_id == Person.id),
        Person.remind_by == RemindBy.MAIL,
    )
    query = select(*columns).outerjoin(Municipality, Municipality.code == Person.municipality_code)
    return [Match(*row) for row in session.execute(query.where(*_rules(audience, conditions)))]


def ids(
    session: Session,
    audience: Audience,
    conditions: Mapping[str, PersonIds],
    without: Collection[PersonIds] = (),
    *,
    only: int | None = None,
) -> list[int]:
    """Return the ids of the people of an audience who have not left and are in none of ``without``, in order.

    ``only`` asks about one person.
    """
    others = (Person.id.not_in(without_nulls(people)) for people in without)
    query = select(Person.id).where(Person.left_at.is_(None), *_rules(audience, conditions), *others)
    query = query if only is None else query.where(Person.id == only)
    return list(session.scalars(query.order_by(Person.id)))


def connected_to(codes: Collection[str] | SelectBase) -> PersonIds:
    """Return the people who work for one of these municipalities, or hold a seat there now."""
    seated = select(Contact.person_id).where(Contact.until.is_(None), Contact.municipality_code.in_(codes))
    return union(select(Person.id).where(Person.municipality_code.in_(codes)), seated)


def _rules(audience: Audience, conditions: Mapping[str, PersonIds]) -> list[ColumnElement[bool]]:
    wanted = or_(false(), *(_matches(part, conditions) for part in audience.parts))
    return [wanted, *(Person.id.not_in(without_nulls(conditions[name])) for name in audience.unless)]


def _matches(part: Part, conditions: Mapping[str, PersonIds]) -> ColumnElement[bool]:
    codes = _codes(part)
    rules: list[ColumnElement[bool]] = [Person.id.in_(conditions[name]) for name in part.conditions]
    if part.people is not None:
        rules.append(Person.id.in_(part.people))
    if part.themes:
        rules.append(Person.id.in_(select(Follow.person_id).where(Follow.theme.in_(part.themes))))
    if part.roles:
        rules.append(_has_role(part.roles, codes))
    elif codes is not None:
        rules.append(Person.id.in_(connected_to(codes)))
    return and_(Person.id.is_not(None), *rules)


def _codes(part: Part) -> SelectBase | None:
    """Return the municipalities that a part names; None if it names no place."""
    fields = (
        (Municipality.code, part.municipalities),
        (Municipality.county, part.counties),
        (Municipality.size_group, part.size_groups),
    )
    rules = [column.in_(values) for column, values in fields if values]
    return select(Municipality.code).where(*rules) if rules else None


def _has_role(roles: tuple[PersonRole, ...], codes: SelectBase | None) -> ColumnElement[bool]:
    seated = select(Contact.person_id).where(Contact.until.is_(None), Contact.seat.in_(set(roles) & set(SEATS)))
    if codes is not None:
        seated = seated.where(Contact.municipality_code.in_(codes))
    others: list[ColumnElement[bool]] = [Person.id.in_(select(Grant.person_id).where(Grant.role.in_(roles)))]
    if PersonRole.KANSLI in roles:
        others.append(kansli.IS_KANSLI)
    if PersonRole.OTHER in roles:
        others.append(Person.role == PersonRole.OTHER)
    here = Person.id.is_not(None) if codes is None else Person.municipality_code.in_(codes)
    return or_(Person.id.in_(seated), and_(here, or_(*others)))


def without_nulls(people: PersonIds) -> PersonIds:
    """Return the ids without nulls. ``NOT IN`` a list with a null is never true."""
    [column] = people.subquery().c
    return select(column).where(column.is_not(None))
