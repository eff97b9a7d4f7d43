"""Claims on rows of the outbox: the delivery loop takes rows that are due, and writes down what became of them.

The statements are built once, because building one takes ten times as long as running it, and each message needs some.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Integer, and_, bindparam, case, exists, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.database import Utc, table_of
from storage.outbox import HARMLESS, MOST_DOUBTS, VERSIONS, Delivery, State
from storage.outgoing import Operation, Repeat

_OTHER = aliased(Delivery)
_SUPERSEDED = and_(
    Delivery.operation.in_(VERSIONS),
    exists().where(
        _OTHER.lane == Delivery.lane,
        or_(_OTHER.id > Delivery.id, _OTHER.operation == Operation.CALL_OFF),
        _OTHER.operation.in_(HARMLESS),
        _OTHER.state.in_([State.WAITING, State.SENDING, State.SENT, State.UNCERTAIN]),
    ),
)
"""A newer version is on its way or there, or the appointment is called off: sending this would bring back old state."""
_LANE_TAKEN = exists().where(
    _OTHER.lane == Delivery.lane,
    _OTHER.id != Delivery.id,
    or_(
        _OTHER.state == State.SENDING,
        and_(
            _OTHER.state == State.WAITING,
            _OTHER.id < Delivery.id,
            ~and_(_OTHER.operation.in_(VERSIONS), Delivery.operation.in_(HARMLESS)),  # that one is superseded
        ),
    ),
)


def claim(session: Session, holder: str, now: datetime, most: int) -> list[Delivery]:
    """Take at most ``most`` rows that are due, oldest first, one of each lane. Send only those that are ``sending``.

    It is one statement, so that two replicas can't take the same row. Expired and superseded rows end with it.
    """
    taken = session.scalars(_claim(), {"_now": now, "_most": most, "_holder": holder})
    return sorted(taken, key=lambda row: (row.not_before, row.id))


@cache
def _claim() -> Any:
    now = bindparam("_now", type_=Utc())
    due = select(Delivery.id).where(Delivery.state == State.WAITING, Delivery.not_before <= now, ~_LANE_TAKEN)
    due = due.order_by(Delivery.not_before, Delivery.id).limit(bindparam("_most", type_=Integer()))
    due = due.with_for_update(skip_locked=True, of=Delivery)
    over = case((Delivery.expires_at <= now, State.EXPIRED), (_SUPERSEDED, State.CANCELLED), else_=State.SENDING)
    ends = or_(Delivery.expires_at <= now, _SUPERSEDED)
    return (
        update(Delivery)
        .where(Delivery.id.in_(select(due.cte("due").c.id)), Delivery.state == State.WAITING)
        .values(
            state=over,
            error=case((ends, case((Delivery.expires_at <= now, "expired"), else_="superseded")), else_=Delivery.error),
            settled_at=case((ends, now)),
            attempts=Delivery.attempts + case((ends, 0), else_=1),
            claimed_by=bindparam("_holder"),
            claimed_at=now,
        )
        .returning(Delivery)
        .execution_options(synchronize_session=False, populate_existing=True, dml_strategy="orm")
    )


def settle(session: Session, row: Delivery, *, late: bool = False, **outcome: Any) -> bool:
    """Write the outcome of a claimed row. Return False if the claim is no longer ours.

    ``late`` (it is known to have arrived) also counts after another replica gave it up, unless it was sent again.
    """
    this = {"_id": row.id, "_holder": row.claimed_by, "_attempts": row.attempts}
    done = session.execute(_settle(late, frozenset(outcome)), {**outcome, **this})
    return bool(done.rowcount)  # type: ignore[attr-defined]


@cache
def _settle(late: bool, columns: frozenset[str]) -> Executable:  # noqa: FBT001 - the cache's key
    column = table_of(Delivery).c
    open_states = [State.SENDING, State.UNCERTAIN, State.WAITING] if late else [State.SENDING]
    this = and_(column.id == bindparam("_id"), column.claimed_by == bindparam("_holder"))
    unchanged = and_(column.attempts == bindparam("_attempts"), column.state.in_(open_states))
    return update(table_of(Delivery)).where(this, unchanged).values({name: bindparam(name) for name in sorted(columns)})


def recover(session: Session, holder: str, now: datetime) -> int:
    """Decide about the rows that a dead process was sending. Return how many there were.

    Harmless rows and, up to :data:`MOST_DOUBTS` times, ``Repeat.AGAIN`` rows go again. The rest waits for a person. A
    group chat that was opened and written down is harmless: only the bot is still to come in.
    """
    opened = and_(Delivery.operation == Operation.OPEN_CHAT, Delivery.sent_conversation_id.is_not(None))
    harmless = or_(Delivery.operation.in_(HARMLESS), opened)
    again = or_(harmless, and_(Delivery.repeat == Repeat.AGAIN, Delivery.doubts < MOST_DOUBTS))
    left = update(Delivery).where(Delivery.state == State.SENDING, Delivery.claimed_by != holder)
    decided = left.values(
        state=case((again, State.WAITING), else_=State.UNCERTAIN),
        doubts=Delivery.doubts + case((harmless, 0), else_=1),
        settled_at=case((~again, literal(now, Utc()))),
        error="interrupted",
    )
    return int(session.execute(decided).rowcount)  # type: ignore[attr-defined]
