"""The data kept about a person, found by walking the declared person keys: shown, exported and erased.

A table with a ``person_key`` needs nothing else to be in all three.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Table, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from storage import name_keys, questions
from storage.audit import AuditRow
from storage.contacts import Contact
from storage.contents import Content
from storage.database import PURGE, Base, table_of, wake
from storage.erasure import hashes as erased
from storage.erasure import invitations, messages, texts
from storage.outbox import Delivery
from storage.people import Person
from storage.places import Conversation

PEOPLE = table_of(Person)

EraseHook = Callable[[Session, int, datetime], Callable[[], None]]
"""A feature's own part of erasing ``person_id``: called before, and what it returns after the person is gone.

For cards in Teams that the outbox did not send, and whose message id only the feature knows.
"""


@dataclass(frozen=True, slots=True)
class Key:
    """A column that points at a person, and what erasing the person does to the row."""

    table: Table
    column: Column[Any]
    deletes: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """How many rows of a table erasing would delete, and how many would lose the person and stay."""

    deleted: int = 0
    anonymised: int = 0


@dataclass(frozen=True, slots=True)
class Erased:
    """What erasing did. Holds nothing that points at the person."""

    reference: str
    """A random word, for the audit log."""
    kept: dict[str, Kept]
    """By table."""
    texts: int = 0
    """Questions and answers of others that named the person."""
    messages: int = 0
    """Messages in Teams that will be replaced or removed."""
    entries: Sequence[int] = ()
    """Entries of the knowledge bank that name the person, and stay as they are."""
    ambiguous: bool = False
    """Whether a name was left where others wrote it, because it may mean somebody or something else."""


def person_keys() -> Iterator[Key]:
    """Every declared key to people."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if "on_erase" in column.info:
                yield Key(table, column, column.info["on_erase"] == "delete")


def counts(session: Session, person_id: int) -> dict[str, Kept]:
    """Return what is kept about a person, by table, without empty tables."""
    found: dict[str, Kept] = {PEOPLE.name: Kept(deleted=1)}
    for table, of_table in _by_table():
        deleting = or_(False, *(key.column == person_id for key in of_table if key.deletes))
        any_key = or_(*(key.column == person_id for key in of_table))
        query = select(func.count()).select_from(table)
        total = session.scalar(query.where(any_key)) or 0
        deleted = session.scalar(query.where(deleting)) or 0
        if total:
            found[table.name] = Kept(deleted, total - deleted)
    return found


def export(session: Session, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return every row about a person, by table, as it is shown and without what points at other people."""
    found = {PEOPLE.name: _rows(session, PEOPLE, PEOPLE.c.id == person_id, person_id)}
    for table, of_table in _by_table():
        found[table.name] = _rows(session, table, or_(*(key.column == person_id for key in of_table)), person_id)
    hashes = [row["content_hash"] for row in found[Delivery.__tablename__] if row["content_hash"]]
    content = table_of(Content)
    found[content.name] = _rows(session, content, content.c.hash.in_(hashes), person_id)
    return {str(name): name_keys.plain(rows) for name, rows in found.items() if rows}


def entries_naming(session: Session, person: Person, spared: Collection[str] = ()) -> list[int]:
    """Return the ids of the knowledge bank's entries that name a person. Common words do not count."""
    return texts.in_bank(session, texts.known(session, same_person(session, person), spared).traces)


def same_person(session: Session, person: Person, *, lock: bool = False) -> list[Person]:
    """The person's row and other rows of theirs, which are erased together; ``lock`` holds them."""
    ids = sorted({person.id, *_twins(session, person)})
    rows = select(Person).where(Person.id.in_(ids)).order_by(Person.id)
    held = rows.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(held if lock else rows))


def erase(
    session: Session,
    person_id: int,
    now: datetime,
    today: date,
    hooks: Sequence[EraseHook] = (),
    *,
    lasting: bool = True,
    spared: Collection[str] = (),
) -> Erased | None:
    """Erase a person from everything; None where there is no such person (any more).

    Rows of somebody with the same Entra id or mail address are the same person's and go too. ``lasting``: no roster
    and no list brings them back before they write themselves. ``spared`` addresses stay in what others wrote.
    """
    session.flush()
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:  # another turn has erased them
        return None
    rows = same_person(session, person, lock=True)
    ids, known = [row.id for row in rows], texts.known(session, rows, spared)
    after = [hook(session, one, now) for one in ids for hook in hooks]
    asked = sorted({number for one in ids for number in questions.concerning(session, one)})
    identities = {one for row in rows for one in (row.entra_id, row.teams_id) if one} | {*known.addresses}
    reference = erased.remember(session, identities if lasting else (), now)
    kept = _added(counts(session, one) for one in ids)
    cleaned = texts.clean(session, asked, known.traces)
    replaced = messages.take_back(session, ids, reference, now)
    _drop_deliveries(session, ids)
    replaced += messages.clean(session, known, asked, reference, now)
    _end_seats(session, ids, today)
    _rename_in_audit(session, ids, reference)
    questions.forget_origin(session, ids, reference)
    invitations.withdraw(session, ids, now)
    session.expunge_all()  # what the turn has loaded may be gone now
    session.execute(delete(PEOPLE).where(PEOPLE.c.id.in_(ids)))  # the keys' ON DELETE does the rest
    for work in after:
        work()
    wake(session, PURGE)
    return Erased(reference, kept, cleaned, replaced, texts.in_bank(session, known.traces), known.ambiguous)


def back(session: Session, salt: str, hashes: Collection[str]) -> list[int]:
    """Return the ids of people who are here although :func:`hashes.kept` of a later time has them as erased."""
    rows = session.execute(select(Person.id, Person.teams_id, Person.entra_id, Person.mail).order_by(Person.id))
    known = set(hashes)
    return [who for who, *ids in rows if any(erased.digest(salt, one) in known for one in ids if one)] if salt else []


def _by_table() -> list[tuple[Table, list[Key]]]:
    grouped: dict[Table, list[Key]] = {}
    for key in person_keys():
        grouped.setdefault(key.table, []).append(key)
    return list(grouped.items())


def _rows(session: Session, table: Table, condition: Any, person_id: int) -> list[dict[str, Any]]:
    """Rows as they are, but for keys to other people."""
    others = {column.name for column in table.columns if "on_erase" in column.info}
    query = select(table).where(condition).order_by(*table.primary_key.columns)
    return [
        {str(name): value for name, value in row.items() if name not in others or value == person_id}
        for row in session.execute(query).mappings()
    ]


def _twins(session: Session, person: Person) -> list[int]:
    """Other rows of the same person: from a list, before the bot knew who it was.

    One address alone is not enough: two people may share a municipality's.
    """
    found = set()
    if person.mail:
        same = session.execute(select(Person.id, Person.name).where(Person.mail == person.mail))
        found |= {row.id for row in same if _bare(row.name) == _bare(person.name)}
    if person.entra_id:
        found |= set(session.scalars(select(Person.id).where(Person.entra_id == person.entra_id)))
    return sorted(found)


def _bare(name: str) -> str:
    """A name without what a tenant adds: "Anna Andersson (Gäst)"."""
    return re.sub(r"\s*\(.*", "", name).strip().casefold()


def _end_seats(session: Session, ids: list[int], today: date) -> None:
    """Nobody can hold a seat without being somebody: the municipality lacks a contact person from today."""
    held = Contact.person_id.in_(ids), Contact.until.is_(None)
    session.execute(update(Contact).where(*held).values(until=today))


def _rename_in_audit(session: Session, ids: list[int], reference: str) -> None:
    about = AuditRow.about.in_([f"person:{one}" for one in ids])
    session.execute(update(AuditRow).where(about).values(about=f"erased:{reference}"))


def _drop_deliveries(session: Session, ids: list[int]) -> None:
    """What waits for the person is not sent, and what was sent is forgotten, with its words."""
    chats = select(Conversation.id).where(Conversation.person_id.in_(ids))
    theirs = or_(
        Delivery.person_id.in_(ids), Delivery.conversation_id.in_(chats), Delivery.sent_conversation_id.in_(chats)
    )
    hashes = set(session.scalars(select(Delivery.content_hash).where(theirs)))
    session.execute(delete(Delivery).where(theirs))
    unused = ~exists().where(Delivery.content_hash == Content.hash)
    session.execute(delete(Content).where(Content.hash.in_(hashes - {None}), unused))


def _added(several: Iterator[dict[str, Kept]]) -> dict[str, Kept]:
    deleted: Counter[str] = Counter()
    anonymised: Counter[str] = Counter()
    for one in several:
        deleted.update({name: kept.deleted for name, kept in one.items()})
        anonymised.update({name: kept.anonymised for name, kept in one.items()})
    return {name: Kept(deleted[name], anonymised[name]) for name in deleted}
