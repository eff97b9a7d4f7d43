"""Helpers for tests of events: an event that is open, the ticks of the job, and the rows that come of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot import events as feature
from storage import events, registrations
from storage.events import Event, EventKind, EventState
from storage.outbox import Delivery
from storage.registrations import Registration
from tests.support.chat import Chat
from tests.support.people import person

STARTS = datetime(2026, 12, 3, 8, tzinfo=UTC)
"""Thursday at 9 in Stockholm, nine days after the tests' noon."""
HOUR = timedelta(hours=1)


def put_up(chat: Chat, title: str = "Skyfall i praktiken", **facts: Any) -> int:
    """Store an event that is open. Return its number."""

    def work(session: Any) -> int:
        now = chat.clock.now
        common = {"kind": EventKind.WEBINAR, "text": "Så gjorde vi.", "state": EventState.OPEN, "published_at": now}
        times = {"starts_at": STARTS, "ends_at": STARTS + HOUR, "created_at": now, "changed_at": now}
        event = Event(**{"title": title, **common, **times, **facts})
        session.add(event)
        session.flush()
        return event.id

    return chat.app.database.play(work)


def change(chat: Chat, number: int = 1, **facts: Any) -> None:
    """Change an event as the kansli's form does, without what follows from it."""

    def work(session: Any) -> None:
        event = events.lock(session, number)
        assert event
        for name, value in facts.items():
            setattr(event, name, value)

    chat.app.database.play(work)


def stored(chat: Chat, number: int = 1) -> Event:
    return chat.app.database.play(lambda session: session.get_one(Event, number))


def place(chat: Chat, number: int = 1) -> Registration | None:
    """Return the person's row at the event."""
    return chat.app.database.play(lambda session: registrations.of_person(session, number, person(chat).id))


def state(chat: Chat, number: int = 1) -> str:
    row = place(chat, number)
    return row.state if row else ""


def tick(chat: Chat, **later: float) -> None:
    """Let the clock run, and the job do its work once as it does every minute."""
    chat.clock.forward(**later)
    for step in feature.run(chat.app, chat.clock):
        chat.app.database.play(step)
    chat.deliver()


def rows(chat: Chat, start: str) -> dict[str, str]:
    """Return the state of every delivery whose key begins so."""
    found = chat.app.database.play(lambda session: session.query(Delivery).order_by(Delivery.id).all())
    return {row.key: row.state for row in found if row.key.startswith(start)}
