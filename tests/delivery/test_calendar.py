"""Appointments as rows of the outbox: one entry per event, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.delivery.answers import EVERY, AnswerReader
from bot.delivery.tenant_routes import TenantRoutes
from bot.papers import on_paper
from storage import appointments, invitations, outbox, privacy, retention
from storage.database import Database
from storage.invitations import DECLINED, Invitation
from storage.outgoing import AsAppointment, Outgoing, ToCalendar, ToPerson
from storage.people import Person
from tests.support.attendees import invite
from tests.support.chat import Clock
from tests.support.fakes import Trouble
from tests.support.graph import CHAT, Office, office
from tests.support.outbox import Desk, desk

EVENT = "event:7"
PLAN = AsAppointment(
    title="Webbinarium: dagvatten",
    starts=datetime(2027, 3, 30, 7, 0, tzinfo=UTC),
    ends=datetime(2027, 3, 30, 8, 0, tzinfo=UTC),
    text="**Välkommen!**",
)
SAME = replace(PLAN)


@dataclass
class Planner:
    """An outbox with Graph behind it, and people to invite."""

    desk: Desk
    office: Office | None = None
    number: int = 0

    @property
    def graph(self) -> Office:
        assert self.office is not None
        return self.office

    def plan(self, plan: AsAppointment | None, attendees: Collection[int] | None = None, text: str = "") -> str:
        """Enqueue the event's state as a new version; its key."""
        self.number += 1
        key = f"{EVENT}:v{self.number}"
        row = Outgoing(key, EVENT, ToCalendar(EVENT), text, appointment=plan)

        def enqueue(session: Session) -> None:
            assert outbox.enqueue(session, row, self.desk.clock.now)
            if attendees is not None:
                invite(session, EVENT, attendees)

        self.desk.play(enqueue)
        return key

    def attend(self, joins: Collection[int] = (), leaves: Collection[int] = ()) -> None:
        """Register people for the event, or let them leave."""
        now = self.desk.clock.now
        self.desk.play(lambda session: appointments.attend(session, EVENT, now, joins=joins, leaves=leaves))

    async def deliver(self) -> None:
        await self.desk.courier.deliver()
        self.desk.clock.now += timedelta(hours=1)

    def person(self, name: str, mail: str | None = "") -> int:
        number = self.desk.meet(name, chat=False)

        def give_address(session: Session) -> None:
            person = session.get(Person, number)
            assert person is not None
            person.mail = f"{name}@tranemo.example" if mail == "" else mail

        self.desk.play(give_address)
        return number

    @property
    def event(self) -> dict[str, Any]:
        """The one event that there is, as it is now."""
        (event,) = self.graph.standin.state.events.values()
        return event.now

    @property
    def invited(self) -> set[str]:
        return {entry["emailAddress"]["address"].partition("@")[0] for entry in self.event["attendees"]}

    def told(self) -> list[tuple[str, str]]:
        """Whom Exchange has mailed since the last time, and why."""
        told = [(mail.partition("@")[0], why) for mail, why in self.graph.standin.state.told]
        self.graph.standin.state.told.clear()
        return sorted(told)

    def asked(self) -> list[str]:
        """The calls since the last time."""
        asked = [asked.call for asked in self.graph.standin.asked]
        self.graph.standin.asked.clear()
        return asked


@asynccontextmanager
async def _planner(database: Database, clock: Clock) -> AsyncIterator[Planner]:
    async with office() as graph, desk(database, clock, elsewhere=TenantRoutes(graph.tenant, CHAT)) as outbox_desk:
        yield Planner(outbox_desk, graph)
        assert graph.standin.violations == []


@pytest.fixture
async def planner(database: Database, clock: Clock) -> AsyncIterator[Planner]:
    async with _planner(database, clock) as made:
        yield made


async def test_an_appointment_is_made_moved_and_called_off(planner: Planner) -> None:
    anna, bo = planner.person("anna"), planner.person("bo")
    made = planner.plan(PLAN, {anna, bo})
    await planner.deliver()

    row = planner.desk.row(made)
    assert (row.state, row.route, row.error) == ("sent", "calendar", "")
    assert row.sent_activity_id in planner.graph.standin.state.events
    assert row.join_url is not None
    assert row.join_url.startswith("https://teams.microsoft.com/l/meetup-join/")
    assert "<strong>Välkommen!</strong>" in planner.event["body"]["content"]
    assert planner.told() == [("anna", "invited"), ("bo", "invited")]

    planner.plan(replace(PLAN, starts=PLAN.starts + timedelta(hours=1), ends=PLAN.ends + timedelta(hours=1)))
    planner.asked()
    await planner.deliver()

    assert planner.event["start"]["dateTime"] == "2027-03-30T10:00:00"
    assert planner.told() == [("anna", "changed"), ("bo", "changed")]
    patch = next(asked.body for asked in planner.graph.standin.asked if asked.call == "updateEvent")
    assert set(patch) - {"@odata.type"} == {"start", "end", "singleValueExtendedProperties"}

    over = planner.plan(None, text="Föreläsaren är sjuk.")
    await planner.deliver()

    assert planner.graph.standin.state.events == {}
    assert planner.told() == [(name, "called off: Föreläsaren är sjuk.") for name in ("anna", "bo")]
    assert planner.desk.row(over).state == "sent"


async def test_people_come_and_go_and_only_they_are_told(planner: Planner) -> None:
    anna, bo, eva = (planner.person(name) for name in ("anna", "bo", "eva"))
    planner.plan(PLAN, {anna, bo})
    await planner.deliver()
    planner.told()
    (event_id,) = planner.graph.standin.state.events
    planner.graph.standin.state.forward(event_id, "kollega@lund.example")
    planner.asked()

    planner.plan(PLAN, {bo, eva})
    await planner.deliver()

    assert planner.told() == [("anna", "called off"), ("eva", "invited")]
    assert planner.invited == {"bo", "eva", "kollega"}
    assert set(planner.graph.standin.asked[-1].body) - {"@odata.type"} == {"attendees"}
    assert planner.asked() == ["findEvent", "updateEvent"]

    planner.plan(SAME, {bo, eva})
    await planner.deliver()
    assert (planner.told(), planner.asked()) == ([], ["findEvent"])


async def test_a_person_who_was_forwarded_the_invitation_between_reading_and_writing_stays(planner: Planner) -> None:
    anna, bo = planner.person("anna"), planner.person("bo")
    planner.plan(PLAN, {anna})
    await planner.deliver()
    (event_id,) = planner.graph.standin.state.events
    coming = ["kollega@lund.example", "chef@lund.example"]

    def forward(call: str) -> Trouble | None:
        if call == "updateEvent" and coming:
            planner.graph.standin.state.forward(event_id, coming.pop())
        return None

    planner.graph.standin.chaos = forward
    planner.told()
    planner.asked()
    key = planner.plan(PLAN, {anna, bo})
    await planner.deliver()

    assert planner.invited == {"anna", "bo", "chef", "kollega"}
    assert planner.told() == [("bo", "invited")]
    assert planner.asked() == ["findEvent", "updateEvent"] * 3
    assert planner.desk.state(key)[:3] == ("sent", "", 1)


async def test_an_entry_that_never_rests_is_tried_again_later(planner: Planner) -> None:
    anna, bo = planner.person("anna"), planner.person("bo")
    planner.plan(PLAN, {anna})
    await planner.deliver()
    (event_id,) = planner.graph.standin.state.events

    def forward(call: str) -> Trouble | None:
        if call == "updateEvent":
            planner.graph.standin.state.forward(event_id, f"{len(planner.graph.standin.asked)}@lund.example")
        return None

    planner.graph.standin.chaos = forward
    key = planner.plan(PLAN, {anna, bo})
    await planner.deliver()
    assert planner.desk.state(key)[:3] == ("waiting", "entry_changed", 1)
    planner.graph.standin.chaos = lambda _: None
    await planner.deliver()
    assert planner.desk.state(key)[:3] == ("sent", "", 2)
    assert planner.invited >= {"anna", "bo"}
    assert len(planner.invited) == 5


async def test_many_registrations_are_few_changes_and_the_first_goes_at_once(planner: Planner) -> None:
    people = [planner.person(f"p{number:03}") for number in range(240)]
    planner.plan(PLAN, ())
    await planner.deliver()
    planner.asked()
    for count, person in enumerate(people):
        leaves = people[:1] if count == 9 else ()
        planner.attend(joins={person}, leaves=leaves)
        await planner.desk.courier.deliver()
        if count == 0:
            assert planner.told() == [("p000", "invited")]
        planner.desk.clock.now += timedelta(seconds=2)
    await planner.deliver()
    await planner.deliver()

    expected = [("p000", "called off"), *((f"p{number:03}", "invited") for number in range(1, 240))]
    assert planner.told() == expected
    assert planner.asked().count("updateEvent") == 9  # eight minutes of registrations, and the first at once


async def test_a_person_who_registers_before_the_time_is_set_is_invited_when_it_is(planner: Planner) -> None:
    anna, bo = planner.person("anna"), planner.person("bo")
    planner.attend(joins={anna, bo})
    planner.attend(leaves={bo})
    await planner.deliver()
    assert planner.asked() == []

    planner.plan(PLAN)
    await planner.deliver()
    assert planner.told() == [("anna", "invited")]
    link = planner.desk.play(lambda session: appointments.join_url(session, EVENT))
    assert link == planner.event["onlineMeeting"]["joinUrl"]

    planner.plan(None)
    await planner.deliver()
    planner.attend(joins={bo})
    planner.asked()
    await planner.deliver()
    assert planner.asked() == []


async def test_a_registration_never_brings_back_an_older_time(planner: Planner) -> None:
    anna, bo = planner.person("anna"), planner.person("bo")
    planner.plan(PLAN, {anna})
    await planner.deliver()
    planner.told()
    later = replace(PLAN, starts=PLAN.starts + timedelta(hours=1), ends=PLAN.ends + timedelta(hours=1))

    def together(session: Session) -> None:
        appointments.attend(session, EVENT, planner.desk.clock.now, joins={bo})
        row = Outgoing("moved", EVENT, ToCalendar(EVENT), appointment=later)
        outbox.enqueue(session, row, planner.desk.clock.now)
        appointments.attend(session, EVENT, planner.desk.clock.now, leaves={anna})

    planner.desk.play(together)
    await planner.deliver()
    await planner.deliver()

    assert planner.event["start"]["dateTime"] == "2027-03-30T10:00:00"
    assert planner.told() == [("anna", "called off"), ("anna", "changed"), ("bo", "invited")]
    assert planner.desk.play(lambda session: appointments.sequence(session, EVENT)) == 1


async def test_people_whom_the_entry_cannot_hold_are_named(planner: Planner) -> None:
    def crowd(session: Session) -> list[int]:
        rows = [
            Person(name=f"p{n}", mail=f"p{n}@tranemo.example", guest=True, first_seen_at=planner.desk.clock.now)
            for n in range(501)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]

    people = planner.desk.play(crowd)
    nobody = planner.person("ingen", None)
    key = planner.plan(PLAN, {*people, nobody})
    await planner.deliver()

    assert planner.desk.row(key).state == "sent"
    assert len(planner.invited) == 500
    left_out = planner.desk.play(lambda session: appointments.outside(session, EVENT))
    assert left_out == {people[-1]: invitations.FULL, nobody: invitations.NO_ADDRESS}

    planner.told()
    planner.attend(leaves={people[3]})
    await planner.deliver()
    assert planner.told() == [("p3", "called off"), ("p500", "invited")]
    assert planner.desk.play(lambda session: appointments.outside(session, EVENT)) == {nobody: invitations.NO_ADDRESS}


async def test_a_decline_is_found_once_and_survives_a_move(planner: Planner) -> None:
    anna, bo = planner.person("anna"), planner.person("bo")
    planner.plan(PLAN, {anna, bo})
    await planner.deliver()
    (event_id,) = planner.graph.standin.state.events
    standin, clock = planner.graph.standin, planner.desk.clock
    reader = AnswerReader(planner.desk.database, planner.graph.tenant, clock)
    since = datetime(2026, 11, 1, tzinfo=UTC)

    def declines() -> list[tuple[int, int]]:
        rows = planner.desk.play(lambda session: appointments.declines(session, clock.now, since))
        assert {row.event_key for row in rows} <= {EVENT}
        return [(row.person_id, row.at.day) for row in rows]

    standin.state.answer(event_id, "anna@tranemo.example", "declined", "2026-11-28T08:00:00.1234567Z")
    standin.state.answer(event_id, "bo@tranemo.example", "accepted", "0001-01-01T00:00:00Z")
    planner.asked()
    assert [await reader.run(), await reader.run()] == [1, 0]
    assert (declines(), planner.asked()) == ([(anna, 28)], ["findEvent"])

    planner.plan(replace(PLAN, title="Nytt namn"), {anna, bo, planner.person("eva")})
    await planner.deliver()
    assert await reader.run() == 1  # Exchange has forgotten the answers with the new list
    assert declines() == [(anna, 28)]

    standin.state.answer(event_id, "anna@tranemo.example", "declined", "2026-11-30T08:00:00Z")
    standin.state.answer(event_id, "bo@tranemo.example", "declined", "2026-11-29T08:00:00Z")
    clock.now += EVERY
    standin.fail(429, headers={"Retry-After": "1"})
    assert await reader.run() == 0
    clock.now += EVERY
    standin.chaos = lambda _: None
    await asyncio.sleep(1.0)
    assert await reader.run() == 1
    assert declines() == [(bo, 29), (anna, 30)]

    planner.attend(leaves={anna})
    assert declines() == [(bo, 29)]
    clock.now = PLAN.ends
    assert (declines(), await reader.run()) == ([], 0)


async def test_who_declined_in_outlook_is_read_back(planner: Planner) -> None:
    anna, bo = planner.person("anna"), planner.person("bo")
    planner.plan(PLAN, {anna, bo})
    await planner.deliver()
    (event_id,) = planner.graph.standin.state.events
    planner.graph.standin.state.answer(event_id, "anna@tranemo.example", "declined")
    planner.graph.standin.state.answer(event_id, "bo@tranemo.example", "accepted")
    assert planner.desk.play(_decliners) == set()

    planner.plan(PLAN)
    await planner.deliver()

    assert planner.desk.play(_decliners) == {anna}
    assert planner.invited == {"anna", "bo"}


@pytest.mark.parametrize("lost", [Trouble(status=503, arrives=True), Trouble(arrives=True)])
@pytest.mark.parametrize("call", ["createEvent", "updateEvent", "cancelEvent"])
async def test_a_lost_answer_makes_nothing_twice(planner: Planner, call: str, lost: Trouble) -> None:
    anna, bo = planner.person("anna"), planner.person("bo")
    left = [1]

    def once(name: str) -> Trouble | None:
        left[0] -= name == call
        return lost if name == call and left[0] >= 0 else None

    planner.graph.standin.chaos = once
    keys = []
    renamed = replace(PLAN, title="Nytt namn")
    for plan, attendees in ((PLAN, {anna}), (renamed, None), (renamed, {anna, bo}), (None, None)):
        keys.append(planner.plan(plan, attendees))
        await planner.deliver()
        await planner.deliver()

    assert [planner.desk.state(key)[0] for key in keys] == ["sent"] * 4
    assert [planner.desk.state(key)[3] for key in keys] == [0] * 4
    assert len(planner.graph.standin.state.created) == 1
    assert planner.told() == [
        *(("anna", why) for why in ("called off: ", "changed", "invited")),
        *(("bo", why) for why in ("called off: ", "invited")),
    ]


async def test_called_off_before_it_went_tells_nobody(planner: Planner) -> None:
    anna = planner.person("anna")
    made, over = planner.plan(PLAN, {anna}), planner.plan(None)
    again = planner.plan(PLAN, {anna})
    await planner.deliver()

    assert planner.asked() == ["findEvent"]
    assert (planner.told(), planner.graph.standin.state.created) == ([], [])
    states = [planner.desk.state(key)[:2] for key in (made, over, again)]
    assert states == [("cancelled", "superseded"), ("sent", ""), ("cancelled", "superseded")]


async def test_only_the_newest_of_several_waiting_versions_goes(planner: Planner) -> None:
    anna = planner.person("anna")
    planner.plan(PLAN, {anna})
    planner.plan(replace(PLAN, title="Andra"))
    newest = planner.plan(replace(PLAN, title="Tredje"))
    await planner.deliver()

    assert planner.event["subject"] == "Tredje"
    assert planner.told() == [("anna", "invited")]
    assert planner.desk.row(newest).state == "sent"


async def test_an_erased_person_is_taken_out_of_the_entry(planner: Planner) -> None:
    anna, bo, eva = (planner.person(name) for name in ("anna", "bo", "eva"))
    planner.plan(PLAN, {anna, bo})
    await planner.deliver()
    planner.plan(PLAN, {anna, bo, eva})
    planner.told()

    def erase(session: Session) -> None:
        privacy.erase(session, anna, planner.desk.clock.now, planner.desk.clock.now.date())
        privacy.erase(session, eva, planner.desk.clock.now, planner.desk.clock.now.date())

    planner.desk.play(erase)
    await planner.deliver()

    assert planner.told() == [("anna", "called off")]
    assert planner.invited == {"bo"}
    rows = planner.desk.play(lambda session: [row.person_id for row in session.query(Invitation)])
    assert rows == [bo]


async def test_a_person_who_left_or_moved_is_invited_at_the_right_address_or_not_at_all(planner: Planner) -> None:
    anna, bo, guest = planner.person("anna"), planner.person("bo"), planner.person("gäst", "a_b.se#EXT#@t.example")
    planner.plan(PLAN, {anna, bo, guest, planner.person("ingen", None)})
    await planner.deliver()
    assert planner.invited == {"anna", "bo"}
    planner.told()

    def change(session: Session) -> None:
        session.query(Person).filter_by(id=anna).update({"left_at": planner.desk.clock.now})
        session.query(Person).filter_by(id=bo).update({"mail": "bo.ek@tranemo.example"})

    planner.desk.play(change)
    planner.plan(PLAN)
    await planner.deliver()

    assert planner.invited == {"bo.ek"}
    assert planner.told() == [("anna", "called off"), ("bo", "called off"), ("bo.ek", "invited")]


async def test_an_entry_that_somebody_deleted_by_hand_is_not_made_again(planner: Planner) -> None:
    anna = planner.person("anna")
    planner.plan(PLAN, {anna})
    await planner.deliver()
    planner.graph.standin.fail(404, "ErrorItemNotFound")
    moved = planner.plan(replace(PLAN, title="Nytt namn"))
    await planner.deliver()

    assert planner.desk.state(moved)[:2] == ("unreachable", "gone")


async def test_on_a_laptop_the_invitations_are_files(database: Database, clock: Clock, tmp_path: Path) -> None:
    routes = TenantRoutes(on_paper(tmp_path, "kansliet@ekokommuner.example", clock), CHAT)
    async with desk(database, clock, elsewhere=routes) as bare:
        laptop = Planner(bare)
        anna, bo = laptop.person("anna"), laptop.person("bo")
        for plan, attendees in ((PLAN, {anna}), (replace(PLAN, title="Nytt namn"), {bo}), (None, None)):
            laptop.plan(plan, attendees, text="" if plan else "Inställt.")
            await bare.courier.deliver()

    names = [
        "event-event-7-0-request-anna@tranemo.example",
        "event-event-7-1-cancel-anna@tranemo.example",
        "event-event-7-1-request-anna@tranemo.example",
        "event-event-7-1-request-bo@tranemo.example",
        "event-event-7-2-cancel-bo@tranemo.example",
    ]
    assert _files(tmp_path) == [f"{name}.{kind}" for name in names for kind in ("eml", "ics")]
    assert _files(tmp_path / "events") == []


async def test_on_a_laptop_each_person_gets_a_file_once_for_each_change(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    routes = TenantRoutes(on_paper(tmp_path, "kansliet@ekokommuner.example", clock), CHAT)
    async with desk(database, clock, elsewhere=routes) as bare:
        laptop = Planner(bare)
        anna, bo, eva = (laptop.person(name) for name in ("anna", "bo", "eva"))
        laptop.plan(PLAN, {anna})
        await laptop.deliver()
        written = _written(tmp_path)
        for person in (bo, eva):
            laptop.attend(joins={person})
            await laptop.deliver()
        moved = replace(PLAN, starts=PLAN.starts + timedelta(hours=1), ends=PLAN.ends + timedelta(hours=1))
        laptop.plan(moved)
        await laptop.deliver()
        link = laptop.desk.play(lambda session: appointments.join_url(session, EVENT))

    invited, changed = [f"event-event-7-{number}-request-{{}}@tranemo.example" for number in (0, 1)]
    names = [name.format(person) for name in (invited, changed) for person in ("anna", "bo", "eva")]
    assert _files(tmp_path) == [f"{name}.{kind}" for name in names for kind in ("eml", "ics")]
    assert _written(tmp_path).items() >= written.items()  # anna's file was not written again
    assert link is not None
    newest = (tmp_path / f"{changed.format('anna')}.ics").read_bytes()
    assert all(part in newest for part in (b"METHOD:REQUEST\r\n", b"SEQUENCE:1\r\n", b"20270330T100000\r\n"))
    assert newest.replace(b"\r\n ", b"").count(b"mailto:") == 2  # the organiser, and anna alone


def _decliners(session: Session) -> set[int | None]:
    return {row.person_id for row in session.query(Invitation).filter_by(answer=DECLINED)}


def _written(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.iterdir() if file.is_file()}


def _files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.is_file())


async def test_without_a_tenant_the_row_says_so(database: Database, clock: Clock) -> None:
    async with desk(database, clock) as bare:
        bare.enqueue(Outgoing("k", EVENT, ToCalendar(EVENT), appointment=PLAN))
        await bare.courier.deliver()
        assert bare.state("k")[:2] == ("unreachable", "no_route")
        assert await AnswerReader(database, None, clock).run() == 0


async def test_an_appointment_is_forgotten_when_it_has_been_over_for_long(planner: Planner) -> None:
    made = planner.plan(PLAN, {planner.person("anna")})
    await planner.deliver()

    def forget(session: Session, before: datetime) -> tuple[int, int, int]:
        texts = retention.forget_contents(session, before, 100)
        return (
            texts,
            retention.forget_deliveries(session, before, 100),
            retention.forget_appointments(session, before, 9),
        )

    while_it_lasts = planner.desk.play(lambda session: forget(session, PLAN.ends))
    assert while_it_lasts == (0, 0, 0)
    assert planner.desk.row(made).content_hash is not None
    texts, rows, appointment = planner.desk.play(lambda session: forget(session, PLAN.ends + timedelta(days=1)))
    assert (texts, rows, appointment) == (2, 1, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Outgoing("k", EVENT, ToPerson(1), "hej", appointment=PLAN),
        lambda: Outgoing("k", EVENT, ToCalendar("e" * 121), appointment=PLAN),
        lambda: Outgoing("k", EVENT, ToCalendar(EVENT), appointment=PLAN, lane="annan"),
        lambda: Outgoing("k", EVENT, ToCalendar(EVENT), appointment=replace(PLAN, ends=PLAN.starts)),
        lambda: Outgoing("k", EVENT, ToCalendar(EVENT), appointment=replace(PLAN, starts=datetime(2027, 3, 30))),  # noqa: DTZ001 - that is the point
    ],
)
def test_what_no_calendar_can_hold_is_refused(wrong: Callable[[], Outgoing]) -> None:
    with pytest.raises(ValueError, match="appointment"):
        wrong()
