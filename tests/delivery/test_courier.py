"""The outbox: what is enqueued is sent once, the right way, and its row says what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from bot.delivery import courier
from bot.delivery.courier import Courier
from storage import claims, deliveries, outbox, retention
from storage.contents import Content
from storage.database import Database
from storage.outbox import Delivery
from storage.outgoing import MessageOf, Outgoing, Repeat, ThreadOf, ToChannel, ToMessage, ToPerson, ToThread
from tests.support.chat import Clock
from tests.support.fakes import BLOCKED, refusal
from tests.support.outbox import CHANNEL, Desk, desk, keys, note

CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Fråga"}]}


@pytest.fixture(name="desk")
async def _desk(database: Database, clock: Clock) -> AsyncIterator[Desk]:
    async with desk(database, clock) as one:
        yield one


async def test_a_message_goes_to_the_persons_own_chat_once(desk: Desk) -> None:
    anna = desk.meet("Anna")

    assert desk.enqueue(note(anna, key="note:1")) == 1
    assert desk.enqueue(note(anna, "annat", key="note:1")) == 0
    assert await desk.courier.deliver() == 1
    assert await desk.courier.deliver() == 0

    assert desk.texts() == [("a:anna", "hej")]
    row = desk.row("note:1")
    assert (row.state, row.route, row.attempts, row.doubts) == ("sent", "chat", 1, 0)
    assert (row.sent_conversation_id, row.sent_activity_id) == ("a:anna", "sent-1")
    assert row.settled_at == desk.clock.now


async def test_a_chat_is_opened_with_who_has_none_and_remembered(desk: Desk) -> None:
    desk.hear_from_channel()
    bo = desk.meet("Bo", chat=False)

    desk.enqueue(note(bo, "ett", key="1"))
    await desk.courier.deliver()
    desk.enqueue(note(bo, "två", key="2"))
    await desk.courier.deliver()

    assert desk.texts() == [("a:1:1-with-29:bo", "ett"), ("a:1:1-with-29:bo", "två")]
    assert [desk.row(key).route for key in "12"] == ["new_chat", "chat"]
    opened = desk.connector.calls[0]
    assert opened.body == {
        "isGroup": False,
        "members": [{"id": "29:bo", "name": "Bo"}],
        "tenantId": "t-1",
        "channelData": {"tenant": {"id": "t-1"}},
    }


async def test_a_thread_is_started_answered_changed_and_taken_away(desk: Desk) -> None:
    desk.hear_from_channel()

    desk.enqueue(
        Outgoing("q:1:card", "q:1", ToChannel(CHANNEL), text="Ny fråga", card=CARD),
        Outgoing("q:1:reply", "q:1", ThreadOf("q:1:card"), text="Ett svar"),
        Outgoing("q:1:card:2", "q:1", MessageOf("q:1:card"), text="Besvarad", card={**CARD, "body": []}),
    )
    desk.clock.forward(seconds=5)
    await desk.courier.deliver()
    desk.clock.forward(seconds=5)
    await desk.courier.deliver()

    card, reply = desk.connector.messages
    assert (card.conversation, card.card) == (f"{CHANNEL};messageid=sent-1", {**CARD, "body": []})
    assert card.activity["summary"] == "Besvarad"
    assert (reply.conversation, reply.text) == (f"{CHANNEL};messageid=sent-1", "Ett svar")
    found = desk.play(lambda session: deliveries.sent_as(session, CHANNEL, "sent-1"))
    assert found.key == "q:1:card"

    desk.enqueue(Outgoing("q:1:away", "q:1", MessageOf("q:1:card")))
    await desk.courier.deliver()
    desk.enqueue(Outgoing("q:1:away:2", "q:1", ToMessage(CHANNEL, "sent-1", "sent-1")))
    await desk.courier.deliver()
    assert [message.text for message in desk.connector.messages] == ["Ett svar"]
    assert desk.row("q:1:away:2").state == "sent"


async def test_only_the_newest_version_of_a_card_is_sent(desk: Desk) -> None:
    desk.hear_from_channel()
    desk.enqueue(Outgoing("card", "q:1", ToChannel(CHANNEL), text="0"))
    await desk.courier.deliver()

    for version in "123":
        desk.enqueue(Outgoing(f"card:{version}", "q:1", MessageOf("card"), text=version))
    await desk.courier.deliver()

    assert [activity["text"] for activity in desk.connector.message("sent-1").versions] == ["0"]
    assert [desk.state(f"card:{version}")[:2] for version in "123"] == [
        ("cancelled", "superseded"),
        ("cancelled", "superseded"),
        ("sent", ""),
    ]


async def test_an_older_version_that_failed_is_not_put_over_a_newer_one(desk: Desk) -> None:
    desk.hear_from_channel()
    desk.enqueue(Outgoing("card", "q:1", ToChannel(CHANNEL), text="0"))
    await desk.courier.deliver()
    desk.connector.throttle(retry_after=60)
    desk.enqueue(Outgoing("card:1", "q:1", MessageOf("card"), text="1"))
    await desk.courier.deliver()
    desk.enqueue(Outgoing("card:2", "q:1", MessageOf("card"), text="2"))

    desk.clock.forward(seconds=120)
    await desk.courier.deliver()

    assert desk.connector.message("sent-1").text == "2"
    assert desk.state("card:1")[:2] == ("cancelled", "superseded")


async def test_a_mention_in_the_thread_where_the_chat_is_closed(desk: Desk) -> None:
    anna = desk.meet("Anna")
    desk.hear_from_channel()
    desk.connector.refuses["a:anna"] = BLOCKED

    near = ToThread(CHANNEL, "7")
    desk.enqueue(
        Outgoing("1", "q:1", ToPerson(anna, near), text="svaret"),
        Outgoing("2", "q:1", ToPerson(anna, near), text="Svar", card=CARD),
        Outgoing("3", "q:1", ToPerson(anna), text="hemligt"),
    )
    await desk.courier.deliver()

    card, text = sorted(desk.connector.messages, key=lambda message: message.text)
    assert desk.texts() == [(f"{CHANNEL};messageid=7", one.text) for one in desk.connector.messages]
    assert text.text == "<at>Anna</at> svaret"
    entity = {"type": "mention", "text": "<at>Anna</at>", "mentioned": {"id": "29:anna", "name": "Anna"}}
    assert text.activity["entities"] == [entity]
    assert card.card is not None
    assert card.card["msteams"] == {"entities": [entity]}
    assert [part["text"] for part in card.card["body"]] == ["<at>Anna</at>", "Fråga"]
    assert [desk.row(key).route for key in "123"] == ["mention", "mention", ""]
    assert desk.state("3")[:2] == ("unreachable", "blocked")


async def test_a_chat_that_is_gone_is_forgotten_and_opened_anew(desk: Desk) -> None:
    anna = desk.meet("Anna")
    desk.connector.refuses["a:anna"] = refusal(404, "ConversationNotFound")

    desk.enqueue(note(anna, key="1"))
    desk.hear_from_channel()
    await desk.courier.deliver()
    desk.enqueue(note(anna, "igen", key="2"))
    await desk.courier.deliver()

    assert desk.texts() == [("a:1:1-with-29:anna", "hej"), ("a:1:1-with-29:anna", "igen")]
    assert [call.path.count("a:anna") for call in desk.connector.calls] == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (BLOCKED, "blocked"),
        (refusal(403, "ConversationBlockedByUser"), "blocked"),
        (refusal(403, "ForbiddenOperationException"), "not_installed"),
        (refusal(403, "BotNotInConversationRoster"), "not_in_roster"),
        (refusal(403, "BotDisabledByAdmin"), "disabled"),
        (refusal(404, "ConversationNotFound"), "gone"),
        (refusal(404, ""), "gone"),
    ],
)
async def test_who_can_not_be_written_to_is_told_apart(desk: Desk, trouble: object, reason: str) -> None:
    anna = desk.meet("Anna")
    desk.connector.refuses["a:anna"] = desk.connector.refuses["29:anna"] = trouble  # type: ignore[assignment]

    desk.enqueue(note(anna, key="1"))
    await desk.courier.deliver()

    assert desk.state("1") == ("unreachable", reason, 1, 0)
    assert desk.texts() == []


async def test_nobody_known_anywhere_is_unreachable(desk: Desk) -> None:
    anna = desk.meet("Anna", chat=False)

    desk.enqueue(note(anna, key="1"), Outgoing("2", "q:1", ToChannel(CHANNEL), text="hej"))
    await desk.courier.deliver()

    assert [desk.state(key)[:2] for key in "12"] == [("unreachable", "no_route")] * 2


async def test_throttling_waits_as_long_as_teams_says_and_holds_the_conversation_back(desk: Desk) -> None:
    anna = desk.meet("Anna")
    desk.connector.throttle(times=1, retry_after=20)
    desk.enqueue(note(anna, "ett", key="1"))
    await desk.courier.deliver()
    desk.enqueue(note(anna, "två", key="2"))

    desk.clock.forward(seconds=19)
    await desk.courier.deliver()
    assert desk.texts() == []
    assert desk.state("1") == ("waiting", "429 Throttled", 1, 0)
    asked, both = desk.row("1").not_before, Delivery.subject == "note:1"
    assert desk.play(lambda session: outbox.reschedule(session, both, desk.clock.now)) == 1
    assert desk.row("1").not_before == asked, "only what was not tried goes sooner"
    assert desk.play(lambda session: outbox.reschedule(session, both, asked, tried=True)) == 2

    desk.clock.forward(seconds=3)
    await desk.courier.deliver()
    assert sorted(text for _, text in desk.texts()) == ["ett", "två"]
    assert desk.state("1") == ("sent", "", 2, 0)


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_what_may_have_arrived_is_sent_again_at_most_twice_and_marked(desk: Desk, status: int) -> None:
    anna = desk.meet("Anna")
    desk.connector.fail(status, times=10, arrives=True)
    desk.enqueue(note(anna, key="1", repeat=Repeat.ASK))

    for _ in range(5):
        await desk.courier.deliver()
        desk.clock.forward(minutes=1)
    assert len(desk.texts()) == 2, "the last try waits until a disturbance is likely to be over"
    desk.clock.forward(minutes=6)
    await desk.courier.deliver()

    assert desk.state("1") == ("uncertain", str(status), 3, 3)
    assert len(desk.texts()) == 3


async def test_a_refused_precondition_leaves_no_doubt_and_is_tried_again(desk: Desk) -> None:
    anna = desk.meet("Anna")
    desk.connector.fail(412, times=4, code="PreconditionFailed")
    desk.enqueue(note(anna, key="1"))

    for _ in range(5):
        await desk.courier.deliver()
        desk.clock.forward(hours=1)

    assert desk.state("1") == ("sent", "", 5, 0)


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_cut_connection_sends_a_reminder_again_and_asks_about_an_announcement(
    desk: Desk, *, arrives: bool
) -> None:
    anna, bo = desk.meet("Anna"), desk.meet("Bo")
    desk.connector.hang_up(times=2, arrives=arrives)
    desk.enqueue(note(anna, key="reminder"), note(bo, key="announcement", repeat=Repeat.ASK))
    await desk.courier.deliver()
    desk.clock.forward(hours=1)
    await desk.courier.deliver()

    assert desk.state("reminder") == ("sent", "", 2, 1)
    assert desk.state("announcement") == ("uncertain", "no_answer", 1, 1)
    assert sorted(desk.texts()) == [("a:anna", "hej")] * (1 + arrives) + [("a:bo", "hej")] * arrives

    row = desk.row("announcement")
    assert desk.play(lambda session: outbox.send_again(session, row.id, desk.clock.now)) is True
    assert desk.play(lambda session: outbox.send_again(session, row.id, desk.clock.now)) is False
    await desk.courier.deliver()
    assert desk.state("announcement") == ("sent", "", 2, 1)


async def test_opening_a_chat_again_leaves_no_doubt(desk: Desk) -> None:
    desk.hear_from_channel()
    bo = desk.meet("Bo", chat=False)
    desk.connector.hang_up()
    desk.enqueue(note(bo, key="1", repeat=Repeat.ASK))
    await desk.courier.deliver()
    desk.clock.forward(hours=1)
    await desk.courier.deliver()

    assert desk.state("1") == ("sent", "", 2, 0)


async def test_changing_a_message_again_leaves_no_doubt(desk: Desk) -> None:
    desk.hear_from_channel()
    desk.enqueue(Outgoing("card", "q:1", ToChannel(CHANNEL), text="0"))
    await desk.courier.deliver()
    desk.connector.hang_up(times=4)
    desk.enqueue(Outgoing("card:1", "q:1", MessageOf("card"), text="1"))
    for _ in range(5):
        await desk.courier.deliver()
        desk.clock.forward(hours=1)

    assert desk.state("card:1") == ("sent", "", 3, 0), "aiohttp itself repeats a PUT once"


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [(413, "MessageSizeTooBig", "413 MessageSizeTooBig"), (400, "", "400"), (500, "", "500")],
)
async def test_what_teams_refuses_for_good_has_failed(desk: Desk, status: int, code: str, error: str) -> None:
    anna = desk.meet("Anna")
    desk.connector.fail(status, code=code)
    desk.enqueue(note(anna, key="1"))
    await desk.courier.deliver()

    assert desk.state("1") == ("failed", error, 1, 0)


async def test_a_wrong_identity_silences_everything_and_loses_nothing(desk: Desk) -> None:
    people = [desk.meet(name) for name in ("Anna", "Bo", "Cilla")]
    desk.connector.fail(401, times=1, code="BotNotRegistered")
    desk.enqueue(note(people[0], key="1"))
    await desk.courier.deliver()
    desk.enqueue(note(people[1], key="2"), note(people[2], key="3"))
    await desk.courier.deliver()
    assert len(desk.connector.calls) == 1

    desk.clock.forward(hours=1)
    await desk.courier.deliver()
    assert [desk.state(key)[0] for key in "123"] == ["sent"] * 3


async def test_not_before_and_expiry(desk: Desk) -> None:
    anna = desk.meet("Anna")
    hour = timedelta(hours=1)
    desk.enqueue(
        note(anna, "sen", key="late", not_before=desk.clock.now + 2 * hour),
        note(anna, "kort", key="short", not_before=desk.clock.now + hour, expires_at=desk.clock.now + 2 * hour),
    )
    await desk.courier.deliver()
    assert desk.texts() == []

    desk.clock.forward(hours=3)
    await desk.courier.deliver()
    assert desk.texts() == [("a:anna", "sen")]
    assert desk.state("short") == ("expired", "expired", 0, 0)


async def test_ending_the_cause_cancels_what_waits(desk: Desk) -> None:
    anna = desk.meet("Anna")
    desk.enqueue(note(anna, key="1"), Outgoing("2", "other:1", ToPerson(anna), text="annat"))

    assert desk.play(lambda session: outbox.cancel(session, "note:1", desk.clock.now)) == 1
    await desk.courier.deliver()

    assert desk.texts() == [("a:anna", "annat")]
    assert desk.state("1") == ("cancelled", "cause_ended", 0, 0)


async def test_what_is_on_its_way_when_its_cause_ends_is_not_tried_again(desk: Desk) -> None:
    anna = desk.meet("Anna")
    desk.enqueue(note(anna, key="1"), note(anna, "annat", key="2"))
    row, _ = desk.play(lambda session: claims.claim(session, "h", desk.clock.now, 2))
    later = desk.clock.now + timedelta(minutes=1)

    assert desk.play(lambda session: outbox.cancel(session, "note:1", desk.clock.now)) == 0
    desk.play(lambda session: claims.settle(session, row, state="waiting", not_before=later))
    desk.clock.forward(hours=1)
    await desk.courier.deliver()

    assert desk.texts() == []
    assert [desk.row(key).state for key in "12"] == ["expired", "expired"]


async def test_a_name_is_no_markup(desk: Desk) -> None:
    desk.hear_from_channel()
    anna = desk.meet("A <b> & B")
    desk.connector.refuses["a:a <b> & b"] = BLOCKED

    desk.enqueue(Outgoing("1", "q:1", ToPerson(anna, ToThread(CHANNEL, "7")), text="svaret"))
    await desk.courier.deliver()

    assert [message.text for message in desk.connector.messages] == ["<at>A &lt;b&gt; &amp; B</at> svaret"]


async def test_the_cause_is_asked_again_just_before_sending(database: Database, clock: Clock) -> None:
    wanted = {"note": lambda _session, row: row.key != "1"}
    async with desk(database, clock, still_wanted=wanted) as one:
        anna = one.meet("Anna")
        one.enqueue(note(anna, "ett", key="1"), note(anna, "två", key="2"))
        await one.courier.deliver()

        assert one.texts() == [("a:anna", "två")]
        assert one.state("1")[:2] == ("cancelled", "not_wanted")


async def test_an_erased_persons_messages_go_with_them(desk: Desk) -> None:
    from storage.people import Person  # noqa: PLC0415 - only here

    anna = desk.meet("Anna")
    desk.enqueue(note(anna, key="1"))
    desk.play(lambda session: session.delete(session.get_one(Person, anna)))
    await desk.courier.deliver()

    assert desk.texts() == []
    assert desk.play(lambda session: outbox.find(session, "1")) is None


async def test_one_card_for_many_is_stored_once_and_forgotten_when_old(desk: Desk) -> None:
    people = [desk.meet(f"P{number}") for number in range(5)]
    desk.enqueue(*(Outgoing(f"a:{one}", "a:1", ToPerson(one), text="Nyhet", card=CARD) for one in people))
    count = lambda session: session.query(Content).count()  # noqa: E731
    assert desk.play(count) == 1

    desk.clock.forward(days=1)
    forget = lambda session: retention.forget_contents(session, desk.clock.now, limit=3)  # noqa: E731
    assert desk.play(forget) == 0, "what waits is kept"
    await desk.courier.deliver()
    desk.clock.forward(days=1)
    assert [desk.play(forget) for _ in range(3)] == [3, 3, 0]
    assert desk.play(count) == 0
    assert desk.row("a:1").state == "sent"


async def test_rates_hold_for_each_conversation_and_in_all(database: Database, clock: Clock) -> None:
    async with desk(database, clock, rate=12) as one:
        one.hear_from_channel()
        people = [one.meet(f"P{number}") for number in range(10)]
        one.enqueue(*(Outgoing(f"c:{n}", "c", ToThread(CHANNEL, "1"), text=f"c{n}") for n in range(20)))
        one.enqueue(*(note(person, key=f"p:{person}") for person in people))

        sent = []
        for _ in range(6):
            await one.courier.deliver()
            sent.append(len(one.connector.sent))
            clock.forward(seconds=1.01)

        assert sent[0] <= 12
        assert all(later - earlier <= 12 for earlier, later in pairwise(sent))
        assert sent[-1] == 30
        in_channel = [message.text for message in one.connector.sent if message.conversation.startswith("19:")]
        assert sorted(in_channel) == sorted(f"c{n}" for n in range(20))


async def test_opening_a_chat_and_writing_in_it_each_wait_for_their_turn(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock runs only while the courier waits, so each request has the time at which it went."""

    async def sleep(seconds: float) -> None:
        clock.forward(seconds=max(0.0, seconds))
        await asyncio.sleep(0)

    monkeypatch.setattr(courier, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))
    times: list[datetime] = []
    async with desk(database, clock, rate=5) as one:
        one.hear_from_channel()
        people = [one.meet(f"P{number}", chat=False) for number in range(12)]
        one.enqueue(*(note(person, key=f"p:{person}") for person in people))
        for name in ("open_chat", "send"):
            monkeypatch.setattr(one.courier._messenger, name, _noted(times, clock, one.courier._messenger, name))
        for _ in range(12):
            await one.courier.deliver()
            clock.forward(seconds=0.3)

    assert len(times) == 24
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in zip(times, times[5:], strict=False))


def _noted(times: list[datetime], clock: Clock, messenger: Any, name: str) -> Callable[..., Any]:
    real = getattr(messenger, name)

    def call(*given: Any) -> Any:
        times.append(clock.now)
        return real(*given)

    return call


async def test_only_who_holds_the_lease_sends(database: Database, clock: Clock) -> None:
    async with desk(database, clock) as one:
        anna = one.meet("Anna")
        other = Courier(database, one.courier._messenger, clock)
        assert await one.courier.deliver() == 0
        one.enqueue(note(anna, key="1"))
        assert await other.deliver() == 0

        clock.forward(seconds=16)
        assert await other.deliver() == 1
        one.enqueue(note(anna, key="2"))
        assert await one.courier.deliver() == 0

        await other.drain()
        assert await one.courier.deliver() == 1
        assert [message.text for message in one.connector.messages] == ["hej", "hej"]


async def test_rows_left_by_a_process_that_is_gone(desk: Desk) -> None:
    desk.hear_from_channel()
    anna = desk.meet("Anna")
    desk.enqueue(Outgoing("card", "q:1", ToChannel(CHANNEL), text="0"))
    await desk.courier.deliver()
    await desk.courier.drain()
    desk.enqueue(
        note(anna, "påminnelse", key="reminder"),
        note(anna, "utskick", key="announcement", repeat=Repeat.ASK),
        Outgoing("update", "q:1", MessageOf("card"), text="1"),
    )

    claimed = desk.play(lambda session: claims.claim(session, "gone", desk.clock.now, 10))
    assert sorted(keys(claimed)) == ["announcement", "reminder", "update"]
    fresh = Courier(desk.database, desk.courier._messenger, desk.clock)
    await fresh.deliver()

    assert desk.state("reminder") == ("sent", "", 2, 1)
    assert desk.state("announcement") == ("uncertain", "interrupted", 1, 1)
    assert desk.state("update") == ("sent", "", 2, 0)
    late = {"state": "sent", "error": ""}
    announcement = next(row for row in claimed if row.key == "announcement")
    assert desk.play(lambda session: claims.settle(session, announcement, late=True, **late)) is True
    assert desk.state("announcement") == ("sent", "", 1, 1), "it was not dead after all, and knows that it arrived"


def test_contents_and_recipients_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing to send"):
        Outgoing("1", "q:1", ToChannel(CHANNEL))
    with pytest.raises(ValueError, match="200 characters"):
        Outgoing("k" * 201, "q:1", ToChannel(CHANNEL), text="x")
