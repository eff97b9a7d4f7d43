"""The wire to Teams: the Connector's calls and errors, the codec, and the adapter as botbuilder uses it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import orjson
import pytest
from aiohttp import ClientPayloadError
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import ClientSecretCredential
from botbuilder.core import Middleware, TurnContext
from botbuilder.schema import Activity, Attachment, ChannelAccount, ConversationAccount, Entity

from bot.delivery.pace import retry_after
from bot.teams.activities import OutgoingActivity, card_activity
from bot.teams.adapter import Adapter
from bot.teams.codec import decode, encode, parse
from bot.teams.connector import Connector, ConnectorError, ServiceUrlError, TokenError, new_session
from bot.teams.credential import ConnectorToken
from bot.teams.gate import LocalGate
from tests.support.edge import ANNA, TENANT, activity, in_channel
from tests.support.fakes import FakeConnector


@pytest.fixture
async def fake() -> AsyncIterator[FakeConnector]:
    async with FakeConnector() as server:
        yield server


@pytest.fixture
async def connector(fake: FakeConnector) -> AsyncIterator[Connector]:
    del fake
    async with new_session() as session:
        yield Connector(session, None, LocalGate().allows)


async def test_send_update_and_delete(fake: FakeConnector, connector: Connector) -> None:
    thread = "19:å@thread.tacv2;messageid=1/2"
    sent = await connector.send(fake.url, thread, {"text": "ett"})
    assert sent is not None
    await connector.update(fake.url, thread, sent, {"text": "två"})
    [message] = fake.messages
    assert (message.conversation, message.text, message.versions) == (thread, "två", [{"text": "ett"}])
    await connector.delete(fake.url, thread, sent)
    assert fake.messages == []


async def test_a_chat_is_created_and_a_thread_started(fake: FakeConnector, connector: Connector) -> None:
    chat = await connector.create(fake.url, {"members": [{"id": "29:bo"}], "tenantId": TENANT})
    assert chat == {"id": "a:1:1-with-29:bo"}
    started = {"channelData": {"channel": {"id": "19:c"}}, "activity": {"text": "hej"}}
    thread = await connector.create(fake.url, started)
    assert thread == {"id": f"19:c;messageid={thread['activityId']}", "activityId": fake.messages[0].id}


async def test_members_come_page_by_page(fake: FakeConnector, connector: Connector) -> None:
    fake.members["19:team"] = [{"id": f"29:{number}"} for number in range(5)]
    assert [member["id"] async for member in connector.members(fake.url, "19:team")] == [
        f"29:{number}" for number in range(5)
    ]
    assert len(fake.calls) == 3
    assert [member async for member in connector.members(fake.url, "19:empty")] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"code": "BotNotInConversationRoster", "message": "x"}}, "BotNotInConversationRoster"),
        ({"errorCode": 209, "message": '{\r\n "subCode": "MessageWritesBlocked"}'}, "MessageWritesBlocked"),
        ({"message": "Invalid"}, ""),
        ({"error": "text"}, ""),
        ([], ""),
        ("Bad gateway", ""),
    ],
)
async def test_an_error_carries_teams_own_word(
    fake: FakeConnector, connector: Connector, body: object, code: str
) -> None:
    fake.fail(403, body=body)
    with pytest.raises(ConnectorError) as raised:
        await connector.send(fake.url, "a", {})
    assert (raised.value.status, raised.value.code, raised.value.retry_after) == (403, code, None)


async def test_a_word_that_no_table_keeps_is_left_out(fake: FakeConnector, connector: Connector) -> None:
    for code, kept in (("a\0b", ""), ("x" * 10_000, "x" * 100)):
        fake.fail(400, code=code)
        with pytest.raises(ConnectorError) as refused:
            await connector.send(fake.url, "a:1", {"type": "message"})
        assert refused.value.code == kept


async def test_a_page_is_no_success_whatever_stands_before_it(fake: FakeConnector, connector: Connector) -> None:
    fake.fail(200, body=b"\xef\xbb\xbf\r\n<!DOCTYPE html>")
    with pytest.raises(ClientPayloadError):
        await connector.send(fake.url, "a:1", {"type": "message"})


@pytest.mark.parametrize(("header", "seconds"), [(7, 7.0), (0.5, 0.5), (-3, 0.0)])
async def test_an_error_carries_how_long_to_wait(
    fake: FakeConnector, connector: Connector, header: float, seconds: float
) -> None:
    fake.throttle(retry_after=header)
    with pytest.raises(ConnectorError) as raised:
        await connector.send(fake.url, "a", {})
    assert (raised.value.status, raised.value.retry_after) == (429, seconds)


@pytest.mark.parametrize(
    ("after", "date", "seconds"),
    [
        ("Wed, 21 Oct 2015 07:29:30 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 90.0),
        ("Wednesday, 21-Oct-15 07:29:30 GMT", "Wed Oct 21 07:28:00 2015", None),  # a date without a zone
        ("Wed, 21 Oct 2015 07:27:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Fri, 21 Oct 2016 07:27:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 86400.0),
        ("Wed, 21 Oct 2015 07:29:30 GMT", "", None),
        ("Wed, 99 Oct 2015", "x", None),
        ("inf", "", 86400.0),
        ("nan", "", 0.0),
        ("soon", "", None),
        ("", "", None),
    ],
)
def test_a_wait_may_be_a_number_or_a_date(after: str, date: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": after, "Date": date}) == seconds


async def test_nothing_is_sent_to_a_service_url_off_the_list(fake: FakeConnector) -> None:
    asked = []

    async def token() -> str:
        asked.append(1)
        return "secret"

    async with new_session() as session:
        with pytest.raises(ServiceUrlError):
            await Connector(session, token, lambda _url: False).send(fake.url, "a", {})
    assert (asked, fake.calls) == ([], [])


async def test_a_redirect_is_not_followed(fake: FakeConnector, connector: Connector) -> None:
    fake.fail(307)
    with pytest.raises(ConnectorError):
        await connector.send(fake.url, "a", {})
    assert len(fake.calls) == 1


async def test_a_credential_that_entra_refuses_is_a_token_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise ClientAuthenticationError("AADSTS7000222: the secret has expired")

    monkeypatch.setattr(ClientSecretCredential, "get_token", refuse)
    async with ConnectorToken(ClientSecretCredential(TENANT, "app", "hemligt")) as token:
        with pytest.raises(TokenError) as raised:
            await token()
    assert "hemligt" not in str(raised.value)


async def test_what_is_decoded_is_encoded_the_same() -> None:
    given = {
        **in_channel("https://x/", recipient={"id": "28:b", "name": "Bot", "isTargeted": True}),
        "unheardOf": {"a": [1]},
        "value": {"deep": [{"x": None}]},
    }
    assert orjson.loads(orjson.dumps(encode(decode(given)))) == {
        **given,
        "timestamp": "2026-11-24T08:00:00.123456+00:00",
        "localTimestamp": "2026-11-24T09:00:00.123456+01:00",
    }


async def test_the_tenant_of_a_conversation_survives() -> None:
    """botbuilder's own map spells it ``tenantID``, which Teams does not."""
    decoded = decode(activity("https://x/"))
    assert decoded.conversation.tenant_id == TENANT
    assert encode(decoded)["conversation"]["tenantId"] == TENANT


async def test_a_decoded_activity_is_botbuilders_own() -> None:
    decoded = decode(parse(orjson.dumps(activity("https://x/"))))
    assert isinstance(decoded, Activity)
    assert isinstance(decoded.from_property, ChannelAccount)
    assert isinstance(decoded.conversation, ConversationAccount)
    assert isinstance(decoded.attachments[0], Attachment)
    assert isinstance(decoded.entities[0], Entity)
    assert decoded.timestamp == datetime(2026, 11, 24, 8, 0, 0, 123456, UTC)
    assert decoded.entities[0].additional_properties["country"] == "SE"


async def test_a_card_is_never_copied() -> None:
    card = {"type": "AdaptiveCard"}
    encoded = encode(card_activity(card))
    assert encoded["attachments"][0]["content"] is card


class Stamp(Middleware):  # type: ignore[misc]
    """A middleware that marks what is sent."""

    async def on_turn(self, context: TurnContext, logic: Callable[[], Awaitable[None]]) -> None:
        async def stamp(
            _context: TurnContext, activities: list[Activity], go_on: Callable[[], Awaitable[None]]
        ) -> None:
            for one in activities:
                one.text = f"{one.text}!"
            await go_on()

        context.on_send_activities(stamp)
        await logic()


async def test_the_adapter_runs_botbuilders_middleware_and_turn_context(
    fake: FakeConnector, connector: Connector
) -> None:
    adapter = Adapter(connector).use(Stamp())
    kept = OutgoingActivity(text="hej")

    async def turn(context: TurnContext) -> None:
        sent = await context.send_activity(kept)
        other = await context.send_activity("två")
        await context.send_trace_activity("unseen")
        await context.update_activity(Activity(type="message", id=sent.id, text="ändrad"))
        await context.delete_activity(other.id)

    incoming = decode(activity(fake.url, deliveryMode="expectReplies"))
    assert await adapter.process(incoming, turn) is None
    [message] = fake.messages
    assert (message.text, message.versions[0]["text"]) == ("ändrad", "hej!")
    assert message.versions[0]["recipient"] == ANNA
    assert "recipient" not in message.activity
    assert kept.text == "hej"
