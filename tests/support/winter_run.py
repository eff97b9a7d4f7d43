"""Play a winter with the real bot: real turns, the clock's own jobs, and a real courier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import chain, count
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import conversation, events, handover, jobs, silence
from bot.duties import reminders
from bot.message import Incoming, Kind, Place, Scope, Sender
from bot.progress import doers, standings, states
from bot.register.change import Change
from bot.turn import App
from storage import contacts, duties, questions, registrations, silences
from storage.contacts import Contact
from storage.duties import DutySource, DutyState
from storage.events import Event, EventKind, EventState
from storage.groups import ThemeGroup
from storage.municipalities import MemberState, Municipality
from storage.onboardings import Onboarding, Origin
from storage.outbox import Delivery
from storage.people import Person, PersonRole, RemindBy
from storage.questions import Question, Status
from storage.registrations import RegistrationState
from tests.support import winter
from tests.support.chat import KANSLI, Clock
from tests.support.duties import make_duty
from tests.support.teams import deliver
from tests.support.winter import DUE, EVENTS, Act, Told
from tests.support.winter_diary import Diary, Post
from tests.support.winter_rules import Winter

_TEAMS = "https://smba.trafficmanager.net/emea/"
_ids = count(1)
POLITICIAN, OFFICER = PersonRole.POLITICIAN, PersonRole.OFFICER
LONG_AGO = winter.sv("2024-02-01 12:00")


class Run:
    """One playing of a winter."""

    def __init__(self, plan: Winter, app: App, clock: Clock) -> None:
        self._plan, self._app, self._clock = plan, app, clock
        self._diary = Diary({}, clock=clock)
        self._post = Post(self._diary)
        self.ticks = 0
        self.wrong: list[str] = []

    def play(self) -> list[Told]:
        """Play the whole winter. Return what reached whom."""
        self._clock.now = winter.BEGINS
        self._begin()
        todo = self._plan.acts
        for at in sorted(self._plan.moments):
            while todo and todo[0].at <= at:
                act = todo.pop(0)
                self._clock.now = act.at
                self._do(act)
            self._clock.now = at
            self._tick()
        self._check_owners()
        return sorted(self._diary.told)

    def listed(self) -> list[str]:
        """Return the people on the kansli's list."""
        return sorted(person.name for _, person in self._read(silences.listed))

    def _tick(self) -> None:
        """Tick as two replicas do. Events and duties have soaks of their own, so theirs tick once."""
        before: tuple[int, int] | None = None
        for first in (True, False):
            run = [handover.run, *([events.run] if first and self._plan.every_day else []), silence.run]
            works = [job(self._app, self._clock) for job in run]
            works += [jobs.plan(reminders.due, self._app, self._clock)] if first else []
            for work in chain.from_iterable(works):
                self._app.database.play(work)
            deliver(self._app, self._diary, self._clock.now, self._post)
            after = self._read(lambda session: session.scalar(select(func.count()).select_from(Delivery)) or 0)
            seen = after, len(self._diary.told)
            if before not in (None, seen):
                self.wrong.append(f"{self._clock.now}: a second tick changed something")
            before = seen
        self.ticks += 2

    def _read(self, work: Callable[[Session], Any]) -> Any:
        return self._app.database.play(work)

    # the beginning

    def _begin(self) -> None:
        self._install("Karin Kansli", KANSLI)
        numbers = self._read(self._put_up)
        for place in self._plan.places:
            people = [place.politician, place.officer, place.name("Ersättare"), place.name("Ny"), place.name("Nyast")]
            for name in people:
                self._install(name)
            self._read(partial(self._seat, place=place))
            for begins in place.events:
                self._press(place.politician, "event.register", {"event": numbers[EVENTS.index(begins)]})
            if place.asks:
                self._read(partial(self._ask, place=place))
        self._read(self._awake)

    def _put_up(self, session: Session) -> list[int]:
        made = []
        for number, begins in enumerate(EVENTS):
            facts = {"starts_at": begins, "ends_at": begins + winter.HOUR, "seats": 12 if number == 3 else None}
            times = {"created_at": self._clock.now, "changed_at": self._clock.now, "published_at": self._clock.now}
            event = Event(kind=EventKind.WEBINAR, title=f"Möte {number}", state=EventState.OPEN, **facts, **times)
            session.add(event)
            session.flush()
            made.append(event.id)
        ladder = [{"days": days, "to": [POLITICIAN]} for days in (-30, -14, -3)]
        due = {"year": 2027, "due": DUE.date(), "seats": [POLITICIAN], "ladder": ladder}
        duty = make_duty(session, **due, created_at=self._clock.now, changed_at=self._clock.now)
        for place in self._plan.places:
            session.get_one(Municipality, place.code).state = MemberState.MEMBER
            if place.done:
                states.set_state(self._change(session), duty, place.code, DutyState.CONFIRMED, DutySource.KANSLI)
        return made

    def _seat(self, session: Session, place: winter.Place) -> None:
        held = {place.politician: POLITICIAN, place.officer: OFFICER, place.name("Ersättare"): PersonRole.SUBSTITUTE}
        elsewhere = self._plan.places[-1].code
        for name, seat in held.items():
            person = _person(session, name)
            person.municipality_code, person.role = place.code, seat
            session.add(Contact(municipality_code=place.code, seat=seat, person_id=person.id, since=LONG_AGO.date()))
        if place.kind == "two seats":
            other = _person(session, place.politician).id
            there = {"municipality_code": elsewhere, "seat": PersonRole.SUBSTITUTE, "since": LONG_AGO.date()}
            session.add(Contact(**there, person_id=other))
        for name in (place.name("Ny"), place.name("Nyast")):
            _person(session, name).municipality_code = place.code

    def _ask(self, session: Session, place: winter.Place) -> None:
        now = self._clock.now
        group = session.scalars(select(ThemeGroup).order_by(ThemeGroup.id)).first()
        facts = {"asker_id": _person(session, place.politician).id, "municipality_code": place.code, "show_name": True}
        times = {"asked_at": now, "waiting_since": now, "group_id": group.id if group else None}
        questions.add(session, origin=f"winter:{place.number}", text=f"Fråga {place.number}?", **facts, **times)

    def _awake(self, session: Session) -> None:
        """Let everybody be heard all the time but those whom the plan silences."""
        session.query(Onboarding).update({"origin": Origin.BEFORE})
        for person in session.scalars(select(Person)):
            person.greeted_at, person.last_active_at = LONG_AGO, winter.ENDS

    def _install(self, name: str, entra_id: str | None = None) -> None:
        self._respond(name, Kind.INSTALLED, entra_id)

        def know(session: Session) -> None:
            person = _person(session, name)
            person.mail, person.remind_by = _mail(name), RemindBy.CHAT

        self._read(know)

    # what people do

    def _do(self, act: Act) -> None:
        {"replace": self._replace, "end": self._end, "appoint": self._appoint, "no officer": self._no_officer}.get(
            act.what, self._alone
        )(act)

    def _replace(self, act: Act) -> None:
        held = self._read(lambda session: _held(session, act.code, act.who))
        self._kansli("people.replace", {"contact": held, "name": act.more, "mail": _mail(act.more)})

    def _end(self, act: Act) -> None:
        self._kansli("people.end", {"contact": self._read(lambda session: _held(session, act.code, act.who))})

    def _no_officer(self, act: Act) -> None:
        self._end(act)
        self._end(act._replace(who=act.who.replace("Tjänst", "Ersättare")))

    def _appoint(self, act: Act) -> None:
        form = {"code": act.code, "seat": POLITICIAN.value, "name": act.who, "mail": _mail(act.who)}
        self._kansli("people.save_contact", form)

    def _alone(self, act: Act) -> None:
        """Do what a person does themselves, or what happens to them."""
        match act.what:
            case "erase":
                self._press(act.who, "privacy.erase", {"person": self._id(act.who)})
            case "leaves team":
                self._set(act.who, left_at=act.at)
            case "postpone":
                number = self._read(duties.running)[0].id
                form = {"duty": number, "code": act.code, "until": act.more, "reason": "Ont om tid."}
                self._press(act.who, "duties.postpone", form)
            case "silent":
                self._set(act.who, last_active_at=datetime.fromisoformat(act.more))
            case "pause":
                self._press(act.who, "reminding.pause", {"last": act.more})
            case "wants to leave":
                self._press(act.who, "people.leave", {"code": act.code, "seats_only": True})
            case "fine":
                self._press(act.who, "silence.fine", {"silence": self._silence(act.who)})
            case "yes":
                about = self._silence(act.who.replace("Tjänst", "Politiker"))
                self._press(act.who, "silence.yes", {"silence": about})
            case _:
                raise AssertionError(act.what)

    def _silence(self, name: str) -> int | None:
        row = self._read(lambda session: silences.of_person(session, _person(session, name).id))
        return row.id if row else None

    def _id(self, name: str) -> int:
        return cast("int", self._read(lambda session: _person(session, name).id))

    def _set(self, name: str, **facts: Any) -> None:
        def work(session: Session) -> None:
            for fact, value in facts.items():
                setattr(_person(session, name), fact, value)

        self._read(work)

    def _kansli(self, verb: str, data: dict[str, Any]) -> None:
        self._respond("Karin Kansli", Kind.ACTION, KANSLI, verb=verb, data=data)

    def _press(self, name: str, verb: str, data: dict[str, Any]) -> None:
        self._respond(name, Kind.ACTION, verb=verb, data=data)

    def _respond(self, name: str, kind: Kind, entra_id: str | None = None, **more: Any) -> None:
        place = Place(f"a:{name}", Scope.PERSONAL, _TEAMS, "t-1")
        asked = Incoming(f"w{next(_ids)}", kind, Sender(f"29:{name}", entra_id, name), place, **more)
        answer = conversation.respond(self._app, asked, self._clock.now)
        if answer.reply.notice:
            self.wrong.append(f"{self._clock.now}: {name} pressed {more.get('verb')}: {answer.reply.notice}")

    def _change(self, session: Session) -> Change:
        return Change(session, None, self._clock.now)

    # the end

    def _check_owners(self) -> None:
        self._read(self._duties_have_owners)
        self._read(self._places_and_questions_have_owners)

    def _duties_have_owners(self, session: Session) -> None:
        (duty,) = duties.running(session)
        people, where = doers.load(session, [duty]), standings.load(session, [duty], self._clock.now)
        for place, _ in where.left(duty):
            seated = [held.person_id for held in contacts.current(session, place.code) if held.seat == POLITICIAN]
            if not seated or people.told(duty, place.code, [POLITICIAN]) != seated:
                self.wrong.append(f"nobody does the duty in {place.code}")

    def _places_and_questions_have_owners(self, session: Session) -> None:
        seated = {held.person_id for held in contacts.current(session) if not held.gone}
        coming = [RegistrationState.REGISTERED, RegistrationState.WAITING, RegistrationState.OFFERED]
        for event in session.scalars(select(Event).where(Event.starts_at > self._clock.now)):
            places = registrations.of_event(session, event.id, coming)
            self.wrong += [f"{person.name} has {event.title}" for _, person in places if person.id not in seated]
        for question in session.scalars(select(Question).where(Question.status == Status.OPEN)):
            theirs = {question.asker_id, *questions.followers(session, question.id)} & seated
            if not theirs:
                self.wrong.append(f"nobody waits for the answer to {question.text}")


def _held(session: Session, code: str, name: str) -> int:
    rows = [held for held in contacts.current(session, code) if held.person and held.person.name == name]
    return max(rows, key=lambda held: (held.seat == POLITICIAN, held.id)).id


def _mail(name: str) -> str:
    return f"{name.casefold().replace(' ', '.').replace('ä', 'a')}@kommun.example"


def _person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name).order_by(Person.id.desc())).first() or _nobody(
        name
    )


def _nobody(name: str) -> Person:
    raise AssertionError(f"there is no {name}")
