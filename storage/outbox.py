"""The outbox: one row for each thing the bot starts itself. It is queue, delivery log, retry, report and GDPR record.

A row is written in the same transaction as its cause (:func:`enqueue`). The one replica that holds the lease sends it
(:mod:`bot.delivery.courier`). ::

    waiting ──claim──▶ sending ──▶ sent | unreachable | failed | uncertain
       ▲                  │        waiting also ends as cancelled (cause ended, newer version) or expired
       └──── retry ───────┘

``doubts`` counts the sends that may have arrived although no answer came. A message can have come twice only if its row
has doubts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, case, literal, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import calendar_entries, contents, name_keys
from storage.chunks import in_chunks
from storage.contents import Content
from storage.database import Base, Utc, insert_all_new, person_key, wake
from storage.delivery_columns import columns
from storage.outgoing import Operation, Outgoing, ToCalendar
from storage.people import Person
from storage.selected_rows import insert_for

REPLY = "reply"
"""The subject of replies that a turn could not send. Their texts are as people read them, without keys."""
MANY = 20
"""From how many people on the database makes the rows of one message: a statement takes as long as so many rows."""
_OF_PERSON = frozenset({"key", "lane", "person_id"})
QUEUE = "outbox"
"""The waker that a commit with new rows calls."""
FORESEEN = "foreseen"
"""Where a session that looks ahead keeps the keys that it has foreseen, as if they were planned."""
KEPT_FOR = timedelta(days=7)
"""How long a row without an ``expires_at`` is tried; longer than any outage that nobody notices."""
VERSIONS = frozenset({Operation.UPDATE, Operation.INVITE})
"""Operations that write the whole current state, so that a newer one in the lane replaces an older one."""
HARMLESS = VERSIONS | {Operation.DELETE, Operation.CALL_OFF}
"""Operations that can be done twice without anybody noticing."""
MOST_DOUBTS = 2
"""How often a message that may have arrived is sent again (platform.md §3: one or two)."""
WITHOUT_ID = "without_id"
"""The ``error`` of a row that was sent although Teams gave no activity id: it can't be corrected or recalled."""


class State(StrEnum):
    """Where a delivery stands. The picture at the top shows how it moves."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNREACHABLE = "unreachable"
    """The recipient can't be written to; ``error`` says why."""
    FAILED = "failed"
    """Teams refuses the message itself, or the fault is ours."""
    UNCERTAIN = "uncertain"
    """It may have arrived. A person decides whether to send it again."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"


NOT_ARRIVED = (State.UNREACHABLE, State.FAILED, State.UNCERTAIN, State.EXPIRED)
"""Final states in which we do not know that it arrived."""


class Delivery(Base):
    """One thing to send, and its outcome."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    lane: Mapped[str] = mapped_column(String(200))
    operation: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = person_key(on_erase="delete", nullable=True)
    conversation_id: Mapped[str | None] = mapped_column(String(300))
    thread_id: Mapped[str | None] = mapped_column(String(100))
    activity_id: Mapped[str | None] = mapped_column(String(200))
    target: Mapped[str | None] = mapped_column(String(200))
    """The key of the delivery whose thread or message this is about."""
    content_hash: Mapped[str | None] = mapped_column(ForeignKey("contents.hash"), index=True)
    """Null for a deleted message, and when retention has removed the text."""
    repeat: Mapped[str] = mapped_column(String(10))
    reach: Mapped[str] = mapped_column(String(20))
    """How a person is reached; has no meaning for other rows."""
    mail_after: Mapped[int | None]
    """Minutes from the chat message to its mail, if the person does not open the message; null for no such mail."""
    dated: Mapped[bool]
    """Whether its cause gave it an ``expires_at``."""
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default=State.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(100), default="")
    """Why the last try failed, or :data:`WITHOUT_ID`; a code, never a text."""
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    claimed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """When it reached a final state."""
    route: Mapped[str] = mapped_column(String(20), default="")
    """The way it went: chat, mention, thread, message, mail, feed, calendar, group_chat."""
    sent_conversation_id: Mapped[str | None] = mapped_column(String(300))
    sent_thread_id: Mapped[str | None] = mapped_column(String(100))
    sent_activity_id: Mapped[str | None] = mapped_column(String(200), index=True)
    """Teams' id of the message, the mail's Message-ID, or Graph's id of the calendar entry."""
    join_url: Mapped[str | None] = mapped_column(String(1000))
    """The address of the online meeting that belongs to a calendar entry, or of a group chat."""

    __table_args__ = (
        Index("ix_deliveries_due", "state", "not_before", "id"),
        Index("ix_deliveries_lane", "lane", "id"),
    )


# what features call


def enqueue(session: Session, outgoing: Outgoing, now: datetime) -> bool:
    """Send something when this transaction has committed. Return False if its key was ever used before."""
    return enqueue_all(session, [outgoing], now) == 1


def enqueue_all(session: Session, outgoings: Iterable[Outgoing], now: datetime) -> int:
    """Enqueue many. Return how many were new. 500 of one text take about 20 ms, so plan more than that in chunks."""
    wanted = {outgoing.key: outgoing for outgoing in outgoings}
    entries = {to.event_key for outgoing in wanted.values() if isinstance(to := outgoing.to, ToCalendar)}
    held = {event_key: calendar_entries.hold(session, event_key) for event_key in sorted(entries)}
    there = known(session, wanted)
    fresh = [outgoing for key, outgoing in wanted.items() if key not in there]
    alike = {_content(outgoing): outgoing for outgoing in fresh}  # many people's messages share one card
    hashes = contents.keep(session, {outgoing.key: outgoing.body for outgoing in alike.values()}, now)
    by_content = {content: hashes[outgoing.key] for content, outgoing in alike.items()}
    rows = [{**row_of(outgoing, now), "content_hash": by_content[_content(outgoing)]} for outgoing in fresh]
    added = _insert(session, _here(session, rows))
    for outgoing in fresh:
        if isinstance(outgoing.to, ToCalendar):
            calendar_entries.plan(held[outgoing.to.event_key], outgoing.appointment, by_content[_content(outgoing)])
    if added:
        wake(session, QUEUE)
    return added


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Return the keys that already have a row, sent or not; for those who look ahead also the foreseen keys."""
    queries = (select(Delivery.key).where(Delivery.key.in_(part)) for part in in_chunks(list(keys)))
    foreseen: set[str] = session.info.get(FORESEEN, set())
    return {key for query in queries for key in session.scalars(query)} | foreseen.intersection(keys)


def cancel(session: Session, subject: str, now: datetime) -> int:
    """Cancel the waiting rows of a cause that is over. Return how many there were.

    A row that is being sent may arrive, but is not tried again. ``STILL_WANTED`` catches rows not committed yet.
    """
    return cancel_all(session, Delivery.subject == subject, now, why="cause_ended")


def cancel_all(session: Session, which: ColumnElement[bool], now: datetime, *, why: str) -> int:
    """Cancel the rows that match ``which``, as :func:`cancel` does."""
    sending, moment = Delivery.state == State.SENDING, literal(now, Utc())
    # in one statement: between two, a row that is put back would slip through
    ended = update(Delivery).values(
        state=case((sending, State.SENDING), else_=State.CANCELLED),
        expires_at=case((sending, moment), else_=Delivery.expires_at),
        error=case((sending, Delivery.error), else_=why),
        settled_at=case((~sending, moment)),
    )
    open_states = Delivery.state.in_([State.WAITING, State.UNCERTAIN, State.SENDING])
    done = session.scalars(ended.where(which, open_states).returning(Delivery.state))
    return list(done).count(State.CANCELLED)


def send_again(session: Session, delivery_id: int, now: datetime) -> bool:
    """Send a row that did not arrive, or is ``uncertain``, once more because a person says so; then its followers too.

    Return False if it is on its way or has arrived, its cause is over, or its text is forgotten.
    """
    row = Delivery.id == delivery_id, Delivery.state.in_(NOT_ARRIVED), Delivery.content_hash.is_not(None)
    again = {"state": State.WAITING, "not_before": now, "expires_at": now + KEPT_FOR, "settled_at": None}
    key = session.scalar(update(Delivery).where(*row).values(again).returning(Delivery.key))
    if key is None:
        return False
    reschedule(session, Delivery.target == key, now, tried=True)
    return True


def reschedule(session: Session, which: ColumnElement[bool], at: datetime, *, tried: bool = False) -> int:
    """Move waiting rows to ``at``; with ``tried`` also rows that Teams may have put off. Return how many were moved."""
    untried = [] if tried else [Delivery.attempts == 0]
    waits = update(Delivery).where(which, Delivery.state == State.WAITING, *untried)
    done = session.execute(waits.values(not_before=at))
    wake(session, QUEUE)
    return int(done.rowcount)  # type: ignore[attr-defined]


def find(session: Session, key: str) -> Delivery | None:
    """Return the delivery with this key, or None."""
    return session.query(Delivery).filter_by(key=key).one_or_none()


# what the delivery loop calls, with :mod:`storage.claims`


def note_chat(session: Session, delivery_id: int, conversation_id: str, url: str | None) -> None:
    """Write down the group chat that a row has opened, before the bot is in it: opening it again makes another one."""
    opened = {"sent_conversation_id": conversation_id, "join_url": url}
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(opened))


def body(session: Session, row: Delivery) -> dict[str, Any]:
    """Return the row's content as people read it; empty for a deleted message."""
    content = session.get(Content, row.content_hash) if row.content_hash else None
    return name_keys.plain(content.body) if content is not None else {}


def row_of(outgoing: Outgoing, now: datetime) -> dict[str, Any]:
    """Return the columns of a new row, without its content."""
    return {
        **columns(outgoing),
        "created_at": now,
        "not_before": outgoing.not_before or now,
        "expires_at": outgoing.expires_at or max(now, outgoing.not_before or now) + KEPT_FOR,
    }


def _content(outgoing: Outgoing) -> tuple[str, int, int, int]:
    """Return what two messages with the very same content have in common, without comparing their cards."""
    return outgoing.text, id(outgoing.card), id(outgoing.mail), id(outgoing.appointment)


def _but_person(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return all of a row but its person, so that one statement makes the rows of many people."""
    stem = row["key"].removesuffix(f":{row.get('person_id')}")
    alone = row["key"] if stem == row["key"] or row["lane"] != row["key"] else ""
    return stem, alone, *((name, value) for name, value in row.items() if name not in _OF_PERSON)


def _here(session: Session, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of many without those of people erased since. A turn's single row makes the turn be replayed."""
    ids = sorted({row["person_id"] for row in rows if row.get("person_id") is not None})
    if len(ids) < 2:  # noqa: PLR2004 - as said
        return rows
    queries = (select(Person.id).where(Person.id.in_(part)) for part in in_chunks(ids))
    here = {person_id for query in queries for person_id in session.scalars(query)}
    return [row for row in rows if row.get("person_id") is None or row["person_id"] in here]


def _insert(session: Session, rows: list[dict[str, Any]]) -> int:
    """Insert rows where they are new, in their order, with few statements. Return how many were."""
    added, several = 0, list[dict[str, Any]]()
    for _, group in groupby(rows, key=_but_person):
        part = list(group)
        if several and (len(part) >= MANY or several[0].keys() != part[0].keys()):
            added += insert_all_new(session, Delivery, several)
            several = []
        if len(part) >= MANY:
            stem = part[0]["key"].removesuffix(f"{part[0]['person_id']}")
            added += insert_for_people(session, part[0], stem, [row["person_id"] for row in part])
        else:
            several += part
    return added + insert_all_new(session, Delivery, several)


def insert_for_people(session: Session, row: Mapping[str, Any], stem: str, people: Collection[int]) -> int:
    """Insert the row for each person where it is new. Its key is the stem and their id. Return how many were."""
    same = {name: value for name, value in row.items() if name not in _OF_PERSON}
    return insert_for(session, Delivery, same, {"key": stem, "lane": stem}, people)
