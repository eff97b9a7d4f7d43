"""Appointments in the outbox's soak: they change while processes are killed and Graph misbehaves.

Each event gets a new version after every second kill. At the end the calendar must show each newest version, once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from storage import outbox
from storage.outbox import Delivery, State
from storage.outgoing import AsAppointment, Outgoing, ToCalendar
from storage.people import Person
from tests.soak.outbox_worker import now
from tests.support.attendees import invite
from tests.support.fakes import Json, Trouble
from tests.support.graph_standin import GraphStandIn
from tests.support.outbox import meet

EVENTS = ("moved", "attended", "both", "called-off", "never")
GUESTS = 4
"""People for each event."""
THROTTLED = {
    "error": {
        "code": "ApplicationThrottled",
        "message": "Application is over its MailboxConcurrency limit.",
    }
}
"""How Graph throttles the requests of one app to one mailbox (graph/throttling-limits, Outlook service limits)."""
STARTS = datetime(2027, 3, 30, 7, 0, tzinfo=UTC)


class Calendar:
    """Some events, their versions so far, and what the calendar must show in the end."""

    def __init__(self, standin: GraphStandIn, trial: str, chance: random.Random, url: str) -> None:
        self._standin, self._trial, self._chance, self._url = standin, trial, chance, url
        self._people: dict[str, list[int]] = {}
        self._wanted: dict[str, set[int]] = {}
        self._plans: dict[str, AsAppointment] = {}
        self._over: set[str] = set()
        self._changes = Counter[str]()
        self._versions = Counter[str]()
        self._forwarded = Counter[str]()

    def begin(self, session: Session) -> None:
        """Make the people and the first version of every event; the last one is called off at once."""
        for event in EVENTS:
            numbers = []
            for guest in range(GUESTS):
                name = f"{self._trial}{event}-{guest}"
                number = meet(session, self._url, name, now(), chat=False)
                person = session.get(Person, number)
                assert person is not None
                person.mail = f"{name}@tranemo.example"
                numbers.append(number)
            self._people[event], self._wanted[event] = numbers, set(numbers[:2])
            self._plans[event] = AsAppointment(event, STARTS, STARTS + timedelta(hours=1), "Välkommen!")
            self._enqueue(session, event)
        self._call_off(session, "never")

    def step(self, session: Session) -> None:
        """Change every event a little; the last steps call one off and then try to change it."""
        for event in EVENTS[:4]:
            if event in ("moved", "both", "called-off"):
                plan, later = self._plans[event], timedelta(hours=1)
                text = f"{plan.text} Igen."
                self._plans[event] = AsAppointment(plan.title, plan.starts + later, plan.ends + later, text)
                self._changes[event] += 1
            if event in ("attended", "both"):
                self._wanted[event] = set(self._chance.sample(self._people[event], 2))
            self._enqueue(session, event)
        if self._versions["called-off"] == 6:
            self._call_off(session, "called-off")

    def forward(self) -> None:
        """Let somebody forward the invitations that are there by now."""
        for entry in self._standin.state.events.values():
            event = str(entry.sent["subject"])
            if not self._forwarded[event] and event in EVENTS[:3]:
                self._forwarded[event] = 1
                self._standin.state.forward(entry.id, f"vidare-{event}@lund.example")

    def judge(self, rows: list[Delivery]) -> Iterator[str]:
        """What is wrong in the calendar, or with its rows."""
        for row in rows:
            if row.state != State.SENT and (row.state, row.error) != (State.CANCELLED, "superseded"):
                yield f"{row.key} ({row.state} {row.error}): a calendar row was lost"
            if row.doubts:
                yield f"{row.key}: a calendar row is in doubt"
        made = Counter(self._standin.state.created)
        yield from (f"{key} was made {times} times" for key, times in made.items() if times > 1)
        yield from self._standin.violations
        there = {str(entry.sent["subject"]): entry.now for entry in self._standin.state.events.values()}
        if set(there) != set(EVENTS[:3]):
            yield f"the calendar has {sorted(there)}"
        for event, entry in there.items():
            yield from self._wrong_in(event, entry)
        yield from self._wrongly_told(made)

    def _wrong_in(self, event: str, entry: Json) -> Iterator[str]:
        plan, names = self._plans[event], self._names(entry)
        local = (plan.starts + timedelta(hours=2)).replace(tzinfo=None).isoformat()
        if entry["start"]["dateTime"] != local or plan.text not in entry["body"]["content"]:
            yield f"{event} is not as last planned: {entry['start']} and not {local}"
        if names != self._invited(event):
            yield f"{event} invites {sorted(names)} and not {sorted(self._invited(event))}"

    def _wrongly_told(self, made: Counter[str]) -> Iterator[str]:
        told = Counter(self._standin.state.told)
        for (mail, why), times in told.items():
            event = next((event for event in EVENTS if f"{self._trial}{event}-" in mail), "")
            if why == "changed" and event and times > self._changes[event]:
                yield f"{mail} was told {times} times of {self._changes[event]} changes"
        if any(f"{self._trial}never-" in mail for mail, _ in told) and not made[self._key("never")]:
            yield "somebody was told of an appointment that was never made"

    def told(self) -> int:
        return len(self._standin.state.told)

    def _enqueue(self, session: Session, event: str) -> None:
        row = Outgoing(
            self._version(event),
            self._key(event),
            ToCalendar(self._key(event)),
            appointment=self._plans[event],
        )
        assert outbox.enqueue(session, row, now())
        invite(session, self._key(event), self._wanted[event])

    def _call_off(self, session: Session, event: str) -> None:
        self._over.add(event)
        row = Outgoing(self._version(event), self._key(event), ToCalendar(self._key(event)), "Inställt.")
        assert outbox.enqueue(session, row, now())

    def _version(self, event: str) -> str:
        self._versions[event] += 1
        return f"{self._key(event)}:v{self._versions[event]}"

    def _key(self, event: str) -> str:
        return f"{self._trial}event:{event}"

    def _names(self, entry: Json) -> set[str]:
        return {one["emailAddress"]["address"].partition("@")[0] for one in entry["attendees"]}

    def _invited(self, event: str) -> set[str]:
        numbers = self._people[event]
        names = {f"{self._trial}{event}-{numbers.index(number)}" for number in self._wanted[event]}
        return names | ({f"vidare-{event}"} if self._forwarded[event] else set())


def chaos(chance: random.Random, _call: str) -> Trouble | None:
    """About every third call goes wrong; half of the doubtful ones were carried out."""
    arrives = chance.random() < 0.5
    kinds = [
        Trouble(status=429, headers={"Retry-After": "0.2"}, body=THROTTLED),
        Trouble(status=chance.choice([500, 502, 503, 504]), arrives=arrives),
        Trouble(arrives=arrives),
        Trouble(arrives=arrives, seconds=0.5),
    ]
    return chance.choice(kinds) if chance.random() < 0.35 else None


def misbehave(standin: GraphStandIn, chance: random.Random) -> None:
    """Let Graph misbehave from now on."""
    standin.chaos = partial(chaos, chance)
    standin.delay = 0.02
