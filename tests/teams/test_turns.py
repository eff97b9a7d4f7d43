"""Whole turns over HTTP in local mode: what comes in, what goes out, what the one who pressed sees."""

from collections.abc import AsyncIterator

import pytest

from bot.message import Incoming, Json, Kind, Message, Place, Reply, Scope, Sender, say, state, view
from tests.support.edge import ANNA, BOT, TENANT, Edge, activity, in_channel, mention, press, quiet, running

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


async def test_a_view_reaches_only_the_one_who_pressed(edge: Edge) -> None:
    edge.core.script = lambda _: say("Tre webbinarier", CARD)
    await edge.post(in_channel(edge.service_url))
    [message] = edge.connector.messages
    edge.core.script = lambda _: view(NEW_CARD)

    answered = await edge.post(press(edge.service_url, replyToId=message.id))

    assert (answered.status, answered.body) == (200, {"statusCode": 200, "type": CARD_TYPE, "value": NEW_CARD})
    edge.connector.answered(message, ANNA["id"], answered.body)
    assert message.card_for(ANNA["id"]) == NEW_CARD
    assert message.card_for("29:bo") == CARD
    assert len(edge.connector.calls) == 1


async def test_the_core_is_told_which_messages_it_sent_where_others_read_too(edge: Edge) -> None:
    edge.core.script = lambda _: Reply(messages=(Message("ett"), Message("två")))
    there, own = in_channel(edge.service_url), activity(edge.service_url)
    await edge.post(there)
    await edge.post(own)

    assert edge.core.messages == {
        there["id"]: tuple(message.id for message in edge.connector.messages[:2]),
        own["id"]: (),
    }


async def test_a_state_is_answered_and_put_on_the_message_for_everyone(edge: Edge) -> None:
    edge.core.script = lambda _: say("Tre webbinarier", CARD)
    await edge.post(in_channel(edge.service_url))
    [message] = edge.connector.messages
    edge.core.script = lambda _: state(NEW_CARD, Message("Välkommen!"))

    where = {"conversation": in_channel(edge.service_url)["conversation"]}
    answered = await edge.post(press(edge.service_url, data={"event": 7}, replyToId=message.id, **where))

    assert answered.body == {"statusCode": 200, "type": CARD_TYPE, "value": NEW_CARD}
    assert message.card_for("29:bo") == NEW_CARD
    assert edge.connector.messages[1].text == "Välkommen!"
    assert edge.connector.messages[1].conversation == "19:general@thread.tacv2;messageid=1001"
    pressed = edge.core.seen[-1]
    assert (pressed.kind, pressed.verb, pressed.data, pressed.card_id) == (
        Kind.ACTION,
        "events.join",
        {"event": 7},
        message.id,
    )


async def test_a_form_in_ones_own_chat_is_shown_once_so_that_nothing_typed_is_lost(edge: Edge) -> None:
    form = {"type": "AdaptiveCard", "body": [{"type": "Input.Text", "id": "source"}]}
    edge.core.script = lambda _: state(form)
    sent = press(edge.service_url, replyToId="1")
    answered = await edge.post(sent)

    assert answered.body["value"] == form
    assert edge.connector.calls == []

    edge.core.script = lambda _: state(form, done=True)
    await edge.post(press(edge.service_url, replyToId="1"))
    assert [call.method for call in edge.connector.calls] == ["PUT"], (
        "the chat says what was saved when it is opened again"
    )


async def test_a_card_that_cannot_be_updated_does_not_fail_the_turn(edge: Edge) -> None:
    edge.core.script = lambda _: state(NEW_CARD)
    sent = press(edge.service_url, replyToId="gone")
    answered = await edge.post(sent)

    assert answered.body["value"] == NEW_CARD
    assert edge.core.marked == [sent["id"]]


@pytest.mark.parametrize(
    ("reply", "said"),
    [(Reply(notice="Det där kan bara kansliet göra."), "Det där kan bara kansliet göra."), (say("hej"), "Klart.")],
)
async def test_a_press_that_changes_no_card_is_answered_with_a_notice(edge: Edge, reply: Reply, said: str) -> None:
    edge.core.script = lambda _: reply
    answered = await edge.post(press(edge.service_url))
    assert (answered.status, answered.body) == (200, {"statusCode": 200, "type": NOTICE_TYPE, "value": said})


async def test_a_button_may_come_as_a_message(edge: Edge) -> None:
    """Action.Submit, where a client knows no Action.Execute: it has no answer, so all of it is sent."""
    edge.core.script = lambda _: say("Tre", CARD)
    await edge.post(activity(edge.service_url))
    [message] = edge.connector.messages
    submit: Json = {"text": None, "value": {"verb": "events.join", "event": 7, "msteams": {}}, "replyToId": message.id}

    edge.core.script = lambda _: view(NEW_CARD)
    assert (await edge.post(activity(edge.service_url, **submit))).status == 201
    assert (edge.core.seen[-1].verb, edge.core.seen[-1].data) == ("events.join", {"event": 7})
    assert message.card == NEW_CARD

    edge.core.script = lambda _: Reply(notice="Fullt.")
    await edge.post(activity(edge.service_url, **submit))
    assert edge.connector.messages[-1].text == "Fullt."

    del submit["replyToId"]
    edge.core.script = lambda _: state(NEW_CARD)
    await edge.post(activity(edge.service_url, **submit))
    assert edge.connector.messages[-1].card == NEW_CARD

    edge.core.script = lambda _: view({"secret": "Annas"})
    await edge.post(in_channel(edge.service_url, **submit))
    assert edge.connector.messages[-1].text.startswith("Svaret är bara för dig.")


async def test_a_card_that_refreshes_itself_is_no_press(edge: Edge) -> None:
    action = {"type": "Action.Execute", "verb": "events.join"}
    answered = await edge.post(press(edge.service_url, value={"action": action, "trigger": "automatic"}))
    assert (answered.status, answered.body["statusCode"], edge.core.seen) == (200, 400, [])


@pytest.mark.parametrize("value", [None, [], {}, {"action": 1}, {"action": {}}, {"action": {"verb": 3}}, "x"])
async def test_a_press_without_a_verb_is_refused(edge: Edge, value: object) -> None:
    assert (await edge.post(press(edge.service_url, value=value))).status == 400
    assert edge.core.seen == []


@pytest.mark.parametrize(
    "name",
    [
        "task/fetch",
        "task/submit",
        "application/search",
        "message/submitAction",
        "message/fetchTask",
        "composeExtension/query",
        "signin/verifyState",
        "signin/tokenExchange",
        "fileConsent/invoke",
        "config/fetch",
        "unheard/of",
        None,
    ],
)
async def test_invokes_of_other_kinds_say_what_they_are(edge: Edge, name: str | None) -> None:
    answered = await edge.post(press(edge.service_url, name=name))
    assert (answered.status, answered.body["type"]) == (501, "application/vnd.microsoft.error")
    assert edge.core.seen == []


@pytest.mark.parametrize(
    "change",
    [
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "messageUpdate"},
        {"type": "messageDelete"},
        {"type": "typing"},
        {"type": "event", "name": "application/vnd.microsoft.meetingStart", "value": {"x": 1}},
        {"type": "event", "name": "tokens/response"},
        {"type": "installationUpdate", "action": "remove"},
        {"type": "conversationUpdate", "channelData": {"eventType": "teamRenamed", "tenant": {"id": TENANT}}},
        {"type": "conversationUpdate", "membersRemoved": [ANNA]},
        {"type": "conversationUpdate", "topicName": "Nytt namn"},
        {"type": "endOfConversation"},
        {"type": "somethingNew"},
    ],
)
async def test_what_needs_no_answer_passes_quietly(edge: Edge, change: dict[str, object]) -> None:
    assert (await edge.post(activity(edge.service_url, text=None, **change))).status == 201
    assert (edge.core.seen, edge.connector.calls) == ([], [])


async def test_a_deleted_channel_or_team_is_told_with_its_place(edge: Edge) -> None:
    edge.core.script = quiet
    team, channel = {"id": "19:team@thread.tacv2"}, {"id": "19:vatten@thread.tacv2"}
    general = {**in_channel(edge.service_url), "text": None, "type": "conversationUpdate"}
    for event, more in (
        ("channelDeleted", {"team": team, "channel": channel}),
        ("channelDeleted", {"team": team}),
        ("teamDeleted", {"team": team}),
        ("teamDeleted", {}),
    ):
        told = {"eventType": event, "tenant": {"id": TENANT}, **more}
        assert (await edge.post({**general, "id": event, "channelData": told})).status == 201

    assert [
        (one.kind, one.place.conversation_id, one.place.team_id, one.place.thread_id) for one in edge.core.seen
    ] == [
        (Kind.CHANNEL_GONE, "19:vatten@thread.tacv2", "19:team@thread.tacv2", None),
        (Kind.TEAM_GONE, general["conversation"]["id"].partition(";")[0], "19:team@thread.tacv2", None),
    ]
    assert edge.connector.calls == []


async def test_arrivals_of_the_bot_and_of_people(edge: Edge) -> None:
    edge.core.script = quiet
    team = in_channel(edge.service_url)
    where = {name: team[name] for name in ("conversation", "channelData")}
    bo, eva = {"id": "29:bo"}, {"id": "29:eva", "aadObjectId": "e"}

    await edge.post(activity(edge.service_url, type="installationUpdate", action="add"))
    await edge.post(activity(edge.service_url, type="conversationUpdate", membersAdded=[BOT, ANNA], text=None))
    await edge.post(activity(edge.service_url, type="conversationUpdate", membersAdded=[BOT], **where))
    await edge.post(activity(edge.service_url, type="conversationUpdate", membersAdded=[bo], **where))
    await edge.post(activity(edge.service_url, type="conversationUpdate", membersAdded=[bo, eva], id="x", **where))

    assert {incoming.kind for incoming in edge.core.seen} == {Kind.INSTALLED}
    assert [(incoming.sender.teams_id, incoming.place.scope.value) for incoming in edge.core.seen] == [
        ("29:anna", "personal"),
        ("29:anna", "personal"),
        ("29:anna", "channel"),
        ("29:bo", "channel"),
        ("29:bo", "channel"),
        ("29:eva", "channel"),
    ]
    assert [incoming.activity_id for incoming in edge.core.seen[-2:]] == ["x;0", "x;1"]
    assert edge.connector.calls == []  # above all, nobody was asked about


async def test_a_thread_in_a_channel_is_answered_in_the_thread(edge: Edge) -> None:
    await edge.post(in_channel(edge.service_url))
    place = edge.core.seen[0].place
    assert place == Place(
        "19:general@thread.tacv2", Scope.CHANNEL, edge.service_url, TENANT, "19:team@thread.tacv2", "1001"
    )
    assert edge.connector.messages[0].conversation == "19:general@thread.tacv2;messageid=1001"


@pytest.mark.parametrize("kind", ["groupChat", "channel", "meeting", None])
async def test_in_company_only_what_mentions_the_bot_is_read(edge: Edge, kind: str | None) -> None:
    where: Json = {"conversation": {"conversationType": kind, "id": "19:chat"}, "channelData": None}
    await edge.post(in_channel(edge.service_url, "hej alla", entities=[], **where))
    await edge.post(in_channel(edge.service_url, "hej <at>Anna Ö</at>", entities=[mention(ANNA)], **where))
    assert edge.core.seen == []
    await edge.post(in_channel(edge.service_url, **where))
    assert edge.core.seen[0].place.scope in (Scope.GROUP, Scope.CHANNEL)


@pytest.mark.parametrize(
    ("text", "entities", "read"),
    [
        ("Vad gäller för Botkyrka?", [], "Vad gäller för Botkyrka?"),
        ("<at>Bot</at> Vad gäller för Botkyrka?", [mention(BOT)], "Vad gäller för Botkyrka?"),
        ("<at>Bot</at>&nbsp;hjälp\r\n", [mention(BOT)], "hjälp"),
        ("<at>Bot</at>\u00a0\u200bA &amp; B &lt;b&gt; &aring;", [mention(BOT)], "A & B <b> å"),
        ("R&D och a&copy utan semikolon", [], "R&D och a&copy utan semikolon"),
        ("fråga <at>Bot</at> igen <at>Bot</at>", [mention(BOT), mention(BOT)], "fråga   igen"),
        ("<at>Bot</at> påminn <at>Anna Ö</at>", [mention(BOT), mention(ANNA)], "påminn Anna Ö"),
        ("<at>Bot</at> fråga <at>Bot</at>", [mention(BOT), mention({**ANNA, "name": "Bot"})], "fråga Bot"),
        ("<at>Bot (v2.*)</at> hej", [mention(BOT, "<at>Bot (v2.*)</at>")], "hej"),
        ("&lt;at&gt;Bot&lt;/at&gt; hej", [mention(BOT)], "<at>Bot</at> hej"),
        ("hej", [mention(BOT, "<at>Annan</at>"), {"type": "mention"}, {"type": "mention", "mentioned": 3}], "hej"),
        ("a\u0000b\u0007c &#0;", [], "abc \ufffd"),
        ("👩‍🌾 åäö", [], "👩‍🌾 åäö"),
        ("", [mention(BOT)], ""),
        (None, [], ""),
    ],
)
async def test_the_text_is_what_was_written_to_the_bot(
    edge: Edge, text: str | None, entities: list[object], read: str
) -> None:
    edge.core.script = quiet
    assert (await edge.post(activity(edge.service_url, text=text, entities=entities))).status == 201
    assert edge.core.seen[0].text == read


async def test_halves_of_characters_are_cleaned_everywhere(edge: Edge) -> None:
    edge.core.script = quiet
    await edge.post(activity(edge.service_url, text="hej \ud83d!", id="a\ud83db", **{"from": {"id": "29:\udc00x"}}))
    data = {"note": "x\u0000\ud83d", "\ud800key": ["\udfff"]}
    await edge.post(press(edge.service_url, data=data, replyToId="c\u0000"))
    assert (edge.core.seen[0].text, edge.core.seen[0].activity_id) == ("hej !", "ab")
    assert edge.core.seen[0].sender.teams_id == "29:x"
    assert (edge.core.seen[1].data, edge.core.seen[1].card_id) == ({"note": "x", "key": ("",)}, "c")


async def test_attachments_are_told_by_their_kind(edge: Edge) -> None:
    edge.core.script = quiet
    attached = [{"contentType": "text/html", "content": "x"}, {"contentType": "image/png"}, {"name": "untold"}]
    await edge.post(activity(edge.service_url, attachments=attached))
    assert edge.core.seen[0].attachments == ("image/png",)


async def test_an_activity_without_an_id_is_taken_too(edge: Edge) -> None:
    await edge.post(activity(edge.service_url, id=None))
    await edge.post(activity(edge.service_url, id=None))
    assert len({incoming.activity_id for incoming in edge.core.seen}) == 2


async def test_health_and_readiness(edge: Edge) -> None:
    async with edge.client.get(edge.url / "healthz") as response:
        assert response.status == 200
    async with edge.client.get(edge.url / "readyz") as response:
        assert (response.status, await response.json()) == (200, {"ready": True})
    edge.problems.append("the database can't be reached")
    async with edge.client.get(edge.url / "readyz") as response:
        assert response.status == 503
        assert await response.json() == {"ready": False, "problems": ["the database can't be reached"]}
