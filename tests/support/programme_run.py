"""Play a programme with the real bot: real turns, the clock's own planning and jobs, and a real courier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import conversation, jobs
from bot.delivery.tenant_routes import TenantRoutes
from bot.events import notices
from bot.message import Incoming, Kind, Message, Place, Scope, Sender
from bot.ports import DeliveryWay, Posted, Route
from bot.register.audience import to_json
from bot.register.change import Change
from bot.schedule import life
from bot.schedule.plans import EventPlan
from bot.schedule.times import Span
from bot.tenant import Letter, Tenant
from bot.turn import App
from storage import events
from storage.audiences import EVERYBODY, Audience, Part
from storage.events import Event, EventKind
from storage.outbox import Delivery
from storage.people import Follow, Person
from tests.support.chat import Clock, words
from tests.support.programme import DAY, MINUTE, Meeting, Member, Programme, Time, Told
from tests.support.teams import Teams, deliver

THEME = "vatten"
_TEAMS = "https://smba.trafficmanager.net/emea/"
_WHAT = re.compile(r"Inbjudan|Kommer du\?|Snart dags|Om en timme|Ny tid|Inställt|En plats är ledig för dig")
_TITLE = re.compile(r"Möte \d+")
_WHEN = re.compile(r"(?:mån|tis|ons|tors|fre|lör|sön)dag den \d+ \w+ \d{4}(?: kl\. \d\d\.\d\d)?", re.IGNORECASE)
_VERBS = {name: f"event.{name}" for name in ("register", "leave", "decline")} | {"accept": "event.accept_offer"}
_ids = count(1)


@dataclass
class _Diary(Teams):
    """A messenger that writes down which message reached whom."""

    clock: Clock = field(kw_only=True)
    told: list[Told] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """By chat and by mail address."""

    async def send(self, route: Route, message: Message) -> Posted:
        posted = await super().send(route, message)
        self.note("chat", route.conversation_id, words(message.card) if message.card else message.text)
        return posted

    def note(self, way: str, to: str, text: str) -> None:
        what, title, when = _WHAT.search(text), _TITLE.search(text), _WHEN.search(text)
        if what and title and to in self.names:
            said = when[0] if when else ""
            self.told.append(Told(self.clock.now, self.names[to], way, what[0], title[0], said[:1].lower() + said[1:]))


class _Post(TenantRoutes):
    """Mail that arrives at once."""

    def __init__(self, diary: _Diary) -> None:
        super().__init__()
        self.ways = frozenset({DeliveryWay.MAIL})
        self._diary, self.mail = diary, self
        self._tenant = cast("Tenant", self)

    async def send(self, *args: Any) -> Any:
        """Take a letter, as a tenant's mailbox does; or a row, as the routes do."""
        if isinstance(letter := args[0], Letter):
            self._diary.note("mail", letter.to, f"{letter.subject}\n{letter.text}")
            return f"<{letter.key}>"
        return await super().send(*args)


class Run:
    """One playing of a programme."""

    def __init__(self, programme: Programme, app: App, clock: Clock) -> None:
        self._programme, self._app, self._clock = programme, app, clock
        self._diary = _Diary({}, clock=clock)
        self._post = _Post(self._diary)
        self._numbers: dict[str, int] = {}
        """Of the events, by title; those of a series share one, so its times tell them apart."""
        self._planned: date | None = None
        self.ticks = 0
        self.wrong: list[str] = []

    def play(self, moments: Iterable[datetime]) -> list[Told]:
        """Play everything, and let the clock tick at these moments. Return what reached whom."""
        programme = self._programme
        todo = sorted(self._acts(), key=lambda act: act[0])
        there = {at for at in moments if programme.begins <= at <= programme.ends and not programme.down(at)}
        there |= {
            at
            for day in range(0, (programme.ends - programme.begins).days, 30)
            for at in (programme.begins + day * DAY,)
        }
        for at in sorted(there | programme.moments()):
            while todo and todo[0][0] <= at:
                self._clock.now, act = todo.pop(0)
                act()
            self._clock.now = at
            self._tick()
        return self._diary.told

    def _tick(self) -> None:
        """Tick as replicas do: one plans and sends, and another comes a little late."""
        self._plan(again=False)
        deliver(self._app, self._diary, self._clock.now, self._post)
        before, told = self._rows(), len(self._diary.told)
        self._plan(again=True)
        deliver(self._app, self._diary, self._clock.now, self._post)
        if (self._rows(), len(self._diary.told)) != (before, told):
            self.wrong.append(f"{self._clock.now}: a second tick changed something")
        self.ticks += 2

    def _plan(self, *, again: bool) -> None:
        """Plan what is due. What the events have no part in is planned once a day."""
        play, today = self._app.database.play, self._clock.now.date()
        others = not again and today != self._planned
        self._planned = today
        for job in jobs.JOBS:
            for work in job.run(self._app, self._clock) if others or job.name == "events" else ():
                play(work)
        for due in jobs.DUE if others else (due for due in jobs.DUE if due.__module__.startswith("bot.attendance")):
            for work in jobs.plan(due, self._app, self._clock):
                play(work)

    def _rows(self) -> int:
        return self._app.database.play(lambda session: session.scalar(select(func.count()).select_from(Delivery))) or 0

    # what people do

    def _acts(self) -> Iterator[tuple[datetime, Any]]:
        programme = self._programme
        for member in programme.members:
            yield member.joins or programme.begins, lambda member=member: self._join(member)
            for asked, last in member.pauses:
                data = {"last": last.isoformat()}
                yield asked, lambda name=member.name, data=data: self._press(name, "reminding.pause", data)
            if member.leaves:
                yield member.leaves, lambda name=member.name: self._set(name, left_at=self._clock.now)
        for number, meeting in enumerate(programme.meetings):
            key = f"{meeting.title} {number}"
            yield meeting.published, lambda key=key, meeting=meeting: self._publish(key, meeting)
            for at, time in meeting.moves:
                yield at, lambda key=key, time=time: self._change(key, lambda c, e, time=time: _move(c, e, time))
            if meeting.cancelled:
                yield meeting.cancelled, lambda key=key: self._change(key, lambda c, e: life.cancel(c, e, "Sjukdom."))
            for at, what, name in meeting.acts:
                yield at, lambda key=key, what=what, name=name: self._answer(key, what, name)

    def _join(self, member: Member) -> None:
        chat = f"a:{member.name}"
        self._diary.names |= {chat: member.name, member.mail: member.name}
        facts = {"mail": member.mail, "guest": member.guest, "remind_by": member.way}
        if member.in_teams:
            self._respond(member.name, Kind.INSTALLED)
        else:
            person = Person(name=member.name, first_seen_at=self._clock.now)
            self._app.database.play(lambda session: session.add(person))
        self._set(member.name, **facts)
        if member.follows:

            def follow(session: Session) -> None:
                session.add(Follow(person_id=_person(session, member.name).id, theme=THEME))

            self._app.database.play(follow)

    def _set(self, name: str, **facts: Any) -> None:
        def work(session: Session) -> None:
            for fact, value in facts.items():
                setattr(_person(session, name), fact, value)

        self._app.database.play(work)

    def _answer(self, key: str, what: str, name: str) -> None:
        self._press(name, _VERBS[what], {"event": self._numbers[key]})

    def _press(self, name: str, verb: str, data: dict[str, Any]) -> None:
        self._respond(name, Kind.ACTION, verb=verb, data=data)

    def _respond(self, name: str, kind: Kind, **more: Any) -> None:
        sender = Sender(f"29:{name}", None, name)
        place = Place(f"a:{name}", Scope.PERSONAL, _TEAMS, "t-1")
        asked = Incoming(f"y{next(_ids)}", kind, sender, place, **more)
        answer = conversation.respond(self._app, asked, self._clock.now)
        if answer.reply.notice:
            self.wrong.append(f"{self._clock.now}: {name} was answered {answer.reply.notice}")

    # what the kansli does

    def _publish(self, key: str, meeting: Meeting) -> None:
        def work(session: Session) -> int:
            change = Change(session, None, self._clock.now)
            plan = EventPlan(EventKind.WEBINAR, meeting.title, "Så gjorde vi.", join_url="https://meet.example.org/m")
            event = life.create(change, plan, _audience(meeting))
            event.series, event.seats = meeting.series, meeting.seats
            if meeting.time:
                _move(change, event, meeting.time)
            life.publish(change, event)
            notices.spread(session, event, self._clock.now)
            return event.id

        self._numbers[key] = self._app.database.play(work)

    def _change(self, key: str, what: Any) -> None:
        def work(session: Session) -> None:
            event = events.lock(session, self._numbers[key])
            assert event
            what(Change(session, None, self._clock.now), event)
            notices.spread(session, event, self._clock.now)

        self._app.database.play(work)


def ticks_for(expected: Iterable[Told]) -> set[datetime]:
    """Return the moments at which something should be told, and a minute before each of them."""
    return {at for told in expected for at in (told.at, told.at - MINUTE)}


def _move(change: Change, event: Event, time: Time) -> None:
    life.move(change, event, Span(time.start, time.end), time.last_day)


def _audience(meeting: Meeting) -> dict[str, Any]:
    to = {"all": EVERYBODY, "group": Audience((Part(themes=(THEME,)),)), "nobody": Audience()}[meeting.for_whom]
    return to_json(to) if to.parts else {}


def _person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()
