"""The reminders of duties, rung by rung, and the list of municipalities that the kansli calls.

The ladder is data of the duty: days from the last day, and the seats that are told. Of a rung's people nobody gets
more than :data:`MOST` messages about a duty: a fourth gives nothing, and a person should call (anchors.md, Duties).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from bot.delivery.ladder import Ladder, Reached, Rung
from bot.duties import cards
from bot.duties.reminder_cards import DutyLetter
from bot.progress import doers, standings, states
from bot.swedish import STOCKHOLM, date_of
from storage import duties, duty_facts, municipalities
from storage.duties import Duty
from storage.duty_facts import MemberPlace
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson

MOST = 3
"""Messages to one person about one duty."""
AT = time(9)
"""The time of the last day, in Stockholm, from which the rungs count."""
KANSLI = "kansli"
"""The word in a rung for the kansli's call list."""
STAMP = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class DutyCall:
    """A municipality that the kansli calls about a duty."""

    duty: Duty
    place: MemberPlace
    deadline: date
    people: Sequence[int]
    """The ids of the people to ask for, nearest to the work first; empty if there is nobody."""
    script: tuple[str, str, str]
    """What to say, in three lines."""


@dataclass(frozen=True, slots=True)
class _OnRung:
    """The highest rung reached for a last day, and its message."""

    duty: Duty
    step: Reached
    wanted: tuple[str, ...]
    letter: DutyLetter

    @property
    def seats(self) -> tuple[str, ...]:
        """Return the seats that the rung tells, without the kansli."""
        return tuple(seat for seat in self.wanted if seat != KANSLI)

    def rows(self, place: MemberPlace, norm: str, people: Iterable[int]) -> Iterator[Outgoing]:
        """Yield the message to each of these people of a municipality."""
        step, subject = self.step, self.duty.subject
        card, mail = self.letter.to(place, norm)
        stem = states.stem(self.duty.id, place.code).removesuffix(":")
        for person_id in people:
            yield Outgoing(
                key=step.key(stem, person_id),
                subject=subject,
                to=ToPerson(person_id),
                text=card["fallbackText"],
                card=card,
                not_before=step.not_before,
                expires_at=step.until,
                reach=Reach.REMINDER,
                mail=mail,
            )


class _Rungs:
    """A duty's ladder, read once, and where it stands for each last day that a municipality has."""

    def __init__(self, duty: Duty, now: datetime) -> None:
        self.duty, self.now = duty, now
        self.wanted = {int(rung["days"]): tuple(rung["to"]) for rung in duty.ladder}
        self._ladder = Ladder(tuple(Rung(days) for days in sorted(self.wanted)), stamp=STAMP)
        self._on: dict[date | None, _OnRung | None] = {None: None}

    def on(self, last: date | None) -> _OnRung | None:
        """Return the highest rung reached for a last day. No rung counts before the duty can be done."""
        if last not in self._on:
            self._on[last] = self._find(last)
        return self._on[last]

    def _find(self, last: date | None) -> _OnRung | None:
        if last is None or (self.duty.opens is not None and date_of(self.now) < self.duty.opens):
            return None
        step = self._ladder.due(datetime.combine(last, AT, STOCKHOLM), self.now)
        if step is None:
            return None
        letter = DutyLetter.of(self.duty, last, date_of(step.not_before))
        return _OnRung(self.duty, step, self.wanted[step.rung.amount], letter)


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the reminders that are due by ``now``, whether they were planned before or not."""
    running, today = duties.running(session), date_of(now)
    if not running:  # asked each minute, and everything else here is about them
        return []
    everywhere, people = standings.load(session, running, now), doers.load(session, running)
    had = duty_facts.reminded(session, running)
    rows: list[Outgoing] = []
    for duty in running:
        rungs, number, subject = _Rungs(duty, now), duty.id, duty.subject
        for place, standing in everywhere.left(duty):
            on = rungs.on(standing.deadline)
            told = people.told(duty, place.code, on.seats) if on is not None else ()
            here = [one for one in told if had.get((subject, one), 0) < MOST and not people.away(one, today)]
            if on is not None and here:
                rows += on.rows(place, everywhere.norm(number, place), here)
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
    seats = _Rungs(duty, row.not_before).wanted.get(int(days), ())
    told = doers.load(session, [duty]).told(duty, code, [seat for seat in seats if seat != KANSLI])
    return row.person_id in told


def call_list(session: Session, now: datetime) -> list[DutyCall]:
    """Return the municipalities whose reminders have ended without result, by duty and municipality."""
    running = duties.running(session)
    everywhere, people = standings.load(session, running, now), doers.load(session, running)
    calls = []
    for duty in running:
        rungs = _Rungs(duty, now)
        for place, standing in everywhere.left(duty):
            on, last = rungs.on(standing.deadline), standing.deadline
            if on is not None and last is not None and KANSLI in on.wanted:
                asked = people.told(duty, place.code, doers.ORDER)
                calls.append(DutyCall(duty, place, last, asked, script(duty, place, last)))
    return calls


def script(duty: Duty, place: MemberPlace, last: date) -> tuple[str, str, str]:
    """Return what to say to a municipality on the telephone, in three lines."""
    takes = cards.takes(duty.minutes)
    return (
        f"Hej! Jag ringer från Sveriges Ekokommuner om {cards.title(duty)} för {place.full_name}.",
        f"Sista dagen var {cards.day(last)}. {takes}".strip(),
        "Vad behöver ni för att bli klara, och vilken dag är det gjort?",
    )
