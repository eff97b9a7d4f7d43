"""The seats of a programme's events, played by hand: who registers, waits, is offered a seat, and lets it pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from tests.support.programme import DAY, HOUR, SWEDEN, Meeting, Programme

IN_TOUCH = ("registered", "waiting", "offered")


@dataclass
class Seats:
    """What became of the seats of a meeting."""

    states: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    offers: list[tuple[datetime, str, datetime]] = field(default_factory=list)
    """When the person hears of it, who, and until when."""

    def of(self, name: str, at: datetime) -> str:
        """Return the person's state at that moment, or nothing."""
        return next((state for since, state in reversed(self.states.get(name, [])) if since <= at), "")

    def since(self, name: str, at: datetime) -> datetime:
        return [since for since, _ in self.states[name] if since <= at][-1]

    def put(self, at: datetime, name: str, state: str) -> None:
        self.states.setdefault(name, []).append((at, state))

    def here(self, state: str, at: datetime) -> list[str]:
        names = [name for name in self.states if self.of(name, at) == state]
        return sorted(names, key=lambda name: (self.since(name, at), name))


def seated(programme: Programme, meeting: Meeting) -> Seats:
    """Play the registrations, with the queue and its offers."""
    place, acts = Seats(), sorted(meeting.acts)
    ends: list[tuple[datetime, str]] = []
    had: set[str] = set()
    while acts or ends:
        if ends and (not acts or ends[0][0] <= acts[0][0]):
            at, name = ends.pop(0)
            if place.of(name, at) == "offered":
                place.put(at, name, "waiting")
        else:
            at, what, name = acts.pop(0)
            _act(meeting, place, at, what, name)
            if what != "accept":
                had.discard(name)
        time_ = meeting.time_at(at)
        if time_ is None or at >= time_.start or not meeting.open_at(at):
            ends = []
            continue
        for name in [name for name in place.here("waiting", at) if name not in had]:
            if _free(meeting, place, at) <= 0:
                break
            by = _by_day(at, time_.start)
            until = by + min(24 * HOUR, (time_.start - by) / 2)
            place.put(at, name, "offered")
            place.offers.append((by, name, programme.up(until)))
            had.add(name)
            ends = sorted([*ends, (programme.up(until), name)])
    return place


def _act(meeting: Meeting, place: Seats, at: datetime, what: str, name: str) -> None:
    if what == "register":
        free = _free(meeting, place, at) - len(place.here("waiting", at))
        place.put(at, name, "registered" if free > 0 else "waiting")
    elif what == "accept":
        place.put(at, name, "registered")
    else:
        place.put(at, name, "left" if place.of(name, at) in IN_TOUCH else place.of(name, at) or "declined")


def _free(meeting: Meeting, place: Seats, at: datetime) -> int:
    taken = len(place.here("registered", at)) + len(place.here("offered", at))
    return 10**6 if meeting.seats is None else meeting.seats - taken


def _by_day(at: datetime, start: datetime) -> datetime:
    local = at.astimezone(SWEDEN)
    if time(8) <= local.time() < time(20):
        return at
    morning = local.replace(hour=8, minute=0, second=0) + (DAY if local.time() >= time(20) else 0 * DAY)
    return morning.astimezone(UTC) if morning < start else at
