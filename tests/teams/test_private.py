"""Private messages in a channel: asked privately, answered privately, whatever Teams allows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.message import Incoming, Json, Message, Reply, say, state
from tests.support.edge import ANNA, BOT, Edge, in_channel, press, running
from tests.support.fakes import Trouble, refusal

ASKED = {**BOT, "isTargeted": True}
THREAD = "19:general@thread.tacv2;messageid=1001"
CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [], "fallbackText": "Kortet"}


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with running() as server:
        yield server


def privately(edge: Edge, **more: Any) -> Json:
    """A private question in a channel; it mentions nobody."""
    return in_channel(edge.service_url, "Vad kostar det?", recipient=ASKED, entities=[], **more)


async def test_a_private_question_is_answered_privately_in_its_thread(edge: Edge) -> None:
    edge.core.script = lambda _: Reply(messages=(Message("ett"), Message(card=CARD)))
    await edge.post(privately(edge))

    assert [incoming.private for incoming in edge.core.seen] == [True]
    for message in edge.connector.messages:
        assert message.conversation == THREAD
        assert message.activity["recipient"] == {"id": ANNA["id"], "name": ANNA["name"], "isTargeted": True}
    assert [call.query for call in edge.connector.calls] == ["isTargetedActivity=true"] * 2


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_where_teams_refuses_that_the_answer_goes_to_their_own_chat(edge: Edge, status: int) -> None:
    edge.connector.refuses[THREAD] = refusal(status, "BadSyntax")
    await edge.post(privately(edge))

    [message] = edge.connector.messages
    assert (message.conversation, message.text) == (f"a:1:1-with-{ANNA['id']}", "Vad kostar det?")
    assert not {"recipient", "replyToId", "conversation"} & set(message.activity)


@pytest.mark.parametrize("trouble", [refusal(500, "x"), Trouble(), refusal(401, "x")])
async def test_it_is_never_answered_in_public_whatever_goes_wrong(edge: Edge, trouble: Trouble) -> None:
    edge.connector.refuses[THREAD] = trouble
    edge.core.script = _broken
    await edge.post(privately(edge))

    assert edge.connector.messages == []
    assert {call.query for call in edge.connector.calls} == {"isTargetedActivity=true"}


async def test_a_private_card_is_changed_without_a_recipient(edge: Edge) -> None:
    edge.core.script = lambda _: say("Kortet", CARD)
    await edge.post(privately(edge))
    [message] = edge.connector.messages
    edge.core.script = lambda _: state({**CARD, "fallbackText": "Klart"})
    await edge.post(press(edge.service_url, replyToId=message.id, recipient=ASKED))

    call = edge.connector.calls[-1]
    assert (call.method, call.query, "recipient" in call.body) == ("PUT", "isTargetedActivity=true", False)
    assert message.card == {**CARD, "fallbackText": "Klart"}


async def test_a_thread_that_only_the_channel_data_names(edge: Edge) -> None:
    given = in_channel(edge.service_url)
    given["conversation"]["id"] = "19:general@thread.tacv2"
    given["channelData"]["thread"] = {"id": "1001"}
    await edge.post(given)

    assert edge.core.seen[0].place.thread_id == "1001"
    assert edge.core.seen[0].private is False
    assert [message.conversation for message in edge.connector.messages] == [THREAD]
    assert edge.connector.calls[0].query == ""


async def test_a_thread_in_somebodys_own_chat_is_none(edge: Edge) -> None:
    given = in_channel(edge.service_url)
    given["conversation"] = {"conversationType": "personal", "id": "a:anna"}
    given["channelData"]["thread"] = {"id": "1001"}
    await edge.post(given)

    assert edge.core.seen[0].place.thread_id is None
    assert [message.conversation for message in edge.connector.messages] == ["a:anna"]


async def test_an_id_that_no_column_holds_is_refused(edge: Edge) -> None:
    given = in_channel(edge.service_url)
    given["conversation"]["id"] = "19:general@thread.tacv2"
    given["channelData"]["thread"] = {"id": "1" * 101}
    assert (await edge.post(given)).status == 400


def _broken(_: Incoming) -> Reply:
    raise RuntimeError
