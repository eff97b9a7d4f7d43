"""How far a municipality has come with a duty: the rules for every change, and which changes win.

A state comes from a source. A list outranks the kansli, and the kansli outranks a member's click
(:class:`storage.duties.DutySource`). Facts are not stored: :mod:`bot.progress.standings` computes them.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import and_
from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register.change import Change
from bot.swedish import date_of
from storage import duties, municipalities, outbox
from storage.database import insert_new
from storage.duties import ENDED, Duty, DutyChange, DutySource, DutyState, DutyStatus
from storage.municipalities import MemberState, Municipality

FIRM = (DutyState.CONFIRMED, DutyState.EXEMPT)
"""States that a lower source never replaces."""
_RANKS = {source: rank for rank, source in enumerate(DutySource)}


def set_state(
    change: Change,
    duty: Duty,
    code: str,
    state: DutyState,
    source: DutySource,
    *,
    until: date | None = None,
    reason: str = "",
    note: str = "",
) -> DutyStatus:
    """Set how far a municipality has come, and keep it in the history. Return the row, locked.

    The row stays as it is if it says the same, or if a higher source has made it firm. ``note`` says in the history
    why, such as the list's name; it is the ``reason`` if it is empty. Whether the person may do this is for
    :mod:`bot.duties.access`. Raise :class:`UserError` for a closed duty.
    """
    refuse_closed(duty)
    row = lock(change, duty, code)
    same = (row.state, row.until, row.reason) == (state, until, reason)
    outranked = row.state in FIRM and _RANKS[source] < _RANKS[DutySource(row.source)]
    if outranked or (same and row.source == source):
        return row
    row.state, row.source, row.until, row.reason = state, source, until, reason
    row.since, row.by_id = change.now, change.by
    change.session.add(
        DutyChange(
            duty_id=duty.id,
            municipality_code=code,
            state=state,
            source=source,
            note=note or reason,
            by_id=change.by,
            at=change.now,
        )
    )
    change.session.flush()
    if state in ENDED or state == DutyState.POSTPONED:
        stop(change, duty, code)
    return row


def lock(change: Change, duty: Duty, code: str) -> DutyStatus:
    """Return the row of a municipality, made if there is none, locked until the transaction ends."""
    key = {"duty_id": duty.id, "municipality_code": code}
    fresh = {"state": DutyState.NOT_STARTED, "source": DutySource.CLICK, "since": change.now, "reason": ""}
    insert_new(change.session, DutyStatus, **key, **fresh)
    return change.session.get_one(DutyStatus, (duty.id, code), with_for_update=True, populate_existing=True)


def stop(change: Change, duty: Duty, code: str) -> None:
    """Cancel the reminders that wait for anybody in the municipality."""
    theirs = outbox.Delivery.key.startswith(stem(duty.id, code), autoescape=True)
    which = and_(outbox.Delivery.subject == duty.subject, theirs)
    outbox.cancel_all(change.session, which, change.now, why="cause_ended")


def stem(duty_id: int, code: str) -> str:
    """Return the start of the outbox keys of a municipality's reminders. It ends with a colon."""
    return f"duty:{duty_id}:{code}:"


def state_of(row: DutyStatus | None, now: datetime) -> DutyState:
    """Return the state that holds now: a postponement ends on its day. It does not know about facts."""
    if row is None:
        return DutyState.NOT_STARTED
    return current(row.state, row.until, date_of(now))


def current(state: str, until: date | None, today: date) -> DutyState:
    """Return the state that holds today, from the columns of a row."""
    over = state == DutyState.POSTPONED and (until is None or until <= today)
    return DutyState.NOT_STARTED if over else DutyState(state)


def deadline(duty: Duty, row: DutyStatus | None) -> date | None:
    """Return the municipality's last day: its own if the kansli has extended it. None: *datum inte satt*."""
    return (row.due if row is not None else None) or duty.due


def members(session: Session, duty: Duty) -> list[Municipality]:
    """Return the members of the association that the duty concerns, by code."""
    return [place for place in municipalities.in_state(session, MemberState.MEMBER) if concerns(duty, place)]


def concerns(duty: Duty, place: Municipality) -> bool:
    """Return whether the duty concerns a municipality: a member that matches every field of the audience."""
    return place.state == MemberState.MEMBER and in_audience(duty, place.code, place.county, place.size_group)


def in_audience(duty: Duty, code: str, county: str, size_group: str) -> bool:
    """Return whether the duty's audience has a municipality with these facts. An empty field matches all."""
    fields = (("codes", code), ("counties", county), ("size_groups", size_group))
    return all(value in duty.audience[name] for name, value in fields if duty.audience.get(name))


def refuse_closed(duty: Duty) -> None:
    """Raise :class:`UserError` if the kansli has closed the duty."""
    if duty.closed_at is not None:
        raise UserError(
            f"Kansliet har stängt ”{duty.title} {duty.year}”, så det går inte att ändra längre. "
            "Skriv **att göra** för att se vad som gäller nu."
        )


def status(session: Session, duty: Duty, code: str) -> DutyStatus | None:
    """Return the row of a municipality without locking it; None if nothing has happened."""
    return duties.status(session, duty.id, code)
