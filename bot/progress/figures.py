"""How many municipalities are done with a duty: now, over time, and by county and size group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.progress.standings import Standings
from bot.swedish import STOCKHOLM, date_of
from storage import duties
from storage.duties import Duty, DutyState

DONE = (DutyState.SAYS_DONE, DutyState.CONFIRMED)
MOST_MONTHS = 12
REGIONS = "Regioner"
"""The group of the members that have no size group."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many municipalities a duty concerns, and how far they are."""

    concerned: int
    """Without those that are exempt."""
    done: int
    confirmed: int

    @property
    def left(self) -> int:
        """Return how many have it left."""
        return self.concerned - self.done

    @classmethod
    def of(cls, states: Iterable[DutyState]) -> Tally:
        """Count states."""
        counted = [state for state in states if state != DutyState.EXEMPT]
        return cls(len(counted), sum(state in DONE for state in counted), counted.count(DutyState.CONFIRMED))


@dataclass(frozen=True, slots=True)
class Course:
    """How many were done at the end of each month, this year and at the same time last year."""

    months: tuple[date, ...]
    """The first day of each month."""
    done: tuple[int, ...]
    before: tuple[int, ...]
    """The same months a year earlier; empty if the duty did not exist then."""


def tally(duty: Duty, everywhere: Standings) -> Tally:
    """Return where everybody stands."""
    return Tally.of(everywhere.of(duty.id, place.code).state for place in everywhere.places[duty.id])


def by_group(duty: Duty, everywhere: Standings, field: str) -> Mapping[str, Tally]:
    """Return the same for each county or size group (``county`` or ``size_group``), in order."""
    states: dict[str, list[DutyState]] = defaultdict(list)
    for place in everywhere.places[duty.id]:
        states[getattr(place, field) or REGIONS].append(everywhere.of(duty.id, place.code).state)
    return {name: Tally.of(states[name]) for name in sorted(states)}


def course(session: Session, duty: Duty, everywhere: Standings, now: datetime) -> Course:
    """Return how the number grew, at most the last twelve months.

    The last month is counted as it is now, so that it agrees with :func:`tally`, which knows facts too.
    """
    ends = date_of(duty.closed_at or now)
    months = _months(min(duty.opens or ends, date_of(duty.created_at), ends), ends)
    done = list(counted(session, duty, [_after(month) for month in months]))
    done[-1] = tally(duty, everywhere).done
    last = _last_year(session, duty)
    earlier = [month.replace(year=month.year - 1) for month in months]
    before = counted(session, last, [_after(month) for month in earlier]) if last is not None else ()
    return Course(tuple(months), tuple(done), tuple(before))


def _last_year(session: Session, duty: Duty) -> Duty | None:
    """Return the duty that this one was copied from, else last year's only one of its kind."""
    if duty.copied_from_id is not None:
        return duties.find(session, duty.copied_from_id)
    same = [row for row in duties.of_year(session, duty.year - 1) if row.kind == duty.kind]
    return same[0] if len(same) == 1 else None


def counted(session: Session, duty: Duty, moments: Sequence[datetime]) -> Sequence[int]:
    """Return how many municipalities were done at each moment, by the history."""
    done: set[str] = set()
    counts = []
    rows = list(duties.changes(session, duty.id))
    at = 0
    for moment in moments:
        while at < len(rows) and rows[at].at < moment:
            (done.add if rows[at].state in DONE else done.discard)(rows[at].code)
            at += 1
        counts.append(len(done))
    return counts


def _months(first: date, last: date) -> list[date]:
    """Return the months from the first day to the last, at most :data:`MOST_MONTHS` of them."""
    months = [last.replace(day=1)]
    while months[0] > first.replace(day=1) and len(months) < MOST_MONTHS:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    return months


def _after(month: date) -> datetime:
    """Return the moment when a month is over, in Stockholm."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return datetime.combine(following, time(), STOCKHOLM).astimezone(UTC)
