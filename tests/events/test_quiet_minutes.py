"""The job looks at an event only when something of it has changed, and at everything that could change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import events as feature
from bot.events import offer_notices
from storage import calendar_entries, events
from storage.outbox import Delivery
from storage.people import Person
from storage.registrations import Registration
from tests.events.test_calendar_rows import bind_climate
from tests.support.chat import Chat
from tests.support.events import HOUR, STARTS, put_up, tick

ALWAYS = 2
"""The transactions of a quiet minute: one that looks, and one that asks about declines."""


def steps(chat: Chat) -> int:
    """Let a minute pass. Return in how many transactions the job did its work."""
    chat.clock.forward(minutes=1)
    return sum(1 for step in feature.run(chat.app, chat.clock) if chat.app.database.play(step) is not None)


def settled(chat: Chat) -> None:
    for _ in range(3):
        tick(chat, minutes=1)


@pytest.fixture
def quiet(chat: Chat) -> Chat:
    """Anna, with two events of which she comes to the first, and everything brought up to date."""
    put_up(chat, register_by=date(2026, 12, 1), themes=["klimat"])
    put_up(chat, "Dagvatten")
    chat.press("event.register", {"event": 1})
    settled(chat)
    return chat


def test_a_quiet_minute_looks_at_no_event(quiet: Chat) -> None:
    assert [steps(quiet) for _ in range(3)] == [ALWAYS] * 3
    quiet.clock.now += offer_notices.AGAIN
    assert (steps(quiet), steps(quiet)) == (ALWAYS + 2, ALWAYS)


CHANGES: dict[str, Callable[[Any], Any]] = {
    "text": lambda _: update(events.Event).where(events.Event.id == 1).values(title="Annat"),
    "mail": lambda _: update(Person).values(mail="anna@sotenas.se"),
    "gone": lambda _: update(Person).values(left_at=STARTS),
    "file": lambda _: update(Registration).values(by_mail=True),
    "start": lambda _: update(Registration).values(told_start=None),
    "state": lambda _: update(Registration).values(state="left"),
    "offer": lambda _: update(Registration).values(offered_until=STARTS - timedelta(days=30)),
    "entry": lambda _: update(calendar_entries.CalendarEntry).where(_first()).values(join_url="https://x.se"),
    "stopped": lambda _: update(Delivery).where(Delivery.subject == "event:1").values(state="cancelled"),
    "forgotten": lambda _: update(Delivery).where(Delivery.subject == "event:1").values(content_hash=None),
}


def _first() -> Any:
    return calendar_entries.CalendarEntry.event_key == "event:1"


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_is_looked_at_in_the_next_minute(quiet: Chat, what: str) -> None:
    quiet.app.database.play(lambda session: session.execute(CHANGES[what](session)))
    assert steps(quiet) == ALWAYS + 1


def test_a_channel_that_comes_is_looked_at_in_the_next_minute(quiet: Chat) -> None:
    quiet.app.database.play(bind_climate)
    assert steps(quiet) == ALWAYS + 1


def test_times_that_pass_are_looked_at(quiet: Chat) -> None:
    def looked_at(moments: Iterator[Any]) -> Iterator[int]:
        for moment in moments:
            quiet.clock.now = moment - timedelta(minutes=2)
            settled_before(quiet)
            quiet.clock.now = moment - timedelta(minutes=1)
            yield steps(quiet)

    midnight = (STARTS - timedelta(days=1)).replace(hour=23)
    assert list(looked_at(iter([midnight, STARTS]))) == [ALWAYS + 2, ALWAYS + 2]
    quiet.clock.now = STARTS + HOUR
    assert steps(quiet) == ALWAYS, "what is over is looked at no more"
    assert quiet.app.database.play(lambda session: session.scalar(select(Delivery.id).limit(1))) is not None


def settled_before(chat: Chat) -> None:
    """Bring everything up to date at the clock's moment."""
    for _ in range(3):
        tick(chat)
