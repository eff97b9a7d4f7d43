"""The deliveries of one message to many: how they stand, and which delivered copies show an old version.

They share a subject. A delivered copy is changed by a delivery of its own, whose key is the copy's key and a version
(:mod:`bot.delivery.living`).
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage import contents, outbox
from storage.chunks import in_chunks
from storage.database import wake
from storage.municipalities import Municipality
from storage.outbox import Delivery, State
from storage.outgoing import Operation, Outgoing, ToPerson
from storage.people import Person

FIRST = (Operation.PERSON, Operation.THREAD)
"""The first message to a person or channel; the mail that may follow it is no recipient of its own."""
_LATER = aliased(Delivery)


@dataclass(frozen=True, slots=True)
class Copies:
    """The same message to many people. One value in place of 10,000 takes a tenth of the time."""

    pattern: Outgoing
    """The delivery with any recipient. Each person's key is its key and their id."""
    people: Sequence[int]

    @classmethod
    def of(cls, pattern: Outgoing, people: Iterable[int]) -> Copies:
        """Return the message to these people, whose ids take four bytes each and not 36."""
        return cls(pattern, array("i", people))

    def each(self) -> Iterator[Outgoing]:
        """Yield the delivery to each person."""
        for person_id in self.people:
            yield replace(self.pattern, key=f"{self.pattern.key}:{person_id}", to=ToPerson(person_id))

    def parts(self, most: int) -> Iterator[Copies]:
        """Yield the same in parts of at most so many people."""
        return (replace(self, people=part) for part in in_chunks(self.people, most))


def enqueue_all(session: Session, messages: Iterable[Outgoing | Copies], now: datetime) -> int:
    """Enqueue messages to one recipient and to many, as :func:`storage.outbox.enqueue_all` does."""
    single: list[Outgoing] = []
    added = 0
    for message in messages:
        if isinstance(message, Copies):
            added += enqueue(session, message.pattern, message.people, now)
        else:
            single.append(message)
    return added + outbox.enqueue_all(session, single, now)


def enqueue(
    session: Session, pattern: Outgoing, people: Collection[int], now: datetime, not_before: datetime | None = None
) -> int:
    """Send the same to many people, each once. Return how many were new.

    ``pattern`` is the delivery with any recipient; each person's key is its key and their id. It takes a fraction of
    the time of :func:`storage.outbox.enqueue_all`: the content is written once, and the database makes the rows. A
    person erased since gets none.
    """
    row = outbox.row_of(pattern if not_before is None else replace(pattern, not_before=not_before), now)
    row["content_hash"] = contents.keep(session, {pattern.key: pattern.body}, now)[pattern.key]
    added = outbox.insert_for_people(session, row, f"{pattern.key}:", people)
    if added:
        wake(session, outbox.QUEUE)
    return added


def tally(session: Session, subject: str) -> Counter[str]:
    """Return how many recipients are in each state."""
    rows = select(Delivery.state, func.count()).where(Delivery.subject == subject, Delivery.operation.in_(FIRST))
    return Counter({key: int(number) for key, number in session.execute(rows.group_by(Delivery.state))})


def people(session: Session, subject: str) -> int:
    """Return how many people are recipients."""
    rows = select(func.count()).where(Delivery.subject == subject, Delivery.operation == Operation.PERSON)
    return session.scalar(rows) or 0


def moving(session: Session, subject: str) -> bool:
    """Return whether any row is being sent, or waits to be sent for the first time. A mail that follows may wait."""
    waits = and_(Delivery.state == State.WAITING, Delivery.operation != Operation.MAIL)
    these = Delivery.subject == subject, or_(Delivery.state == State.SENDING, waits)
    return bool(session.scalar(select(exists().where(*these))))


def in_doubt(session: Session, subject: str, since: datetime) -> bool:
    """Return whether a row became uncertain after ``since``: an answer may still come that it arrived."""
    these = Delivery.subject == subject, Delivery.state == State.UNCERTAIN, Delivery.settled_at > since
    return bool(session.scalar(select(exists().where(*these))))


def rewrite(session: Session, subject: str, bodies: Mapping[Operation, dict[str, Any]], now: datetime) -> None:
    """Change what is sent to everybody who waits. An uncertain row keeps the text that may have arrived."""
    hashes = contents.keep(session, {str(operation): body for operation, body in bodies.items()}, now)
    for operation in bodies:
        left = Delivery.subject == subject, Delivery.operation == operation
        waits = Delivery.state == State.WAITING
        session.execute(update(Delivery).where(*left, waits).values(content_hash=hashes[str(operation)]))


def stale(
    session: Session, subject: str, version: str, hashes: Collection[str], *, after: int, limit: int
) -> Sequence[Delivery]:
    """Return delivered copies with another content than ``hashes``, and no change to ``version`` on its way or made.

    In the order of their ids, after the id ``after``. A copy whose text is forgotten counts as another content.
    """
    other = or_(Delivery.content_hash.is_(None), Delivery.content_hash.not_in(hashes))
    changed = exists().where(_LATER.key == Delivery.key + literal(f":{version}"))
    these = Delivery.subject == subject, Delivery.state == State.SENT, Delivery.id > after
    rows = select(Delivery).where(*these, other, ~changed).order_by(Delivery.id).limit(limit)
    return session.scalars(rows).all()


def changed_to(session: Session, changes: str, version: str, after: int, limit: int) -> Sequence[Delivery]:
    """Return the changes to ``version`` of copies in people's own chats that went through, after the id ``after``.

    ``changes`` is the subject of changes. Leave out copies that already have a deletion on its way.
    """
    copy = exists().where(_LATER.key == Delivery.target, _LATER.operation == Operation.PERSON)
    gone = exists().where(_LATER.key == Delivery.key + literal(":gone"))
    these = Delivery.subject == changes, Delivery.state == State.SENT, Delivery.id > after
    right = Delivery.key.endswith(f":{version}", autoescape=True), copy, ~gone
    return session.scalars(select(Delivery).where(*these, *right).order_by(Delivery.id).limit(limit)).all()


def send_again(session: Session, subject: str, states: Collection[State], now: datetime) -> int:
    """Send rows to recipients once more that ended in these states, because a person says so. Return how many."""
    rows = select(Delivery.id).where(Delivery.subject == subject, Delivery.state.in_(states))
    ids = session.scalars(rows.where(Delivery.operation.in_(FIRST))).all()
    return sum(outbox.send_again(session, number, now) for number in ids)


def recipients(session: Session, subject: str, changes: str) -> Sequence[Any]:
    """Return the facts of all deliveries and their later changes, in order, with the person's name and municipality."""
    columns = (
        *(Delivery.key, Delivery.subject, Delivery.operation, Delivery.person_id, Delivery.conversation_id),
        *(Delivery.state, Delivery.error, Delivery.doubts, Delivery.route, Delivery.settled_at),
        func.coalesce(func.nullif(Person.name, ""), Person.mail, "?").label("name"),
        func.coalesce(Municipality.name, "").label("town"),
    )
    rows = select(*columns).outerjoin(Person, Person.id == Delivery.person_id)
    rows = rows.outerjoin(Municipality, Municipality.code == Person.municipality_code)
    return session.execute(rows.where(Delivery.subject.in_([subject, changes])).order_by(Delivery.id)).all()


def of_person(session: Session, subject: str, person_id: int) -> bool:
    """Return whether this person is a recipient."""
    return bool(session.scalar(select(exists().where(Delivery.subject == subject, Delivery.person_id == person_id))))


def of_message(session: Session, conversation_id: str, activity_id: str, causes: Collection[str]) -> str | None:
    """Return the subject of the delivery that is this message, if its first word is among ``causes``; else None."""
    there = Delivery.sent_conversation_id == conversation_id, Delivery.sent_activity_id == activity_id
    begins = or_(*(Delivery.subject.startswith(f"{cause}:", autoescape=True) for cause in causes))
    first = Delivery.operation == Operation.PERSON
    return session.scalar(select(Delivery.subject).where(*there, begins, first).limit(1))


def of_thread(session: Session, conversation_id: str, thread_id: str, prefix: str) -> str | None:
    """Return the subject, starting with ``prefix``, of the delivery that began this thread; None if there is none."""
    there = Delivery.sent_conversation_id == conversation_id, Delivery.sent_thread_id == thread_id
    began = Delivery.operation == Operation.THREAD, Delivery.subject.startswith(prefix, autoescape=True)
    return session.scalar(select(Delivery.subject).where(*there, *began).limit(1))
