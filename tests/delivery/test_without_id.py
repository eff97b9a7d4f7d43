"""What the Connector answers to a message it took: no id, an impossible id, a page that is not its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from storage.outbox import WITHOUT_ID
from storage.outgoing import MessageOf, Outgoing, Repeat, ThreadOf, ToChannel
from tests.support.chat import Clock
from tests.support.fakes import Trouble
from tests.support.outbox import CHANNEL, Desk, desk, hear, note

PAGE = b"<!DOCTYPE html><html><body>Sign in to the network</body></html>"
NO_ID = [{}, {"id": None}, {"id": {"value": 1}}, {"id": "a\0b"}, {"id": "x" * 201}, {"id": ""}, "OK", [1]]


@pytest.fixture(name="desk")
async def _desk(database: Database, clock: Clock) -> AsyncIterator[Desk]:
    async with desk(database, clock) as made:
        yield made


def answer(desk: Desk, body: object, *, status: int = 201) -> None:
    """The next call arrives and is answered with ``body``."""
    desk.connector.fail(status, body=body, arrives=True)


@pytest.mark.parametrize("body", NO_ID)
async def test_a_message_without_an_id_is_sent_and_marked(desk: Desk, body: object) -> None:
    anna = desk.meet("Anna")
    answer(desk, body)
    desk.enqueue(note(anna, key="card"))
    await desk.courier.deliver()

    row = desk.row("card")
    assert (row.state, row.error, row.sent_activity_id, row.doubts) == ("sent", WITHOUT_ID, None, 0)
    assert desk.texts() == [("a:anna", "hej")]


@pytest.mark.parametrize(
    "body", [{}, {"id": {}, "activityId": ["x"]}, {"id": "19:x;messageid=a\0", "activityId": "\0"}]
)
async def test_what_is_about_a_message_without_an_id_ends_and_says_so(desk: Desk, body: object) -> None:
    desk.hear_from_channel()
    answer(desk, body)
    desk.enqueue(
        Outgoing("card", "q:1", ToChannel(CHANNEL), text="kortet"),
        Outgoing("card:v2", "q:1", MessageOf("card"), text="nytt"),
        Outgoing("card:a", "q:1", ThreadOf("card"), text="svar"),
    )
    for _ in range(3):
        await desk.courier.deliver()
        desk.clock.forward(seconds=60)
    desk.enqueue(Outgoing("card:end", "q:1", MessageOf("card")))
    await desk.courier.deliver()

    assert desk.state("card")[:2] == ("sent", WITHOUT_ID)
    for key in ("card:v2", "card:a", "card:end"):
        assert desk.state(key)[:2] == ("unreachable", "target_has_no_id")
    assert len(desk.connector.calls) == 1


async def test_a_chat_goes_on_below_a_message_without_an_id(desk: Desk) -> None:
    anna = desk.meet("Anna")
    answer(desk, {})
    desk.enqueue(note(anna, key="card"), Outgoing("more", "q:1", ThreadOf("card"), text="mer"))
    await desk.courier.deliver()
    desk.clock.forward(seconds=60)
    await desk.courier.deliver()

    assert desk.texts() == [("a:anna", "hej"), ("a:anna", "mer")]
    assert desk.state("more")[:2] == ("sent", "")


@pytest.mark.parametrize("body", [PAGE, b" \r\n" + PAGE, b"x" * (5 * 1024 * 1024)])
async def test_a_success_that_the_connector_did_not_write_is_no_success(desk: Desk, body: bytes) -> None:
    anna = desk.meet("Anna")
    desk.connector.refuses["a:anna"] = Trouble(status=200, body=body)
    desk.enqueue(note(anna, key="1"), note(anna, key="2", repeat=Repeat.ASK))
    for _ in range(2):
        await desk.courier.deliver()

    assert desk.state("1") == ("waiting", "no_answer", 1, 1)
    assert desk.state("2") == ("uncertain", "no_answer", 1, 1)
    assert desk.texts() == []


@pytest.mark.parametrize("body", [PAGE, {}, {"id": ["x"]}, {"id": "a\0b"}, {"id": "x" * 301}])
async def test_a_chat_that_got_no_id_is_not_written_to(desk: Desk, body: object) -> None:
    anna = desk.meet("Anna", chat=False)
    desk.hear_from_channel()
    answer(desk, body)
    desk.enqueue(note(anna, key="1"))
    await desk.courier.deliver()

    assert desk.state("1")[0] in ("failed", "waiting")
    assert desk.texts() == []
    created = desk.connector.calls[0]
    assert (created.path, created.body["isGroup"], "activity" in created.body) == ("/v3/conversations", False, False)


async def test_a_service_url_may_end_in_a_region_and_a_tenant(desk: Desk) -> None:
    """As ``…/amer/<tenant>/``; nothing is lost of the path, and no slash is doubled."""
    anna = desk.meet("Anna", chat=False)
    desk.play(lambda session: hear(session, CHANNEL, f"{desk.connector.url}amer/t-1/", desk.clock.now))
    desk.enqueue(note(anna, key="1"))
    await desk.courier.deliver()

    assert [call.path for call in desk.connector.calls] == ["/amer/t-1/v3/conversations"]
