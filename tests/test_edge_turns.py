"""Whole turns over HTTP in local mode: what comes in, what goes out, what the one who pressed sees."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.turn import Incoming, Kind, Message, Place, Reply, Scope, Sender, say, state, view
from tests.edge_support import ANNA, BOT, TENANT, Edge, activity, in_channel, mention, press, quiet, running

CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [], "fallbackText": "Kortet"}
NEW_CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Anmäld"}]}
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
NOTICE_TYPE = "application/vnd.microsoft.activity.message"


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with running() as server:
        yield server


async def test_a_message_is_answered_in_the_same_chat(edge: Edge) -> None:
    sent = activity(edge.service_url)
    answered = await edge.post(sent)

    assert answered.status == 201
    assert edge.core.seen == [
        Incoming(
            activity_id=sent["id"],
            kind=Kind.MESSAGE,
            sender=Sender(ANNA["id"], ANNA["aadObjectId"], ANNA["name"]),
            place=Place("a:anna", Scope.PERSONAL, edge.service_url, TENANT),
            text="Vad gäller för Botkyrka?",
        )
    ]
    [message] = edge.connector.messages
    assert (message.conversation, message.text, message.reply_to) == ("a:anna", "Vad gäller för Botkyrka?", sent["id"])
    assert message.activity["textFormat"] == "markdown"
    assert message.activity["from"] == BOT
    assert edge.core.marked == [sent["id"]]


async def test_a_card_is_sent_without_its_text_which_becomes_the_summary(edge: Edge) -> None:
    edge.core.script = lambda _: say("Tre webbinarier", CARD)
    await edge.post(activity(edge.service_url))

    [message] = edge.connector.messages
    assert message.card == CARD
    assert message.activity["summary"] == "Tre webbinarier"
    assert "text" not in message.activity
