"""The outbox: everything the bot starts itself, a row each. Queue, delivery log, retry, report and GDPR record at once.

A message is written in the same transaction as its cause (:func:`enqueue`), and one replica, which holds the lease,
sends it (:mod:`bot.delivery.courier`). ::

    waiting ──claim──▶ sending ──▶ sent | unreachable | failed | uncertain
       ▲                  │        waiting also ends as cancelled (cause ended, newer version) or expired
       └──── retry ───────┘

``doubts`` counts the sends that may have arrived although nobody said so. A message that came twice is one whose row
has doubts; a row without them was sent once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, case, exists, literal, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from storage.database import Base, Utc, insert_new, person_key, wake
from storage.outgoing import Operation, Outgoing, Repeat, columns, digest

QUEUE = "outbox"
"""What a commit that enqueued wakes."""
KEPT_FOR = timedelta(days=7)
"""How long a row without an ``expires_at`` of its own is tried; longer than any outage that nobody notices."""
HARMLESS = frozenset({Operation.UPDATE, Operation.DELETE})
"""What may be done twice without anybody noticing."""
MOST_DOUBTS = 2
"""How often a message is sent again that may have arrived (platform.md §3: one or two)."""


class State(StrEnum):
    """Where a delivery stands; the table at the top says how it moves."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNREACHABLE = "unreachable"
    """The recipient can't be written to; ``error`` says why."""
    FAILED = "failed"
    """Teams refuses the message itself, or we have a fault."""
    UNCERTAIN = "uncertain"
    """It may have arrived, and a person decides whether to send it again."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"


NOT_ARRIVED = (State.UNREACHABLE, State.FAILED, State.UNCERTAIN, State.EXPIRED)
"""It came to its end and nobody knows that it arrived."""


class Content(Base):
    """A message, stored once for all its deliveries (10,000 rows with one card: 80 ms instead of 436)."""

    __tablename__ = "contents"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[dict[str, Any]]
    """``text``, ``card``, and for what may go by mail ``mail`` (:class:`storage.outgoing.AsMail`)."""
    used_at: Mapped[datetime]
    """When it was last enqueued; locks the row against a concurrent cleaning."""


class Delivery(Base):
    """One thing to send, and what came of it."""

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
    """Null for a message taken away, and when what was said is forgotten."""
    repeat: Mapped[str] = mapped_column(String(10))
    reach: Mapped[str] = mapped_column(String(20))
    """How a person is reached; says nothing of other rows."""
    dated: Mapped[bool]
    """Whether its cause gave it an ``expires_at``, after which nobody wants it any more."""
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default=State.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(100), default="")
    """Why it did not go the last time; a code, never a text."""
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    claimed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """When it came to its end."""
    route: Mapped[str] = mapped_column(String(20), default="")
    """The way it went: chat, mention, thread, message, mail, feed."""
    sent_conversation_id: Mapped[str | None] = mapped_column(String(300))
    sent_thread_id: Mapped[str | None] = mapped_column(String(100))
    sent_activity_id: Mapped[str | None] = mapped_column(String(200), index=True)

    __table_args__ = (
        Index("ix_deliveries_due", "state", "not_before", "id"),
        Index("ix_deliveries_lane", "lane", "id"),
    )


# what features call


def enqueue(session: Session, outgoing: Outgoing, now: datetime) -> bool:
    """Have something sent when this transaction has committed; False where its key was used before.

    A key is used for ever: whatever became of the row, a second one with its key changes nothing.
    """
    return enqueue_all(session, [outgoing], now) == 1


def enqueue_all(session: Session, outgoings: Iterable[Outgoing], now: datetime) -> int:
    """As :func:`enqueue`, for many; how many were new. 200 take about 20 ms, so plan more than that in chunks."""
    wanted = {outgoing.key: outgoing for outgoing in outgoings}
    there = known(session, wanted)
    fresh = [outgoing for key, outgoing in wanted.items() if key not in there]
    bodies = {content_hash: outgoing.body for outgoing in fresh if (content_hash := digest(outgoing))}
    for content_hash in sorted(bodies):  # in one order everywhere, or two transactions lock each other out
        if not insert_new(session, Content, hash=content_hash, body=bodies[content_hash], used_at=now):
            session.execute(update(Content).where(Content.hash == content_hash).values(used_at=now))
    added = sum(insert_new(session, Delivery, **_row(outgoing, now)) for outgoing in fresh)
    if added:
        wake(session, QUEUE)
    return added


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Those of the keys that have a row already, sent or not."""
    return set(session.scalars(select(Delivery.key).where(Delivery.key.in_(list(keys)))))


def cancel(session: Session, subject: str, now: datetime) -> int:
    """The cause is over: what waits for it is not sent any more. How many rows that ended.

    What is on its way at this moment may arrive, but is not tried again. A row enqueued by a transaction that has not
    committed yet is not seen; the check in ``STILL_WANTED`` catches it.
    """
    return cancel_all(session, Delivery.subject == subject, now, why="cause_ended")


def cancel_all(session: Session, which: ColumnElement[bool], now: datetime, *, why: str) -> int:
    """As :func:`cancel`, for the rows that ``which`` says."""
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
    """Send what did not go, or is ``uncertain``, once more, because a person says so; what waits for it goes then too.

    False where it is on its way or has arrived, its cause is over, or what it said is forgotten.
    """
    row = Delivery.id == delivery_id, Delivery.state.in_(NOT_ARRIVED), Delivery.content_hash.is_not(None)
    again = {"state": State.WAITING, "not_before": now, "expires_at": now + KEPT_FOR, "settled_at": None}
    key = session.scalar(update(Delivery).where(*row).values(again).returning(Delivery.key))
    if key is None:
        return False
    reschedule(session, Delivery.target == key, now, tried=True)
    return True


def reschedule(session: Session, which: ColumnElement[bool], at: datetime, *, tried: bool = False) -> int:
    """What waits, of the rows that ``which`` says, goes at this moment, sooner or later. How many rows that were.

    With ``tried`` also what did not go the last time: only where Teams can't have said when to try again.
    """
    untried = [] if tried else [Delivery.attempts == 0]
    waits = update(Delivery).where(which, Delivery.state == State.WAITING, *untried)
    done = session.execute(waits.values(not_before=at))
    wake(session, QUEUE)
    return int(done.rowcount)  # type: ignore[attr-defined]


def find(session: Session, key: str) -> Delivery | None:
    """The delivery with this key, and what became of it."""
    return session.query(Delivery).filter_by(key=key).one_or_none()


# what the delivery loop calls


_OTHER = aliased(Delivery)
_SUPERSEDED = and_(
    Delivery.operation == Operation.UPDATE,
    exists().where(
        _OTHER.lane == Delivery.lane,
        _OTHER.id > Delivery.id,
        _OTHER.operation.in_(HARMLESS),
        _OTHER.state.in_([State.WAITING, State.SENDING, State.SENT, State.UNCERTAIN]),
    ),
)
"""A newer version of the same card is on its way or there: this one would put an old state back."""
_LANE_TAKEN = exists().where(
    _OTHER.lane == Delivery.lane,
    _OTHER.id != Delivery.id,
    or_(
        _OTHER.state == State.SENDING,
        and_(
            _OTHER.state == State.WAITING,
            _OTHER.id < Delivery.id,
            ~and_(_OTHER.operation == Operation.UPDATE, Delivery.operation.in_(HARMLESS)),  # that one is superseded
        ),
    ),
)


def claim(session: Session, holder: str, now: datetime, most: int) -> list[Delivery]:
    """Take at most ``most`` rows that are due, oldest first, one of each lane. Only rows ``sending`` are to be sent.

    One statement, so that two replicas can't take the same row; what has expired or was superseded ends with it.
    """
    due = select(Delivery.id).where(Delivery.state == State.WAITING, Delivery.not_before <= now, ~_LANE_TAKEN)
    due = due.order_by(Delivery.not_before, Delivery.id).limit(most).with_for_update(skip_locked=True, of=Delivery)
    over = case((Delivery.expires_at <= now, State.EXPIRED), (_SUPERSEDED, State.CANCELLED), else_=State.SENDING)
    ends = or_(Delivery.expires_at <= now, _SUPERSEDED)
    taken = (
        update(Delivery)
        .where(Delivery.id.in_(select(due.cte("due").c.id)), Delivery.state == State.WAITING)
        .values(
            state=over,
            error=case((ends, case((Delivery.expires_at <= now, "expired"), else_="superseded")), else_=Delivery.error),
            settled_at=case((ends, literal(now, Utc()))),
            attempts=Delivery.attempts + case((ends, 0), else_=1),
            claimed_by=holder,
            claimed_at=now,
        )
        .returning(Delivery)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(session.scalars(taken), key=lambda row: (row.not_before, row.id))


def settle(session: Session, row: Delivery, *, late: bool = False, **outcome: Any) -> bool:
    """Write what came of a claimed row; False where it is not this claim's any more.

    ``late`` (for what is known to have arrived) also counts after another replica gave the row up as uncertain, as
    long as nobody has sent it again.
    """
    open_states = [State.SENDING, State.UNCERTAIN, State.WAITING] if late else [State.SENDING]
    this = Delivery.id == row.id, Delivery.claimed_by == row.claimed_by, Delivery.attempts == row.attempts
    done = session.execute(update(Delivery).where(*this, Delivery.state.in_(open_states)).values(outcome))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def recover(session: Session, holder: str, now: datetime) -> int:
    """Decide about what a process that is gone was sending; how many rows that were.

    Replacing or removing a message twice does no harm. What was to be sent again is, up to :data:`MOST_DOUBTS`
    times, and marked; the rest waits for a person.
    """
    harmless = Delivery.operation.in_(HARMLESS)
    again = or_(harmless, and_(Delivery.repeat == Repeat.AGAIN, Delivery.doubts < MOST_DOUBTS))
    left = update(Delivery).where(Delivery.state == State.SENDING, Delivery.claimed_by != holder)
    decided = left.values(
        state=case((again, State.WAITING), else_=State.UNCERTAIN),
        doubts=Delivery.doubts + case((harmless, 0), else_=1),
        settled_at=case((~again, literal(now, Utc()))),
        error="interrupted",
    )
    return int(session.execute(decided).rowcount)  # type: ignore[attr-defined]


def body(session: Session, row: Delivery) -> dict[str, Any]:
    """What the row sends, as :class:`Content` keeps it; empty for a message taken away."""
    content = session.get(Content, row.content_hash) if row.content_hash else None
    return content.body if content is not None else {}


def _row(outgoing: Outgoing, now: datetime) -> dict[str, Any]:
    return {
        **columns(outgoing),
        "created_at": now,
        "not_before": outgoing.not_before or now,
        "expires_at": outgoing.expires_at or max(now, outgoing.not_before or now) + KEPT_FOR,
    }
