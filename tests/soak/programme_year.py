"""A year's programme in simulated time: 25 events, 240 people, both changes of summer time, stops, moves and pauses.

``python -m tests.soak.programme_year [people] [seed]``. Every message that reached anybody is compared, whole, with
what naive rules say (:mod:`tests.support.programme_rules`). The clock ticks when anything should happen, a minute
before, and once a week; each tick comes twice.
"""

from __future__ import annotations

import logging
import random
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic

from bot.search.live_bank import LiveBank
from bot.swedish import is_working_day
from storage.database import Database
from tests.conftest import _put_together, starting_content
from tests.soak.outbox import databases
from tests.support.chat import Clock
from tests.support.programme import DAY, HOUR, MINUTE, SWEDEN, Meeting, Member, Programme, Time, difference, sv
from tests.support.programme_rules import closing, expected
from tests.support.programme_run import Run, ticks_for

BEGINS, ENDS = sv("2026-12-01 08:00"), sv("2027-12-20 08:00")
DOWN = [(sv("2027-03-25 07:00"), sv("2027-03-27 07:00")), (sv("2027-09-14 10:30"), sv("2027-09-16 10:30"))]
"""Two days each; the first time, the bot is up again in the night when summer time begins, nearly."""
FIXED = (
    # when each is published, and when it begins
    ("2027-01-07 10:00", "2027-01-11 09:00"),  # the first Monday after Christmas
    ("2027-03-01 10:00", "2027-03-29 09:00"),  # Easter Monday, the day after summer time began
    ("2027-03-03 10:00", "2027-03-30 08:00"),
    ("2027-05-20 21:30", "2027-07-14 13:00"),  # in July
    ("2027-06-01 09:00", "2027-08-16 13:00"),  # the first Monday after July
    ("2027-10-01 09:00", "2027-10-31 14:00"),  # the day summer time ends
    ("2027-10-04 09:00", "2027-11-01 09:00"),
    ("2027-10-05 09:00", "2027-11-05 23:30"),
)
LATE = 40


class Writer:
    """Writes a programme at random, always the same for a seed."""

    def __init__(self, people: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self._taken: set[datetime] = set()
        self._members = [self._member(number, people) for number in range(people)]

    def programme(self) -> Programme:
        """Return the year."""
        meetings = [self._fixed(number, *times) for number, times in enumerate(FIXED)]
        meetings += [self._usual(number) for number in range(len(FIXED), 18)]
        meetings += [self._whole_days(18), self._undated(19), self._small(20), self._moved_at_night(21)]
        meetings += self._series("Möte 22", 3)
        for meeting in meetings:
            meeting.acts.sort()
        return Programme(BEGINS, ENDS, self._members, meetings, DOWN)

    def _member(self, number: int, people: int) -> Member:
        name, chance = f"Person {number:03}", self._chance
        way, guest = chance.choice(("", "", "chat", "mail", "both")), chance.random() < 0.4
        follows, late = number % 3 == 0, people - number <= LATE
        if not late:
            gone = self._free(self._day(60, 300), 9) if number % 40 == 7 else None
            in_teams = number % 20 != 3
            way = way if in_teams else ""  # who has no chat has chosen nothing there
            return Member(name, way, guest, in_teams=in_teams, leaves=gone, follows=follows)
        if number % 2:
            return Member(name, way, guest, joins=self._free(self._day(20, 330), chance.randrange(24)), follows=follows)
        pauses = []
        for first in sorted(chance.sample(range(30, 330, 40), 3)):
            asked = self._free(self._day(first, first + 2), 9)
            pauses.append((asked, asked.astimezone(SWEDEN).date() + chance.randrange(3, 35) * DAY))
        return Member(name, way, guest, pauses=tuple(pauses), follows=follows)

    # meetings

    def _fixed(self, number: int, published: str, start: str) -> Meeting:
        return self._filled(Meeting(f"Möte {number:02}", sv(published), Time(sv(start), sv(start) + HOUR)))

    def _usual(self, number: int) -> Meeting:
        """Return an ordinary event: perhaps for a group, with a last day, moved, or cancelled."""
        chance = self._chance
        published = self._free(self._day(5, 300), chance.randrange(7, 23))
        time_ = self._time(published + chance.randrange(5, 60) * DAY)
        for_whom = chance.choice(("all", "all", "group", "nobody"))
        meeting = Meeting(f"Möte {number:02}", published, time_, for_whom, chance.choice((None, None, 25)))
        for _ in range(number % 3):  # once, twice, or not at all; also in the last hours
            now_ = meeting.moves[-1][1] if meeting.moves else time_
            at = self._free(now_.start - chance.choice((2 * HOUR, 20 * HOUR, 30 * HOUR, 5 * DAY)), None)
            if now_.start - HOUR > at > max(published, *(moved for moved, _ in meeting.moves), BEGINS):
                meeting.moves.append((at, self._later(now_, at)))
        if number % 6 == 4:
            last = meeting.moves[-1] if meeting.moves else (published, time_)
            meeting.cancelled = self._free(last[0] + (last[1].start - last[0]) * chance.uniform(0.5, 0.95), None)
        return self._filled(meeting)

    def _whole_days(self, number: int) -> Meeting:
        time_ = Time(sv("2027-03-28 00:00"), sv("2027-03-30 00:00"), date(2027, 3, 19))
        return self._filled(Meeting(f"Möte {number}", sv("2027-02-01 12:00"), time_))

    def _undated(self, number: int) -> Meeting:
        meeting = Meeting(f"Möte {number}", sv("2027-02-02 12:00"), None)
        meeting.moves = [(sv("2027-04-10 21:15"), self._time(sv("2027-05-11 09:00")))]
        return self._filled(meeting)

    def _small(self, number: int) -> Meeting:
        """Return a course with a long waiting list; people leave it in the night too."""
        time_ = Time(sv("2027-10-28 13:00"), sv("2027-10-28 16:00"), date(2027, 10, 20))
        meeting = self._filled(Meeting(f"Möte {number}", sv("2027-09-20 09:00"), time_, seats=10))
        seated = [name for _, what, name in sorted(meeting.acts) if what == "register"][:10]
        for day, name in enumerate(seated[:6]):
            at = self._free(sv("2027-10-21 09:00") + day * DAY * 1.1, (10, 23, 6, 20, 9, 12)[day])
            meeting.acts.append((at, "leave", name))
        return meeting

    def _moved_at_night(self, number: int) -> Meeting:
        """Return an event that is put up in the evening and moved before anybody is awake."""
        times = [self._time(sv(f"2027-04-{day} 09:00")) for day in (20, 22)]
        meeting = Meeting(
            f"Möte {number}", sv("2027-03-31 20:30"), times[0], moves=[(sv("2027-03-31 23:10"), times[1])]
        )
        return self._filled(meeting)

    def _series(self, title: str, times: int) -> list[Meeting]:
        starts = [sv("2027-09-30 10:00"), sv("2027-10-28 10:00"), sv("2027-11-25 10:00")][:times]
        made = [
            Meeting(title, sv(f"2027-09-01 10:0{n}"), Time(at, at + HOUR), series="s") for n, at in enumerate(starts)
        ]
        return [self._filled(one, self._members[:120]) for one in made]

    # what people do

    def _filled(self, meeting: Meeting, members: list[Member] | None = None) -> Meeting:
        """Let people answer, some in the last minutes; some leave, and some of those return."""
        chance = self._chance
        for member in members or self._members:
            fate = chance.random()
            times = [meeting.time, *(time_ for _, time_ in meeting.moves)]
            final = next(time_ for time_ in reversed(times) if time_)
            dated = (
                next((at for at, _ in meeting.moves), meeting.published) if meeting.time is None else meeting.published
            )
            first = max(dated, member.joins or BEGINS) + 5 * MINUTE
            last = min([closing(time_) for time_ in times if time_] + [meeting.cancelled or ENDS]) - 2 * MINUTE
            last = min(last, (member.leaves or ENDS) - MINUTE)
            if not member.in_teams or fate > 0.5 or first >= last:
                continue
            if fate < 0.1 and final.last_day is None and last > first + 2 * HOUR:
                first = last - chance.choice((30 * MINUTE, 20 * HOUR))  # late: after the reminders
            at = self._between(max(first, dated + 5 * MINUTE, (member.joins or BEGINS) + 5 * MINUTE), last)
            if at is None:
                continue
            meeting.acts.append((at, "decline" if fate > 0.4 else "register", member.name))
            left = self._between(at + MINUTE, last) if fate < 0.08 and meeting.seats is None else None
            if left is not None:
                meeting.acts.append((left, chance.choice(("leave", "decline")), member.name))
                back = self._between(left + MINUTE, last) if fate < 0.04 else None
                if back is not None:
                    meeting.acts.append((back, "register", member.name))
        return meeting

    # times

    def _day(self, first: int, last: int) -> datetime:
        return BEGINS + self._chance.randrange(first, last) * DAY

    def _time(self, about: datetime) -> Time:
        """Return a time on a weekday near the wanted one, perhaps with a last day to register."""
        day = about.astimezone(SWEDEN).date()
        while day.weekday() > 4 or not (is_working_day(day) or self._chance.random() < 0.1):
            day += DAY
        start = datetime.combine(day, time(self._chance.choice((8, 9, 13, 18))), SWEDEN).astimezone(UTC)
        last = day - self._chance.randrange(2, 6) * DAY if self._chance.random() < 0.4 else None
        return Time(start, start + HOUR, last)

    def _later(self, before: Time, at: datetime) -> Time:
        days = self._chance.choice((1, 7, 10))
        start = (before.start.astimezone(SWEDEN) + days * DAY).astimezone(UTC)
        return Time(max(start, at + DAY), max(start, at + DAY) + HOUR, before.last_day)

    def _between(self, first: datetime, last: datetime) -> datetime | None:
        """Return a moment in between at which the bot is up and nobody else does anything."""
        for _ in range(20):
            at = first + (last - first) * self._chance.random()
            at = at.replace(second=0, microsecond=0) + timedelta(seconds=self._chance.randrange(1, 60))
            if first < at < last and at not in self._taken and not self._down(at):
                self._taken.add(at)
                return at
        return None

    def _free(self, at: datetime, hour: int | None) -> datetime:
        there = at if hour is None else datetime.combine(at.astimezone(SWEDEN), time(hour), SWEDEN).astimezone(UTC)
        there = there.replace(second=0, microsecond=0) + 17 * MINUTE
        while there in self._taken or self._down(there):
            there += MINUTE if not self._down(there) else DAY
        self._taken.add(there)
        return there

    def _down(self, at: datetime) -> bool:
        return any(begins <= at < ends for begins, ends in DOWN)


def trial(url: str, programme: Programme) -> tuple[str, list[str]]:
    """Play the programme. Return what is worth telling, and what is wrong."""
    database = Database(url)
    try:
        database.play(starting_content)
        begun = monotonic()
        rules = expected(programme)
        mornings = {programme.begins + day * DAY for day in range(0, (programme.ends - programme.begins).days, 7)}
        run = Run(programme, _put_together(database, LiveBank(database), {}), Clock(programme.begins))
        seen = run.play(ticks_for(rules) | mornings)
        acts = sum(len(meeting.acts) for meeting in programme.meetings)
        kinds = ", ".join(f"{what} {times}" for what, times in Counter(told.what for told in seen).most_common())
        line = (
            f"{len(programme.meetings)} events, {len(programme.members)} people, {acts} answers, {run.ticks} ticks, "
            f"{len(seen)} messages as expected of {len(rules)} ({kinds}) in {monotonic() - begun:.0f} s"
        )
        return line, [*difference(rules, seen), *run.wrong]
    finally:
        database.close()


def main() -> int:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 240
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    logging.disable(logging.ERROR)
    programme, wrong = Writer(people, seed).programme(), 0
    with databases() as urls:
        for name, url in urls.items():
            line, faults = trial(url, programme)
            print(f"{name}: {line}; {len(faults)} differences", *faults[:40], sep="\n  ", flush=True)
            wrong += len(faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
