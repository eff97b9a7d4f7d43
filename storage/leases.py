"""Leases: the right of one process to do a task alone, until a given time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, delete, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Utc, insert_new, table_of

RETENTION = "retention"
"""The name of the row that stores in ``until`` when retention last ran. It is not a lease, so no figure counts it."""


class Lease(Base):
    """The right of one process (``holder``) to do a task alone, until a given time."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[datetime]


_TABLE, _NOW = table_of(Lease), bindparam("_now", type_=Utc())
_FREE = or_(
    _TABLE.c.holder == bindparam("_holder"),
    _TABLE.c.until <= _NOW,
    _TABLE.c.until > bindparam("_far", type_=Utc()),  # after a clock was set back
)
_HOLD = (
    update(_TABLE)
    .where(_TABLE.c.name == bindparam("_name"), _FREE)
    .values(holder=bindparam("_holder"), until=bindparam("_until", type_=Utc()))
)
"""Take or keep a lease. Built once, because every round of the outbox renews its lease."""


def hold(session: Session, name: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Take or keep the lease until ``now + length``. Return False while another process has it.

    Replicas' clocks may differ by less than half the length: the holder renews the lease well before its end.
    """
    mine = {"_name": name, "_holder": holder, "_now": now, "_far": now + 2 * length, "_until": now + length}
    if session.execute(_HOLD, mine).rowcount:  # type: ignore[attr-defined]
        return True
    insert_new(session, Lease, name=name, holder=holder, until=now)
    return bool(session.execute(_HOLD, mine).rowcount)  # type: ignore[attr-defined]


def release(session: Session, name: str, holder: str) -> None:
    """Give the lease up, so that another replica need not wait for it to end."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def end_all(session: Session) -> None:
    """End all leases. For a process that is alone with the database: every holder is gone."""
    session.execute(delete(Lease).where(Lease.name != RETENTION))
