"""The same webinar by the events feature itself: seats, notices and the mails that go along, under the same fire.

``python -m tests.soak.event [people] [kills] [seed]``. People register and leave as the buttons do it
(:mod:`bot.schedule.seats`, then :func:`bot.events.notices.attend`). The kansli moves the event twice and calls it off
(:mod:`bot.schedule.life`, then :func:`bot.events.notices.spread`). Every tenth person has the ``.ics`` file by mail in
place of an invitation. Beside the calendar, each person is told each new time, and the cancellation, as the last thing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

from sqlalchemy.orm import Session

from bot.events import notices
from bot.register.change import Change
from bot.schedule import life, seats
from bot.schedule.entry import appointment_of
from bot.schedule.times import Span
from storage import appointments, events
from storage.events import Event, EventKind, EventState
from storage.outbox import Delivery, State
from tests.soak import registrations
from tests.soak.outbox_worker import now
from tests.soak.registrations import APART, MOVED_BY, STARTS, Webinar

BY_FILE = 10
"""Every tenth person wants the file by mail."""


class FeatureWebinar(Webinar):
    """The people of one event, who do everything by the product's own functions."""

    async def begin(self, people: int) -> list[int]:
        """Make the people, and publish the event."""
        self._event = await self._play(self._publish)
        self._key = f"event:{self._event}"
        ids = await super().begin(people)
        self._files = set(ids[::BY_FILE])
        return ids

    async def move(self) -> None:
        """Move the event by an hour, as the kansli's form does."""
        self.result.moved += 1
        await self._play(self._move)

    async def call_off(self) -> None:
        def work(session: Session) -> None:
            life.cancel(Change(session, None, now()), event := self._locked(session), "Talaren är sjuk.")
            notices.spread(session, event, now())

        await self._play(work)

    def judge_while_it_stands(self) -> None:
        everybody = set(self._there)
        self._there -= self._files
        super().judge_while_it_stands()
        self._there = everybody

    def judge(self, rows: list[Delivery]) -> None:
        """Judge the calendar's rows as before, and the messages to people by their last words."""
        lane = f"calendar:{self._key}"
        super().judge([row for row in rows if row.lane == lane])
        others = [row for row in rows if row.lane != lane]
        self.result.rows.update(f"{row.subject.partition(':')[0]} {row.state}" for row in others)
        self.result.wrong += self._wrong_messages(others)

    def _wrong_messages(self, rows: list[Delivery]) -> Iterator[str]:
        """Yield the people who did not hear of a change once, or heard an old one last.

        A mail that Graph never confirmed may have arrived: its row says so, and a person decides.
        """
        heard: dict[tuple[str, int], list[Delivery]] = {}
        for row in sorted(rows, key=lambda row: row.id):
            if row.person_id is not None and row.state in (State.SENT, State.UNCERTAIN):
                heard.setdefault((row.subject.partition(":")[0], row.person_id), []).append(row)
            elif row.state not in (State.CANCELLED, State.EXPIRED, State.UNREACHABLE):
                yield f"{row.key}: {row.state} {row.error}"
        for person in self._there:
            files = heard.get((notices.FILE, person), [])
            if person in self._files and (not files or f":{notices.TAKEN_BACK}:" not in files[-1].key):
                yield f"{person} has the file of an event that was called off: {[row.key for row in files]}"
            if person not in self._files and len(heard.get((notices.CANCEL, person), [])) != 1:
                yield f"{person} was not told once that it was called off"
        for (what, person), told in heard.items():
            if what == notices.MOVE and len(told) > self.result.moved:
                yield f"{person} was told a new time {len(told)} times"
            if what == notices.FILE and (person not in self._files or len({row.key for row in told}) != len(told)):
                yield f"{person} got a file in vain"

    def _publish(self, session: Session) -> int:
        event = Event(
            kind=EventKind.WEBINAR, title="Skyfall", text="Välkommen!", state=EventState.DRAFT, teams_meeting=True
        )
        event.starts_at, event.ends_at = STARTS, STARTS + timedelta(hours=1)
        event.created_at = event.changed_at = now()
        session.add(event)
        session.flush()
        life.publish(Change(session, None, now()), event)
        return event.id

    def _move(self, session: Session) -> None:
        event = self._locked(session)
        assert event.starts_at is not None
        assert event.ends_at is not None
        when = Span(event.starts_at + MOVED_BY, event.ends_at + MOVED_BY)
        assert life.move(Change(session, None, now()), event, when, None)
        notices.spread(session, event, now())
        self._note(event)

    def _locked(self, session: Session) -> Event:
        event = events.lock(session, self._event)
        assert event is not None
        return event

    def _note(self, event: Event) -> None:
        plan = appointment_of(event)
        assert plan is not None
        self._plan = plan

    async def _enqueue(self, plan: object) -> None:
        """Show the published event, as the job does."""
        del plan
        await self._play(lambda session: notices.spread(session, self._locked(session), now()))

    def _attend(self, session: Session, joins: set[int] = frozenset(), leaves: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        event, change = self._locked(session), Change(session, None, now())
        for person in leaves:
            seats.leave(change, event, person)
        for person in joins:
            seats.register(change, event, person, by_mail=person in self._files)
        notices.attend(session, event, now())


def main() -> int:
    """Run it with the waits between two changes of the entry as much shorter as the rest."""
    shorter = patch.dict(appointments.attend.__kwdefaults__ or {}, apart=APART)
    with shorter, patch.object(registrations, "Webinar", FeatureWebinar):
        return registrations.main()


if __name__ == "__main__":
    sys.exit(main())
