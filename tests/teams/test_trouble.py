"""What goes wrong at the edge: faults, sends that fail, repeats, and clients that hang up."""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from bot.delivery.replies import Unsent
from bot.message import Incoming, Message, Reply, say, state
from bot.teams.senders import AT_ONCE
from bot.teams.turns import TOO_FAST
from tests.support.edge import Edge, activity, press, running
from tests.support.fakes import Trouble

CARD = {"type": "AdaptiveCard", "body": []}


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with running() as server:
        yield server


def fault(_incoming: Incoming) -> Reply:
    raise RuntimeError("the disk is full")


def reference(text: str) -> str:
    found = re.fullmatch(r"Något gick fel hos mig\. Försök igen om en stund\. Felkod: ([A-HJ-NP-Z2-9]{8})", text)
    assert found
    return found[1]


async def test_a_fault_is_told_with_the_code_that_is_logged(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    edge.core.script = fault
    sent = activity(edge.service_url, text="min hemlighet")
    answered = await edge.post(sent)

    assert (answered.status, answered.body) == (201, "")
    [message] = edge.connector.messages
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.__dict__["reference"] == reference(message.text)
    assert record.exc_info
    assert "hemlighet" not in str(record.__dict__)
    assert edge.core.marked == []  # so that a repeat is answered


async def test_a_fault_in_a_press_is_told_beside_the_card(edge: Edge) -> None:
    edge.core.script = fault
    answered = await edge.post(press(edge.service_url))
    assert (answered.status, answered.body["type"]) == (200, "application/vnd.microsoft.activity.message")
    assert reference(answered.body["value"])
    assert edge.connector.calls == []


async def test_a_fault_that_cannot_be_told_is_still_answered(edge: Edge) -> None:
    edge.core.script = fault
    edge.connector.fail(403, code="MessageWritesBlocked")
    assert (await edge.post(activity(edge.service_url))).status == 201
    assert len(edge.connector.calls) == 1


async def test_the_next_turn_works_after_a_fault(edge: Edge) -> None:
    edge.core.script = fault
    await edge.post(activity(edge.service_url))
    edge.core.script = lambda _: say("hej")
    await edge.post(activity(edge.service_url))
    assert edge.connector.messages[-1].text == "hej"


@pytest.mark.parametrize("status", [412, 429])
async def test_a_send_is_tried_once_more_where_nothing_was_done(
    edge: Edge, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.teams.adapter.USUAL_WAIT", 0.01)
    sent = activity(edge.service_url)
    edge.connector.fail(status)
    await edge.post(sent)
    assert (len(edge.connector.calls), len(edge.connector.messages), edge.core.marked) == (2, 1, [sent["id"]])

    edge.connector.fail(status, times=2)
    await edge.post(activity(edge.service_url))
    assert (len(edge.connector.calls), len(edge.connector.messages)) == (4, 1)


@pytest.mark.parametrize("trouble", [Trouble(status=502), Trouble(status=503), Trouble(status=504), Trouble()])
async def test_what_may_have_arrived_is_sent_again_by_the_outbox_alone(edge: Edge, trouble: Trouble) -> None:
    sent = activity(edge.service_url)
    edge.connector.chaos = lambda: replace(trouble, arrives=True)
    assert (await edge.post(sent)).status == 201
    assert len(edge.connector.messages) == 1
    assert edge.core.later == {sent["id"]: Unsent((Message(sent["text"]),), doubtful=True)}


async def test_a_secret_does_not_go_to_the_outbox(edge: Edge) -> None:
    with_link, without = {**CARD, "lang": "secret"}, {**CARD, "lang": "sv"}
    shown = Reply((Message(card=with_link),), state=with_link, kept=Reply((Message(card=without),), state=without))
    edge.core.script = lambda _: shown
    sent = press(edge.service_url)
    edge.connector.throttle(times=2, retry_after=600)
    assert (await edge.post(sent)).body["value"] == with_link
    assert edge.core.later == {sent["id"]: Unsent((Message(card=without),), without, wait=600)}


async def test_a_short_wait_is_kept_and_a_long_one_given_up(edge: Edge) -> None:
    edge.connector.throttle(retry_after=0.05)
    await edge.post(activity(edge.service_url))
    assert len(edge.connector.messages) == 1
    edge.connector.throttle(retry_after=30)
    await edge.post(activity(edge.service_url))
    assert (len(edge.connector.messages), len(edge.connector.calls)) == (1, 3)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 413, 500])
async def test_a_send_that_fails_goes_to_the_outbox(edge: Edge, status: int) -> None:
    sent = activity(edge.service_url)
    edge.connector.fail(status, code="NotNow")
    assert (await edge.post(sent)).status == 201
    assert (edge.connector.messages, len(edge.connector.calls)) == ([], 1)
    assert edge.core.later == {sent["id"]: Unsent((Message(sent["text"]),), doubtful=status == 500)}

    await edge.post(sent)  # a repeat sends nothing: the outbox will
    assert edge.connector.messages == []


async def test_what_teams_asks_to_wait_with_waits_that_long(edge: Edge) -> None:
    sent = activity(edge.service_url)
    edge.connector.throttle(retry_after=600)
    await edge.post(sent)
    assert edge.core.later[sent["id"]].wait == 600


async def test_a_reply_that_stops_half_way_goes_on_in_the_outbox(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    edge.core.script = lambda _: Reply(messages=tuple(map(Message, ("ett", "två", "tre", "fyra"))))
    noted = edge.core.partly_sent

    async def note_and_lose(incoming: Incoming, rest: Reply) -> None:
        await noted(incoming, rest)
        edge.connector.fail(403)

    monkeypatch.setattr(edge.core, "partly_sent", note_and_lose)
    sent = activity(edge.service_url)
    await edge.post(sent)
    assert [message.text for message in edge.connector.messages] == ["ett"]
    assert edge.core.later[sent["id"]].messages == tuple(map(Message, ("två", "tre", "fyra")))


async def test_a_card_whose_update_may_go_later_goes_to_the_outbox(edge: Edge) -> None:
    edge.core.script = lambda _: state(CARD)
    sent = press(edge.service_url)
    edge.connector.throttle(retry_after=600)
    assert (await edge.post(sent)).body["value"] == CARD
    assert edge.core.later == {sent["id"]: Unsent(card=CARD, wait=600)}


async def test_one_sender_cannot_hold_up_the_others(edge: Edge) -> None:
    edge.connector.delay = 0.05
    await asyncio.gather(*(edge.post(activity(edge.service_url, text="hej")) for _ in range(40)))
    texts = Counter(message.text for message in edge.connector.messages)
    assert texts == {"hej": AT_ONCE, TOO_FAST: 1}

    other = {"id": "29:bo", "name": "Bo"}
    await edge.post(activity(edge.service_url, text="hej från Bo", **{"from": other}))
    assert edge.connector.messages[-1].text == "hej från Bo"
    assert (await edge.post(press(edge.service_url))).body["value"] == "Klart."


async def test_a_part_that_can_not_be_noted_does_not_stop_the_rest(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_incoming: Incoming, _rest: Reply) -> None:
        raise RuntimeError("the database has gone")

    monkeypatch.setattr(edge.core, "partly_sent", fail)
    edge.core.script = lambda _: Reply(messages=(Message("ett"), Message("två")))
    sent = activity(edge.service_url)
    await edge.post(sent)
    assert [message.text for message in edge.connector.messages] == ["ett", "två"]
    assert edge.core.marked == [sent["id"]]
    assert "reply not noted as sent" in caplog.text


async def test_a_connector_that_hangs_up_is_no_fault_of_the_sender(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.teams.adapter.USUAL_WAIT", 0.01)
    sent = activity(edge.service_url)
    edge.connector.hang_up()
    assert (await edge.post(sent)).status == 201
    assert edge.core.later.pop(sent["id"]) == Unsent((Message(sent["text"]),), doubtful=True)

    edge.core.script = lambda _: state(CARD, Message("hej"))
    edge.connector.hang_up(times=10)
    answered = await edge.post(press(edge.service_url))
    assert answered.body["value"] == CARD  # the press worked, so it is answered
    assert list(edge.core.later.values()) == [Unsent((Message("hej"),), CARD, doubtful=True)]


async def test_a_repeat_sends_nothing_again_and_gets_the_same_body(edge: Edge) -> None:
    edge.core.script = lambda _: state(CARD, Message("Välkommen!"))
    sent = press(edge.service_url)
    first, second = await edge.post(sent), await edge.post(sent)
    assert first.body == second.body
    assert len(edge.connector.messages) == 1
    assert len(edge.connector.calls) == 2  # the update and the message, once each


async def test_two_at_the_same_time_are_one_turn(edge: Edge) -> None:
    async def slowly() -> Reply:
        await asyncio.sleep(0.1)
        return state(CARD, Message("Välkommen!"))

    edge.core.script = lambda _: slowly()
    sent = press(edge.service_url)
    answers = await asyncio.gather(*(edge.post(sent) for _ in range(5)))

    assert {str(answer.body) for answer in answers} == {str(answers[0].body)}
    assert (len(edge.core.seen), len(edge.connector.messages)) == (1, 1)
    assert edge.bot.turns._running == {}


async def test_the_same_id_in_another_conversation_is_another_turn(edge: Edge) -> None:
    await edge.post(activity(edge.service_url, id="1"))
    elsewhere = {"conversation": {"conversationType": "personal", "id": "a:bo"}}
    await edge.post(activity(edge.service_url, id="1", **elsewhere))
    assert len(edge.core.seen) == 2


async def test_a_client_that_hangs_up_leaves_the_turn_running(edge: Edge) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slowly() -> Reply:
        begun.set()
        await go.wait()
        return say("till slut")

    edge.core.script = lambda _: slowly()
    sent = activity(edge.service_url)
    request = asyncio.create_task(edge.post(sent))
    await begun.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    go.set()
    await edge.bot.turns.drain()
    assert ([message.text for message in edge.connector.messages], edge.core.marked) == (["till slut"], [sent["id"]])


async def test_a_cancelled_caller_leaves_the_turn_running(edge: Edge) -> None:
    """As when the server stops: the handler's own task is cancelled, the turn is not."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def slowly() -> Reply:
        begun.set()
        await go.wait()
        return say("till slut")

    edge.core.script = lambda _: slowly()
    request = asyncio.create_task(edge.post(activity(edge.service_url)))
    await begun.wait()
    for task in asyncio.all_tasks():
        if "RequestHandler" in repr(task.get_coro()) and not task.done():
            task.cancel()
    go.set()
    await edge.bot.turns.drain()
    assert [message.text for message in edge.connector.messages] == ["till slut"]
    request.cancel()
    with pytest.raises((asyncio.CancelledError, aiohttp.ClientError)):
        await request


async def test_many_people_at_once(edge: Edge) -> None:
    edge.connector.delay = 0.05
    started = asyncio.get_running_loop().time()
    await asyncio.gather(
        *(edge.post(activity(edge.service_url, text=str(n), **{"from": {"id": f"29:{n}"}})) for n in range(40))
    )
    assert sorted(int(message.text) for message in edge.connector.messages) == list(range(40))
    assert asyncio.get_running_loop().time() - started < 1.5  # one after another they would take two seconds
