"""The figures of events that have been held: how many registered and came, from where, and whether it was worth it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from bot.swedish import STOCKHOLM, date_of
from storage import events, participations, registrations
from storage.events import Event
from storage.registrations import RegistrationState

FEWEST_ANSWERS = 3
"""With fewer, a mean would tell what one person answered."""
ACADEMY_GOAL = 50
"""How many different people the plan wants to reach by SEKOM-akademin in a year (verksamhetsplan 2026-2027)."""


@dataclass(frozen=True, slots=True)
class EventFigures:
    """One event that is over, in numbers."""

    event: Event
    registered: int
    known: int
    """How many of the people whom the bot knows came."""
    towns: int
    """How many municipalities they came from."""
    answers: int
    total: int
    """All stars together; only for means of several events."""

    @property
    def came(self) -> int:
        """Return how many came."""
        return self.known + self.event.others_came

    @property
    def told(self) -> bool:
        """Return whether there are enough answers to say what they were."""
        return self.answers >= FEWEST_ANSWERS

    @property
    def mean(self) -> float | None:
        """Return the mean of the answers; None for too few."""
        return self.total / self.answers if self.told else None


@dataclass(frozen=True, slots=True)
class YearFigures:
    """The events of a year, in the order of their dates."""

    year: int
    events: Sequence[EventFigures]
    towns: int
    """How many municipalities had somebody at any event."""
    academy: int
    """How many different people came to events of SEKOM-akademin."""

    @property
    def answers(self) -> int:
        """Return how many answers the mean is of: those of events that have enough of their own.

        With the others, the mean would tell the answers of an event with one.
        """
        return sum(each.answers for each in self.events if each.told)

    @property
    def mean(self) -> float | None:
        """Return the mean of all answers that may be told; None for none."""
        return sum(each.total for each in self.events if each.told) / self.answers if self.answers else None


def of_year(session: Session, year: int, now: datetime) -> YearFigures:
    """Return the figures of the events that ended in a year, by now."""
    first, after = (datetime.combine(date(each, 1, 1), time(), STOCKHOLM).astimezone(UTC) for each in (year, year + 1))
    held = list(reversed(events.held(session, first, min(after, now))))
    presences = participations.came(session, [event.id for event in held])
    academy = {event.id for event in held if event.academy}
    return YearFigures(
        year,
        of_events(session, held),
        len({presence.municipality_code for presence in presences if presence.municipality_code}),
        len({presence.person_id for presence in presences if presence.event_id in academy}),
    )


def of_events(session: Session, held: Sequence[Event]) -> list[EventFigures]:
    """Return the figures of some events, in the same order."""
    ids = [event.id for event in held]
    registered = registrations.counts(session, ids)
    presences = participations.came(session, ids)
    stars = participations.stars(session, ids)
    return [
        EventFigures(
            event,
            registered[event.id][RegistrationState.REGISTERED],
            sum(presence.event_id == event.id for presence in presences),
            len({each.municipality_code for each in presences if each.event_id == event.id and each.municipality_code}),
            stars.get(event.id, (0, 0))[1],
            stars.get(event.id, (0, 0))[0],
        )
        for event in held
    ]


def comments(session: Session, figures: EventFigures) -> Sequence[str]:
    """Return the lines that people wrote of an event; none while there are too few answers."""
    return participations.comments(session, figures.event.id) if figures.told else ()


def year_of(written: object, now: datetime) -> int:
    """Return the year that was asked for, which may be anything; else this one."""
    this = date_of(now).year
    if isinstance(written, str) and written.strip().isdecimal() and written.strip().isascii():
        written = int(written.strip()[:5])
    known = isinstance(written, int) and not isinstance(written, bool) and 2000 <= written <= this  # noqa: PLR2004
    return int(written) if known else this  # type: ignore[call-overload]
