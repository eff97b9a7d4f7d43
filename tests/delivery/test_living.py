"""Cards that change for everyone who got them: keys, order, who may see names, and what was lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from bot.delivery import living
from bot.delivery.living import Living, Readers
from bot.message import Json
from storage import outbox
from storage.database import Database
from storage.outbox import State
from storage.outgoing import MessageOf, Outgoing, ThreadOf, ToChannel, ToPerson, ToThread
from tests.support.chat import Clock
from tests.support.outbox import CHANNEL, Desk, desk

CARDS = Living.of("proposal:3:2026-11-24T11:00:00+00:00")
QUESTION = Living("question:12:card", "question:12", "question:12")


def card(text: str) -> Json:
    return {"type": "AdaptiveCard", "version": "1.5", "body": [], "fallbackText": text}


NEUTRAL = card("Avgjort.")


@pytest.fixture(name="desk")
async def _desk(database: Database, clock: Clock) -> AsyncIterator[Desk]:
    async with desk(database, clock) as one:
        yield one


def now_shown(desk: Desk) -> dict[str, str]:
    """What each message in Teams shows, by conversation."""
    return {message.conversation: message.card["fallbackText"] for message in desk.connector.messages if message.card}


def shown(session: Session, *livings: Living) -> list[tuple[str, str]]:
    """Key and newest version of each posted card."""
    return [(row.key, name) for cards in living.shown(session, livings).values() for row, name in cards]


async def posted(desk: Desk, *names: str) -> list[int]:
    people = [desk.meet(name) for name in names]
    desk.enqueue(*CARDS.post_to(people, card("Fråga")))
    await desk.courier.deliver()
    return people


async def test_everyone_sees_the_newest_version_and_none_comes_after_it(desk: Desk) -> None:
    anna, bo = await posted(desk, "Anna", "Bo")
    keys = [CARDS.key(f"person:{person}") for person in (anna, bo)]
    later = desk.clock.now + timedelta(minutes=15)
    desk.enqueue(*(CARDS.version(key, "v1", card("Ett"), not_before=later) for key in keys))
    desk.enqueue(*(CARDS.version(key, "v2", card("Två")) for key in keys))
    await desk.courier.deliver()
    desk.clock.now = later
    await desk.courier.deliver()

    assert now_shown(desk) == {"a:anna": "Två", "a:bo": "Två"}
    assert desk.play(lambda session: shown(session, CARDS)) == [(key, "v2") for key in keys]
    assert desk.state(f"{keys[0]}:v1")[:2] == (State.CANCELLED, "superseded")


async def test_the_end_cancels_what_waits_and_names_nobody_to_people_who_may_not_see_it(desk: Desk) -> None:
    anna, _ = await posted(desk, "Anna", "Bo")
    cecilia = desk.meet("Cecilia")
    desk.enqueue(*CARDS.post_to([cecilia], card("Fråga")))
    readers = Readers({anna, cecilia}, NEUTRAL)
    desk.play(lambda session: CARDS.end(session, card("Bekräftat av Karin."), readers, desk.clock.now))
    await desk.courier.deliver()

    assert now_shown(desk) == {"a:anna": "Bekräftat av Karin.", "a:bo": "Avgjort."}
    assert desk.state(CARDS.key(f"person:{cecilia}"))[0] == State.CANCELLED
    assert readers.card(card("Till kanalen"), None) == card("Till kanalen")


async def test_two_ends_at_once_show_one_of_them_to_all(desk: Desk) -> None:
    people = await posted(desk, "Anna", "Bo", "Cecilia")
    together = Barrier(4)

    def end(text: str) -> None:
        together.wait()
        work = partial(CARDS.end, card=card(text), readers=Readers(people, NEUTRAL), now=desk.clock.now)
        desk.database.play(work)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(end, ("Ja", "Nej", "Återtaget", "Ersatt")))
    await desk.courier.deliver()
    assert len(set(now_shown(desk).values())) == 1
    assert [name for _, name in desk.play(lambda session: shown(session, CARDS))] == ["over"] * 3


def test_rows_of_databases_that_are_in_use_are_understood(database: Database, clock: Clock) -> None:
    subject, key = CARDS.subject, f"{CARDS.stem}:person:7"
    rows = [
        Outgoing(key, subject, ToChannel(CHANNEL), card=card("Fråga")),
        Outgoing(f"{key}:left:2026-11-20T08:00:00+00:00", f"over:{subject}", MessageOf(key), card=card("Har lämnat")),
        Outgoing("question:12:card:1", "question:12", ToChannel(CHANNEL), card=card("Fråga")),
        Outgoing("question:12:card:1:v3", "question:12", MessageOf("question:12:card:1"), card=card("Svar")),
        Outgoing("question:12:reopened:4", "question:12", ThreadOf("question:12:card:1"), text="Öppen igen"),
        Outgoing("question:12:answer:4:person:7", "question:12", ToChannel(CHANNEL), text="Svar"),
    ]
    database.play(lambda session: outbox.enqueue_all(session, rows, clock.now))

    assert database.play(lambda session: shown(session, CARDS, QUESTION)) == [
        (key, "left:2026-11-20T08:00:00+00:00"),
        ("question:12:card:1", "v3"),
    ]
    assert QUESTION.owns("question:12:card:1:v3")
    assert not QUESTION.owns("question:12:answer:4:person:7")
    assert CARDS.post("person:7", ToPerson(7), card("Fråga")).key == key
    assert QUESTION.version(QUESTION.key(1), "v3", card("Svar")) == rows[3]


async def test_a_card_is_lost_where_it_did_not_arrive_or_stands_elsewhere(desk: Desk) -> None:
    desk.hear_from_channel()
    desk.enqueue(QUESTION.post(2, ToChannel(CHANNEL), card("Två")))
    desk.connector.fail(403, code="BotNotInConversationRoster")
    await desk.courier.deliver()
    desk.enqueue(*(QUESTION.post(slot, ToChannel(CHANNEL), card("Ett")) for slot in (1, 3)))
    await desk.courier.deliver()

    def lost(session: Session) -> list[str]:
        places = {QUESTION.key(1): CHANNEL, QUESTION.key(2): None, QUESTION.key(3): "19:ny", QUESTION.key(4): None}
        return sorted(row.key for row in living.lost(session, places))

    def thread(session: Session) -> list[ToThread | None]:
        return [living.thread(session, QUESTION.key(number)) for number in (1, 2, 4)]

    assert desk.play(lost) == [QUESTION.key(2), QUESTION.key(3)]
    first, *others = desk.play(thread)
    assert first is not None
    assert first.conversation_id == CHANNEL
    assert others == [None, None]
