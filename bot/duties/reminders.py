"""The reminders of duties, rung by rung, and the list of municipalities that the kansli calls.

The ladder is data of the duty: days from the last day, and the seats that are told. Of a rung's people nobody gets
more than :data:`MOST` messages about a duty: a fourth gives nothing, and a person should call (anchors.md, Duties).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from bot.delivery.ladder import Ladder, Reached, Rung
from bot.duties import cards
from bot.message import Json
from bot.progress import doers, standings, states
from bot.progress.standings import Standings
from bot.swedish import STOCKHOLM, date_of
from storage import duties, duty_facts, municipalities
from storage.duties import Duty
from storage.duty_facts import Place
from storage.outbox import Delivery
from storage.outgoing import AsMail, Outgoing, Reach, ToPerson

MOST = 3
"""Messages to one person about one duty."""
AT = time(9)
"""The time of the last day, in Stockholm, from which the rungs count."""
KANSLI = "kansli"
"""The word in a rung for the kansli's call list."""
STAMP = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Call:
    """A municipality that the kansli calls about a duty."""

    duty: Duty
    place: Place
    deadline: date
    people: Sequence[int]
    """The ids of the people to ask for, nearest to the work first; empty if there is nobody."""
    script: tuple[str, str, str]
    """What to say, in three lines."""


@dataclass(slots=True)
class _Rungs:
    """A duty's ladder, read once, and what it says for each last day."""

    duty: Duty
    now: datetime
    ladder: Ladder
    wanted: dict[int, tuple[str, ...]]
    _reached: dict[date, Reached | None]

    @classmethod
    def of(cls, duty: Duty, now: datetime) -> _Rungs:
        rungs = {int(rung["days"]): tuple(rung["to"]) for rung in duty.ladder}
        return cls(duty, now, Ladder(tuple(Rung(days) for days in sorted(rungs)), stamp=STAMP), rungs, {})

    def reached(self, last: date) -> Reached | None:
        """Return the highest rung reached for a last day. No rung counts before the duty can be done."""
        if last not in self._reached:
            opens = self.duty.opens
            closed = opens is not None and date_of(self.now) < opens
            at = datetime.combine(last, AT, STOCKHOLM)
            self._reached[last] = None if closed else self.ladder.due(at, self.now)
        return self._reached[last]

    def seats(self, step: Reached) -> tuple[str, ...]:
        """Return the seats that a rung tells, without the kansli."""
        return tuple(seat for seat in self.wanted[step.rung.amount] if seat != KANSLI)

    def calls(self, step: Reached) -> bool:
        """Return whether a rung puts the municipality on the kansli's call list."""
        return KANSLI in self.wanted[step.rung.amount]


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the reminders that are due by ``now``, whether they were planned before or not."""
    running, today = duties.running(session), date_of(now)
    everywhere, people = standings.load(session, running, now), doers.load(session, running)
    had = duty_facts.reminded(session, running)
    rows: list[Outgoing] = []
    for duty in running:
        for place, last, step, seats in _steps(everywhere, duty, now):
            told = [one for one in people.told(duty, place.code, seats) if had.get((duty.subject, one), 0) < MOST]
            here = [person_id for person_id in told if not people.away(person_id, today)]
            if here:
                content = _content(duty, place, last, step, everywhere.norm(duty, place))
                rows += _rows(duty, place, step, content, here)
    return rows


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether the duty is still left and the person still does it, asked just before sending.

    The key names the last day, so a reminder of a day that has moved is not sent.
    """
    _, number, code, _, days, stamp, *_ = row.key.split(":")
    duty = duties.find(session, int(number))
    if duty is None or duty.closed_at is not None:
        return False
    place = municipalities.find(session, code)
    if place is None or not states.concerns(duty, place):
        return False
    standing = standings.load(session, [duty], row.not_before).of(duty.id, code)
    if standing.quiet or standing.deadline is None or standing.deadline.strftime(STAMP) != stamp:
        return False
    seats = _Rungs.of(duty, row.not_before).wanted.get(int(days), ())
    told = doers.load(session, [duty]).told(duty, code, [seat for seat in seats if seat != KANSLI])
    return row.person_id in told


def call_list(session: Session, now: datetime) -> list[Call]:
    """Return the municipalities whose reminders have ended without result, by duty and municipality."""
    running = duties.running(session)
    everywhere, people = standings.load(session, running, now), doers.load(session, running)
    calls = []
    for duty in running:
        rungs = _Rungs.of(duty, now)
        for place, standing in everywhere.left(duty):
            step = rungs.reached(standing.deadline) if standing.deadline is not None else None
            if step is not None and standing.deadline is not None and rungs.calls(step):
                asked = people.told(duty, place.code, doers.ORDER)
                calls.append(Call(duty, place, standing.deadline, asked, script(duty, place, standing.deadline)))
    return calls


def script(duty: Duty, place: Place, last: date) -> tuple[str, str, str]:
    """Return what to say to a municipality on the telephone, in three lines."""
    takes = cards.takes(duty.minutes)
    return (
        f"Hej! Jag ringer från Sveriges Ekokommuner om {cards.title(duty)} för {place.full_name}.",
        f"Sista dagen var {cards.day(last)}. {takes}".strip(),
        "Vad behöver ni för att bli klara, och vilken dag är det gjort?",
    )


def _steps(everywhere: Standings, duty: Duty, now: datetime) -> Iterator[tuple[Place, date, Reached, tuple[str, ...]]]:
    """Yield the municipalities that are on a rung, with their last day, the rung and the seats that it tells."""
    rungs = _Rungs.of(duty, now)
    for place, standing in everywhere.left(duty):
        last = standing.deadline
        step = rungs.reached(last) if last is not None else None
        seats = rungs.seats(step) if step is not None else ()
        if last is not None and step is not None and seats:
            yield place, last, step, seats


def _content(duty: Duty, place: Place, last: date, step: Reached, norm: str) -> tuple[Json, AsMail]:
    sent_on = date_of(step.not_before)
    return cards.reminder(duty, last, sent_on, place, norm), cards.by_mail(duty, last, sent_on, place, norm)


def _rows(
    duty: Duty, place: Place, step: Reached, content: tuple[Json, AsMail], people: Sequence[int]
) -> Iterator[Outgoing]:
    card, mail = content
    stem = states.stem(duty.id, place.code).removesuffix(":")
    for person_id in people:
        yield Outgoing(
            key=step.key(stem, person_id),
            subject=duty.subject,
            to=ToPerson(person_id),
            text=card["fallbackText"],
            card=card,
            not_before=step.not_before,
            expires_at=step.until,
            reach=Reach.REMINDER,
            mail=mail,
        )
