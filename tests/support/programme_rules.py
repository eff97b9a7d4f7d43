"""Who should be told what and when, worked out person by person from the issue's rules. Slow, plain, and on its own.

It shares nothing with the bot but the calendar of quiet times (:mod:`bot.swedish`).

* Invited once: when it is put up, or when the person or the date comes; at the next decent hour.
* Invited at least three days ago and silent: 14 and 3 days before the last day to register (16 o'clock that day).
* Registered: the day before at a decent hour, and one hour before. Whole days: the day before only.
* Moved or cancelled: registered and waiting people, at once. A freed seat: the next one who waits, for 24 hours by day
  and at most half of the time that is left.
* After a stop, only the newest of what still matters. In a pause no reminders; after it what still matters.
* A series is invited to once, and reminded of for its next event.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from bot.swedish import is_open, next_open, previous_open
from tests.support.programme import DAY, HOUR, SWEDEN, Meeting, Member, Programme, Time, Told
from tests.support.programme_seats import IN_TOUCH, seated

Wanted = Callable[[datetime], bool]
"""Whether a message is still wanted at a moment."""
_DAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
_MONTHS = "januari februari mars april maj juni juli augusti september oktober november december".split()


def before_closing(moment: datetime) -> datetime:
    """Return when a reminder goes that may not come in a quiet time: an hour before the latest closing."""
    opened = previous_open(moment)
    return moment if opened == moment else opened - HOUR


def expected(programme: Programme) -> list[Told]:
    """Return every message of the programme, in order."""
    rules = _Rules(programme)
    found = [told for meeting in programme.meetings for told in rules.of(meeting)]
    return sorted(one for one in found if one.at <= programme.ends)


def said(time_: Time) -> str:
    """Return the first day, with the clock time if there is one: "torsdag den 25 mars 2027 kl. 09.00"."""
    local = time_.start.astimezone(SWEDEN)
    text = f"{_DAYS[local.weekday()]} den {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return text if time_.whole_days else f"{text} kl. {local:%H.%M}"


def closing(time_: Time) -> datetime:
    """Return when it is too late to answer."""
    if time_.last_day is None:
        return time_.start
    return min(time_.start, datetime.combine(time_.last_day, time(16), SWEDEN).astimezone(UTC))


def begins(time_: Time) -> datetime:
    """Return when people should be there."""
    local = time_.start.astimezone(SWEDEN)
    return local.replace(hour=9).astimezone(UTC) if time_.whole_days else time_.start


def days_before(moment: datetime, days: int) -> datetime:
    """Return the same time of day so many days before."""
    return (moment.astimezone(SWEDEN) - days * DAY).astimezone(UTC)


def by_day(moment: datetime) -> datetime:
    """Return the moment, or the last 17 o'clock before it if it is at night."""
    local = moment.astimezone(SWEDEN)
    if time(8) <= local.time() <= time(17):
        return moment
    evening = local.replace(hour=17, minute=0)
    return (evening if local.time() > time(17) else evening - DAY).astimezone(UTC)


def day_before(start: datetime) -> datetime:
    """Return when people hear that it is tomorrow: before a weekend early, in long quiet times on the day itself."""
    yesterday = days_before(start, 1)
    early = previous_open(yesterday)
    return early if start - early <= timedelta(days=5) else by_day(yesterday)


class _Rules:
    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.pressed = {name: sorted(times) for name, times in programme.pressed().items()}
        self.members = {member.name: member for member in programme.members}
        self.places = {id(meeting): seated(programme, meeting) for meeting in programme.meetings}
        self.invited: dict[tuple[str, str], tuple[datetime, datetime]] = {}
        """When a person was invited to a meeting or series, by its name."""

    def of(self, meeting: Meeting) -> Iterator[Told]:
        for member in self.programme.members:
            yield from self._invitation(meeting, member)
            yield from self._silent(meeting, member)
            yield from self._coming(meeting, member)
            yield from self._news(meeting, member)

    # the four kinds of messages

    def _invitation(self, meeting: Meeting, member: Member) -> Iterator[Told]:
        name = (meeting.series or meeting.title, member.name)
        tries = [meeting.published, *(at for at, _ in meeting.moves), *([member.joins] if member.joins else [])]
        for planned in sorted(map(self.programme.up, tries)):
            time_ = meeting.time_at(planned)
            if name in self.invited or time_ is None or not self._asks(meeting, member, planned):
                continue
            opens = next_open(planned)
            at = self.programme.up(opens if opens < closing(time_) else planned)
            if at >= closing(time_) or meeting.time_at(at) != time_ or not self._asks(meeting, member, at):
                continue
            self.invited[name] = planned, at
            told = Told(at, member.name, "", "Inbjudan", meeting.title, said(time_))
            for way, when in self._ways(member, at, 24 * HOUR, for_all=True):
                late = self.programme.up(when)
                same = meeting.time_at(late) == time_ and late < closing(time_)
                if way == "chat" or when == at or (same and self._asks(meeting, member, late)):
                    yield self._as(told, way, late)

    def _silent(self, meeting: Meeting, member: Member) -> Iterator[Told]:
        invited, reminded = self.invited.get((meeting.series or meeting.title, member.name)), set()
        for since, until, time_ in self._versions(meeting):
            ends = closing(time_)
            moments = [before_closing(days_before(ends, 14)), before_closing(days_before(ends, 3)), ends]
            for moment, after in pairwise(moments):
                planned = self.programme.up(max(moment, since, self._next_of_series(meeting)))
                if planned >= min(after, until) or invited is None or invited[1] > moment - 3 * DAY:
                    continue
                opens = next_open(planned)
                at = opens if opens < ends else planned
                told = Told(at, member.name, "", "Kommer du?", meeting.title, said(time_))
                if self._asks(meeting, member, planned) and (ends, moment) not in reminded:
                    sent = list(
                        self._reminder(meeting, member, told, after, lambda at: self._asks(meeting, member, at))
                    )
                    reminded |= {(ends, moment)} if sent else set()
                    yield from sent

    def _coming(self, meeting: Meeting, member: Member) -> Iterator[Told]:
        reminded: set[tuple[str, datetime]] = set()
        place = self.places[id(meeting)]
        for since, until, time_ in self._versions(meeting):
            start = begins(time_)
            hour = start if time_.whole_days else start - HOUR
            rungs = [("Snart dags", day_before(start), hour)]
            rungs += [] if time_.whole_days else [("Om en timme", hour, start)]
            for what, moment, after in rungs:
                planned = self.programme.up(max(moment, since))
                if planned >= min(after, until) or (what == "Snart dags" and since > moment):
                    continue
                there = place.of(member.name, planned) == "registered"
                if not there or place.since(member.name, planned) > moment or (what, start) in reminded:
                    continue
                reminded.add((what, start))
                at = planned if what == "Om en timme" else self._decent(planned, moment, after)
                told = Told(at, member.name, "", what, meeting.title, said(time_))

                def comes(at: datetime) -> bool:
                    return place.of(member.name, at) == "registered" and meeting.open_at(at)

                yield from self._reminder(meeting, member, told, after, comes)

    def _news(self, meeting: Meeting, member: Member) -> Iterator[Told]:
        place, before = self.places[id(meeting)], meeting.time
        for at, time_ in meeting.moves:
            if before is not None and before.start != time_.start and place.of(member.name, at) in IN_TOUCH:
                told = Told(at, member.name, "", "Ny tid", meeting.title, said(time_))

                def still(late: datetime, time_: Time = time_, at: datetime = at) -> bool:
                    moved = any(at < again <= late for again, _ in meeting.moves)
                    return not moved and late < time_.start and place.of(member.name, late) in IN_TOUCH

                yield from self._answer(member, told, lambda late: still(late) and meeting.open_at(late))
            before = time_
        if meeting.cancelled and place.of(member.name, meeting.cancelled) in IN_TOUCH:
            last = meeting.time_at(meeting.cancelled)
            assert last is not None
            told = Told(meeting.cancelled, member.name, "", "Inställt", meeting.title, said(last))
            yield from self._answer(member, told, lambda _: True)
        for at, name, ends in place.offers:
            time_at = meeting.time_at(at)
            if name == member.name and time_at is not None and place.of(name, at) == "offered":
                told = Told(at, name, "", "En plats är ledig för dig", meeting.title, said(time_at))

                def offered(late: datetime, ends: datetime = ends) -> bool:
                    return late < ends and place.of(member.name, late) == "offered"

                yield from self._answer(member, told, offered)

    # by which way, and what becomes of it in a pause

    def _reminder(
        self, meeting: Meeting, member: Member, told: Told, until: datetime, wanted: Wanted
    ) -> Iterator[Told]:
        at, time_ = told.at, meeting.time_at(told.at)
        for asked, last in member.pauses:  # until the first working morning after it, if that is not too late
            morning = _morning(last)
            ends = morning if morning < until <= next_open(morning) else next_open(morning)
            at = ends if asked <= at < ends else at
        at = self.programme.up(at)
        same = meeting.time_at(at) == time_ and said(time_) == told.when if time_ else False
        if at >= until or not same or not self._present(member, at) or not wanted(at):
            return
        both = member.way == "both" or (member.guest and not member.way)
        if not member.in_teams or member.way == "mail":
            yield self._as(told, "mail", at)
        else:
            yield self._as(told, "chat", at)
            if both:
                yield self._as(told, "mail", at)

    def _answer(self, member: Member, told: Told, wanted: Wanted) -> Iterator[Told]:
        at = self.programme.up(told.at)
        if not self._present(member, at):
            return
        for way, when in self._ways(member, at, HOUR, for_all=False):
            late = self.programme.up(when)
            if late == at or (wanted(late) and self._present(member, late)):
                yield self._as(told, way, late)

    def _ways(self, member: Member, at: datetime, wait: timedelta, *, for_all: bool) -> Iterator[tuple[str, datetime]]:
        """Yield the chat, and the mail: at once, or when the chat was not opened for so long."""
        if member.way == "mail" or not member.in_teams:
            yield "mail", at
            return
        yield "chat", at
        if member.way == "both":
            yield "mail", at
        elif not member.way and (for_all or member.guest):
            late = next_open(at + wait)
            pressed = self.pressed[member.name]
            if bisect_right(pressed, self.programme.up(late)) == bisect_right(pressed, at):
                yield "mail", late

    # the facts

    def _asks(self, meeting: Meeting, member: Member, at: datetime) -> bool:
        """Return whether the meeting concerns the person, who has said nothing, and it is not too late."""
        time_ = meeting.time_at(at)
        concerned = {"all": True, "group": member.follows, "nobody": False}[meeting.for_whom]
        answered = bool(self.places[id(meeting)].of(member.name, at))
        ready = meeting.open_at(at) and time_ is not None and at < closing(time_)
        return (
            concerned and ready and not answered and self._present(member, at) and at >= self._next_of_series(meeting)
        )

    def _present(self, member: Member, at: datetime) -> bool:
        return (member.joins or self.programme.begins) <= at and not (member.leaves and member.leaves <= at)

    def _next_of_series(self, meeting: Meeting) -> datetime:
        """Return when the event of a series becomes its next one: when the one before it begins."""
        others = [one for one in self.programme.meetings if meeting.series and one.series == meeting.series]
        before = others[: others.index(meeting)] if others else []
        return before[-1].time.start if before and before[-1].time else meeting.published

    def _versions(self, meeting: Meeting) -> Iterator[tuple[datetime, datetime, Time]]:
        """Yield each time that the meeting had: since when, until when."""
        changes = [(meeting.published, meeting.time), *meeting.moves]
        over = meeting.cancelled or self.programme.ends
        for (since, time_), (until, _) in zip(changes, [*changes[1:], (over, None)], strict=True):
            if time_ is not None:
                yield since, until, time_

    def _decent(self, planned: datetime, moment: datetime, after: datetime) -> datetime:
        """Return when a day-before reminder that is late goes: by day; on a working day if that is soon enough."""
        quiet = not is_open(moment)
        opens = planned if quiet else next_open(planned)
        if quiet or opens >= after:
            local = planned.astimezone(SWEDEN)
            if time(8) <= local.time() <= time(17):
                return planned
            morning = local.replace(hour=8, minute=0, second=0) + (DAY if local.time() > time(17) else 0 * DAY)
            return morning.astimezone(UTC) if morning < after else planned
        return opens

    def _as(self, told: Told, way: str, at: datetime) -> Told:
        return Told(at, told.name, way, told.what, told.title, told.when)


def _morning(last: date) -> datetime:
    """Return the morning after a pause."""
    return datetime.combine(last + DAY, time(8), SWEDEN).astimezone(UTC)
