"""Answers to an open question that only the asker sees: as a targeted message, or else in the thread as always."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.delivery.courier import Courier
from bot.delivery.replies import Unsent
from bot.message import Json, Message, Reply, say, state, view
from bot.teams.connector import Connector, new_session
from bot.teams.core import Conversations
from bot.teams.marks import MARK
from bot.teams.messenger import TeamsMessenger
from bot.turn import App
from storage import outbox
from tests.support.chat import Clock, actions
from tests.support.edge import ANNA, Edge, in_channel, press, running
from tests.support.fakes import Sent, Trouble, refusal

THREAD = "19:general@thread.tacv2;messageid=1001"
ALONE = "isTargetedActivity=true"


def card(words: str) -> Json:
    """A card with a button, a row to press, and a button of a hidden part."""
    press = {"type": "Action.Execute", "title": words, "verb": "faq.choose", "data": {"question": 1}}
    hidden = {"type": "Action.ShowCard", "card": {"type": "AdaptiveCard", "body": [], "actions": [press]}}
    row = {"type": "Container", "items": [], "selectAction": press}
    return {"type": "AdaptiveCard", "version": "1.5", "body": [row], "actions": [hidden], "fallbackText": words}


CARD, NEXT = card("Menade du"), card("Svaret")
ASIDE = Message(card=CARD, aside=True)


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with running() as server:
        server.core.script = lambda _: Reply(messages=(ASIDE,))
        yield server


def in_thread(edge: Edge, data: Json | None = None, **more: Any) -> Json:
    """A press in the channel's thread, which says nothing about who sees the card."""
    there = in_channel(edge.service_url)
    return press(
        edge.service_url, data=data, conversation=there["conversation"], channelData=there["channelData"], **more
    )


def marks(value: object) -> tuple[int, int]:
    """How many buttons a card has, and how many of them have the mark."""
    text = json.dumps(value)
    return text.count("Action.Execute"), text.count(MARK)


def data_of(message: Sent) -> Json:
    """The data that a press of the card's button brings back."""
    assert message.card
    data: Json = message.card["body"][0]["selectAction"]["data"]
    return data


async def test_it_goes_to_the_asker_alone_in_the_thread(edge: Edge) -> None:
    edge.core.script = lambda _: Reply(messages=(ASIDE, Message("till alla"), Message("bara du", aside=True)))
    asked = in_channel(edge.service_url)
    await edge.post(asked)

    first, second, third = edge.connector.messages
    assert [one.conversation for one in edge.connector.messages] == [THREAD] * 3
    assert [one.private for one in edge.connector.messages] == [True, False, True]
    assert [call.query for call in edge.connector.calls] == [ALONE, "", ALONE]
    assert first.activity["recipient"] == {"id": ANNA["id"], "name": ANNA["name"], "isTargeted": True}
    assert (marks(first.card), second.text, third.text) == ((2, 2), "till alla", "bara du")
    assert marks(CARD) == (2, 0)  # the reply itself stays as it was, for a repeat and for the outbox
    assert edge.core.messages[asked["id"]] == (first.id, second.id, third.id)


@pytest.mark.parametrize("status", [400, 403, 404, 405])
async def test_where_teams_does_not_take_it_everybody_sees_it_as_always(edge: Edge, status: int) -> None:
    edge.connector.no_asides = refusal(status, "BadSyntax")
    await edge.post(in_channel(edge.service_url, id="same"))
    [aside] = edge.connector.messages
    edge.core.script = lambda _: say(card=CARD)
    await edge.post(in_channel(edge.service_url, id="other"))

    as_always = edge.connector.messages[1]
    assert {**as_always.activity, "replyToId": ""} == {**aside.activity, "replyToId": ""}
    assert (aside.conversation, aside.private, aside.reply_to) == (THREAD, False, "same")
    assert marks(aside.card) == (2, 0)
    assert edge.core.later == {}


@pytest.mark.parametrize("status", [412, 429])
async def test_it_is_tried_once_more(edge: Edge, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.teams.adapter.USUAL_WAIT", 0.01)
    edge.connector.fail(status, code="Throttled")
    await edge.post(in_channel(edge.service_url))

    assert [call.query for call in edge.connector.calls] == [ALONE] * 2
    assert [one.private for one in edge.connector.messages] == [True]


@pytest.mark.parametrize(
    ("trouble", "doubtful"),
    [
        (Trouble(status=429, headers={"Retry-After": "60"}), False),
        (refusal(401, "x"), False),
        (refusal(500, "x"), True),
        (refusal(503, "x"), True),
        (Trouble(), True),
        (Trouble(arrives=True), True),
    ],
    ids=["429", "401", "500", "503", "no answer", "no answer, but it arrived"],
)
async def test_what_fails_goes_to_the_outbox_and_never_to_the_thread(
    edge: Edge, trouble: Trouble, *, doubtful: bool
) -> None:
    edge.connector.no_asides = trouble
    asked = in_channel(edge.service_url)
    await edge.post(asked)
    await edge.post(asked)

    assert [call.query for call in edge.connector.calls] == [ALONE]
    wait = 60.0 if trouble.status == 429 else 0.0
    assert edge.core.later[asked["id"]] == Unsent((ASIDE,), doubtful=doubtful, wait=wait)


async def test_a_refusal_and_then_a_failure_goes_to_the_outbox_once(edge: Edge) -> None:
    edge.connector.no_asides = refusal(403, "x")
    edge.connector.fail(500)
    asked = in_channel(edge.service_url)
    await edge.post(asked)

    assert [call.query for call in edge.connector.calls] == [ALONE, ""]
    assert edge.connector.messages == []
    assert edge.core.later[asked["id"]] == Unsent((ASIDE,), doubtful=True)


async def test_a_press_of_its_card_is_answered_to_the_asker_alone(edge: Edge) -> None:
    await edge.post(in_channel(edge.service_url))
    [aside] = edge.connector.messages
    edge.core.script = lambda _: state(NEXT, Message("mer"))
    answered = await edge.post(in_thread(edge, data_of(aside), replyToId=aside.id))

    pressed = edge.core.seen[-1]
    assert (pressed.private, dict(pressed.data)) == (True, {"question": 1})
    assert marks(answered.body) == (2, 2)
    changed, sent = edge.connector.calls[1:]
    assert [(call.method, call.query) for call in (changed, sent)] == [("PUT", ALONE), ("POST", ALONE)]
    assert "recipient" not in changed.body
    assert (marks(aside.card), aside.private) == ((2, 2), True)
    assert edge.connector.messages[-1].private


async def test_a_press_that_comes_as_a_message_is_private_too(edge: Edge) -> None:
    edge.core.script = lambda _: say("bara du")
    await edge.post(in_channel(edge.service_url, value={"verb": "faq.choose", "question": 1, MARK: True}))

    assert (edge.core.seen[-1].private, dict(edge.core.seen[-1].data)) == (True, {"question": 1})
    assert [one.private for one in edge.connector.messages] == [True]


@pytest.mark.parametrize("mark", [False, "true", 1, None, [True]])
async def test_only_the_mark_itself_counts(edge: Edge, mark: object) -> None:
    edge.core.script = lambda _: view(NEXT)
    answered = await edge.post(in_thread(edge, {MARK: mark}))

    assert edge.core.seen[-1].private is False
    assert marks(answered.body) == (2, 0)


async def test_a_mark_says_nothing_in_their_own_chat(edge: Edge) -> None:
    edge.core.script = lambda _: say("hej")
    await edge.post(press(edge.service_url, data={MARK: True}))

    assert edge.core.seen[-1].private is False
    assert [call.query for call in edge.connector.calls] == [""]


async def test_a_card_that_teams_has_taken_away_is_answered_all_the_same(edge: Edge) -> None:
    await edge.post(in_channel(edge.service_url))
    [aside] = edge.connector.messages
    edge.connector.expire(aside)
    edge.core.script = lambda _: state(NEXT)
    pressed = in_thread(edge, data_of(aside), replyToId=aside.id)
    answered = await edge.post(pressed)

    assert answered.body["value"]["fallbackText"] == "Svaret"
    assert [(call.method, call.query) for call in edge.connector.calls[1:]] == [("PUT", ALONE)]
    assert edge.core.later == {}
    assert pressed["id"] in edge.core.marked


async def test_a_private_card_that_cannot_be_changed_now_does_not_go_to_the_outbox(edge: Edge) -> None:
    await edge.post(in_channel(edge.service_url))
    [aside] = edge.connector.messages
    edge.connector.fail(500)
    edge.core.script = lambda _: state(NEXT)
    answered = await edge.post(in_thread(edge, data_of(aside), replyToId=aside.id))

    assert (answered.status, marks(answered.body)) == (200, (2, 2))
    assert edge.core.later == {}


@pytest.fixture
def open_app(app: App) -> App:
    """The bot with the setting."""
    return replace(app, settings=app.settings.model_copy(update={"private_replies": True}))


async def test_the_whole_way_over_http(open_app: App, clock: Clock) -> None:
    async with running(Conversations(open_app, clock)) as edge:
        question = "<at>Bot</at> Vilka nyckeltal finns det i nätverket"
        await edge.post(in_channel(edge.service_url, question))
        [offer] = edge.connector.messages
        assert (offer.private, offer.conversation) == (True, THREAD)

        async def pressed(title: str, shown: Json) -> Json:
            action = _action(shown, title)
            answered = await edge.post(
                in_thread(edge, action["data"], replyToId=offer.id) | {"value": {"action": action, "trigger": "manual"}}
            )
            body: Json = answered.body
            return body

        assert offer.card
        answer = await pressed(_titles(offer.card)[0], offer.card)
        shared = await pressed("Dela med kanalen", answer["value"])
        assert "Svaret är delat med kanalen." in json.dumps(shared, ensure_ascii=False)
        again = await pressed("Dela med kanalen", answer["value"])
        assert again["value"] == "Svaret är redan delat med kanalen."
        await edge.bot.turns.drain()

        [key] = open_app.database.look(lambda session: [row.key for row in session.query(outbox.Delivery)])
        await _deliver(open_app, clock)
        posted = edge.connector.messages[-1]
        assert key.startswith("share:")
        assert (posted.private, posted.conversation, MARK in json.dumps(posted.activity)) == (False, THREAD, False)
        assert [one.private for one in edge.connector.messages] == [True, False]


async def _deliver(app: App, clock: Clock) -> None:
    async with new_session() as session:
        messenger = TeamsMessenger(Connector(session, None, lambda _: True), None)
        courier = Courier(app.database, messenger, clock)
        await courier.deliver()
        await courier.drain()


def _titles(shown: Json) -> list[str]:
    return [str(one["title"]) for one in actions(shown)]


def _action(shown: Json, title: str) -> Json:
    return next(one for one in actions(shown) if one["title"] == title)
