"""A reply that a turn committed and could not send arrives by the outbox, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import conversation
from bot.delivery.replies import Unsent
from bot.message import Incoming, Kind, Message, Place, Scope, Sender
from bot.turn import App
from storage import outbox
from storage.outbox import State
from tests.support.chat import Clock
from tests.support.outbox import desk

CARD = {"type": "AdaptiveCard", "body": [], "fallbackText": "Tack!"}


def written(url: str, scope: Scope = Scope.PERSONAL, **more: object) -> Incoming:
    place = Place(f"{scope}:1", scope, url, thread_id="1001" if scope is Scope.CHANNEL else None)
    given = {"kind": Kind.MESSAGE, "text": "hej", **more}
    return Incoming(activity_id="m1", sender=Sender("29:anna", None, "Anna Ek"), place=place, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", [Scope.PERSONAL, Scope.CHANNEL])
async def test_what_could_not_be_sent_arrives_in_order_and_once(app: App, clock: Clock, scope: Scope) -> None:
    async with desk(app.database, clock) as post:
        incoming = written(post.connector.url, scope)
        first = conversation.respond(app, incoming, clock.now)
        assert first.unsent
        rest = Unsent((Message("ett"), Message("två")), doubtful=True, wait=60)
        for _ in range(2):  # a note that is written twice changes nothing
            conversation.deliver_later(app, incoming, rest, clock.now)

        assert not conversation.respond(app, incoming, clock.now).unsent  # a repeat sends nothing
        assert await post.courier.deliver() == 0  # Teams asked to wait
        clock.forward(seconds=61)
        for _ in range(3):
            await post.courier.deliver()
            clock.forward(seconds=5)
        assert [message.text for message in post.connector.messages] == ["ett", "två"]
        key = f"reply:{scope}:1:m1:0"
        row = app.database.play(lambda session: outbox.find(session, key))
        assert row is not None
        assert (row.state, row.doubts) == (State.SENT, 1)  # it may have come before, so it is marked


async def test_a_card_that_could_not_be_updated_is(app: App, clock: Clock) -> None:
    async with desk(app.database, clock) as post:
        pressed = written(post.connector.url, kind=Kind.ACTION, verb="help.show", card_id="c1", text="")
        conversation.respond(app, pressed, clock.now)
        conversation.deliver_later(app, pressed, Unsent(card=CARD), clock.now)
        await post.courier.deliver()
        assert [(call.method, call.path.rpartition("/")[2]) for call in post.connector.calls] == [("PUT", "c1")]


async def test_an_answer_that_nobody_waits_for_any_more_is_not_sent(app: App, clock: Clock) -> None:
    async with desk(app.database, clock) as post:
        incoming = written(post.connector.url)
        conversation.respond(app, incoming, clock.now)
        conversation.deliver_later(app, incoming, Unsent((Message("ett"),)), clock.now)
        clock.now += timedelta(days=2)
        await post.courier.deliver()
        assert post.connector.messages == []
