"""How a reminder reaches a person: by the ways they chose, each known by itself, against the Graph stand-in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import swedish
from bot.delivery.courier import MOST_AT_ONCE
from bot.delivery.pace import Pace
from bot.delivery.tenant_routes import TenantRoutes
from storage import claims, outbox, privacy, reminder_choices
from storage.database import Database
from storage.outgoing import Operation, Outgoing, Reach, Repeat, ThreadOf, ToChannel
from storage.people import Person
from tests.support.chat import Clock
from tests.support.fakes import BLOCKED, Trouble, refusal
from tests.support.graph import ANNA, CHAT, Office, office
from tests.support.outbox import Desk, desk, note, reminder

MAIL = "anna@tranemo.example"
GUEST: dict[str, Any] = {"guest": True, "mail": MAIL, "entra_id": ANNA}
MEMBER: dict[str, Any] = {"guest": False, "mail": MAIL, "entra_id": ANNA}


@dataclass
class Post:
    """An outbox with Teams and Graph behind it."""

    desk: Desk
    office: Office

    def meet(self, name: str = "Anna", *, chat: bool = True, **about: Any) -> int:
        """Somebody, with what is known of them."""
        anna = self.desk.meet(name, chat=chat)
        values: dict[Any, Any] = {"name": name, **about}
        self.desk.play(lambda session: session.query(Person).filter_by(id=anna).update(values))
        return anna

    async def remind(self, anna: int, key: str = "r", **more: Any) -> dict[str, tuple[str, str]]:
        self.desk.enqueue(reminder(anna, key, **more))
        return await self.deliver()

    async def deliver(self) -> dict[str, tuple[str, str]]:
        """Send what is due; each row by its key, with its state and the way it went, or why it did not."""
        for _ in range(3):  # a mail waits a second for the chat beside it
            await self.desk.courier.deliver()
            self.desk.clock.forward(seconds=1.1)
        rows = self.desk.play(lambda session: session.query(outbox.Delivery).all())
        return {row.key: (row.state, row.route or row.error) for row in rows}

    @property
    def mails(self) -> list[str]:
        return [str(mail["To"]) for mail in self.office.standin.state.mails]

    @property
    def pings(self) -> list[str]:
        return [user for user, _ in self.office.standin.state.pings]


@pytest.fixture
async def post(database: Database, clock: Clock) -> AsyncIterator[Post]:
    async with office() as one, desk(database, clock, elsewhere=TenantRoutes(one.tenant, CHAT)) as outgoing:
        yield Post(outgoing, one)
        assert one.standin.violations == []


WAYS: list[tuple[dict[str, Any], bool, list[tuple[str, str]]]] = [
    (GUEST, True, [("sent", "chat"), ("sent", "mail")]),
    (GUEST, False, [("unreachable", "not_installed"), ("sent", "mail")]),
    ({**GUEST, "mail": None}, True, [("sent", "chat")]),
    ({**GUEST, "remind_by": "chat"}, True, [("sent", "chat")]),
    ({**GUEST, "remind_by": "chat"}, False, [("unreachable", "not_installed")]),
    ({**GUEST, "remind_by": "mail"}, True, [("sent", "mail")]),
    ({**GUEST, "remind_by": "mail", "mail": None}, True, [("sent", "chat")]),
    ({**GUEST, "remind_by": "mail", "mail": "anna_x#EXT#@sekom.example"}, True, [("sent", "chat")]),
    (MEMBER, True, [("sent", "chat")]),
    (MEMBER, False, [("sent", "feed")]),
    ({**MEMBER, "entra_id": "anna@sekom.example"}, False, [("sent", "mail")]),
    ({**MEMBER, "remind_by": "both"}, True, [("sent", "chat"), ("sent", "mail")]),
    ({"mail": MAIL, "teams_id": None}, False, [("sent", "mail")]),
    ({"teams_id": None}, False, [("unreachable", "no_route")]),
    ({**GUEST, "left_at": datetime(2026, 1, 1, tzinfo=swedish.STOCKHOLM)}, True, [("cancelled", "left")]),
]
"""What is known of a person, whether they have a chat with the bot, and what becomes of a reminder and its mail."""


async def test_the_way_follows_from_the_person(post: Post) -> None:
    post.desk.hear_from_channel()
    for number, (about, chat, _) in enumerate(WAYS):
        anna = post.meet(f"Anna{number}", chat=chat, **about)
        post.desk.enqueue(reminder(anna, f"r{number}"))
        if not chat:
            post.desk.connector.refuses[f"29:anna{number}"] = refusal(403, "ForbiddenOperationException")
    went = await post.deliver()

    for number, (about, chat, wanted) in enumerate(WAYS):
        assert [went[key] for key in (f"r{number}", f"r{number}:mail") if key in went] == wanted, (about, chat)
    ways = [way for state, way in went.values() if state == "sent"]
    assert (len(post.mails), len(post.pings), len(post.desk.texts())) == tuple(
        map(ways.count, ("mail", "feed", "chat"))
    )


async def test_the_mail_is_a_good_one_and_its_row_knows_its_id(post: Post) -> None:
    await post.remind(post.meet(**GUEST))

    [mail] = post.office.standin.state.mails
    row = post.desk.row("r:mail")
    assert (row.sent_activity_id, row.sent_conversation_id, row.operation) == (mail["Message-ID"], None, Operation.MAIL)
    assert (mail["To"], mail["Subject"]) == (f"Anna <{MAIL}>", "Nyckeltalen ska in senast den 31 mars")
    assert mail["Reply-To"] == "kansliet@ekokommuner.example"
    part = mail.get_body(("plain",))
    assert part is not None
    text = str(part.get_content()).replace("\r\n", "\n")
    assert text.startswith(
        "Hej! Det här är en påminnelse från SEKOM-boten.\n\nNyckeltalen saknas än.\n\nÖppna chatten i Teams:\nhttps://teams.microsoft"
    )
    assert "Du får mejlet för att …\nVill du ha påminnelser på ett annat sätt, eller ta en paus?" in text
    assert post.pings == []


async def test_a_mail_that_went_does_not_go_again_because_the_chat_failed(post: Post) -> None:
    anna = post.meet(**GUEST)
    post.desk.connector.throttle(times=2, retry_after=600)
    assert await post.remind(anna) == {"r": ("waiting", "429 Throttled"), "r:mail": ("sent", "mail")}

    post.desk.clock.forward(hours=1)
    await post.deliver()
    post.desk.clock.forward(hours=1)
    assert await post.deliver() == {"r": ("sent", "chat"), "r:mail": ("sent", "mail")}
    assert (len(post.mails), len(post.desk.texts())) == (1, 1)
    assert [post.desk.row(key).doubts for key in ("r", "r:mail")] == [0, 0]


@pytest.mark.parametrize("status", [0, 504])
@pytest.mark.parametrize("arrives", [True, False])
async def test_a_mail_that_may_have_gone_is_sent_again_and_marked(post: Post, status: int, *, arrives: bool) -> None:
    post.office.standin.fail(status, times=1, arrives=arrives)
    anna = post.meet(**{**GUEST, "remind_by": "mail"})
    await post.remind(anna)
    await post.remind(anna, "ask", repeat=Repeat.ASK)
    post.desk.clock.forward(hours=1)
    await post.deliver()

    assert post.desk.state("r") == ("sent", "", 2, 1)
    assert len(post.mails) == 2 + arrives
    ids = {str(mail["Message-ID"]) for mail in post.office.standin.state.mails}
    assert len(ids) == 2, "a mail that comes twice has one id"


async def test_an_announcement_by_mail_that_may_have_gone_waits_for_a_person(post: Post) -> None:
    post.desk.hear_from_channel()
    post.desk.connector.refuses["29:anna"] = refusal(403, "ForbiddenOperationException")
    post.office.standin.fail(0, times=1, arrives=True)
    anna = post.meet(chat=False, **GUEST)
    more = {"reach": Reach.ANNOUNCEMENT, "repeat": Repeat.ASK}
    assert await post.remind(anna, **more) == {"r": ("uncertain", "no_answer")}
    assert await post.remind(post.desk.meet("Bo"), "b", **more) == {
        "r": ("uncertain", "no_answer"),
        "b": ("sent", "chat"),
    }
    assert len(post.mails) == 1


async def test_graph_s_retry_after_is_kept(post: Post) -> None:
    post.office.standin.fail(429, times=1, headers={"Retry-After": "400"})
    anna = post.meet(**{**GUEST, "remind_by": "mail"})
    assert await post.remind(anna) == {"r": ("waiting", "429")}
    post.desk.clock.forward(seconds=390)
    assert await post.deliver() == {"r": ("waiting", "429")}
    assert post.office.standin.answers == {429: 1}


async def test_a_feed_that_is_asked_to_wait_holds_back_no_answer(post: Post) -> None:
    post.desk.hear_from_channel()
    post.desk.connector.refuses["29:anna"] = refusal(403, "ForbiddenOperationException")
    refusals = iter([Trouble(status=429), Trouble(status=429, headers={"Retry-After": "400"})])
    post.office.standin.chaos = lambda _: next(refusals)
    anna = post.meet(chat=False, **MEMBER)
    assert await post.remind(anna) == {"r": ("waiting", "429")}
    post.desk.clock.forward(seconds=10)
    await post.deliver()
    assert post.desk.state("r") == ("waiting", "429", 2, 0)
    assert len(post.desk.connector.calls) == 1, "no chat is opened anew because the feed has to wait"
    post.desk.connector.refuses.clear()
    post.desk.enqueue(note(anna, key="n"))
    assert (await post.deliver())["n"] == ("sent", "new_chat")


async def test_a_missing_permission_is_told_once_and_the_way_falls_back(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.office.standin.granted -= {"Mail.Send", "TeamsActivity.Send"}
    anna = post.meet(**{**GUEST, "remind_by": "mail"})
    with caplog.at_level(logging.ERROR, "bot.graph"):
        assert await post.remind(anna, "1") == {"1": ("sent", "chat")}
        await post.remind(anna, "2")
        post.meet(**{**MEMBER, "remind_by": "both"})
        went = await post.remind(anna, "3")

    assert (went["2"], went["3"], went["3:mail"]) == (("sent", "chat"), ("sent", "chat"), ("unreachable", "not_set_up"))
    assert [record.missing for record in caplog.records] == ["Mail.Send"]  # type: ignore[attr-defined]
    assert post.office.graph.wire.faults.missing == {"Mail.Send": "sendMail"}


async def test_who_blocked_the_bot_gets_nothing_more(post: Post) -> None:
    anna = post.meet(**GUEST)
    post.desk.connector.refuses["a:anna"] = BLOCKED
    assert await post.remind(anna) == {"r": ("unreachable", "blocked"), "r:mail": ("cancelled", "blocked")}
    post.meet(**MEMBER)
    assert (await post.remind(anna, "2"))["2"] == ("unreachable", "blocked")
    assert (post.mails, post.pings) == ([], [])


async def test_what_teams_refuses_goes_by_mail_and_is_told(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    post.desk.connector.fail(413, code="MessageSizeTooBig")
    assert await post.remind(post.meet(**{**MEMBER, "entra_id": None})) == {"r": ("sent", "mail")}
    assert [record.error for record in caplog.records] == ["413 MessageSizeTooBig"]  # type: ignore[attr-defined]


async def test_an_answer_never_goes_by_mail(post: Post) -> None:
    post.desk.hear_from_channel()
    anna = post.meet(**{**GUEST, "remind_by": "mail", "paused_until": date(2027, 1, 1)})
    post.desk.enqueue(note(anna, key="n"))
    assert await post.deliver() == {"n": ("sent", "chat")}


async def test_ending_the_cause_or_erasing_the_person_ends_the_mail_too(post: Post) -> None:
    anna = post.meet(**GUEST)
    post.desk.enqueue(reminder(anna, "r"))
    [row] = post.desk.play(lambda session: claims.claim(session, "h", post.desk.clock.now, 1))
    post.desk.play(lambda session: outbox.cancel(session, "note:1", post.desk.clock.now))
    assert post.desk.play(lambda session: reminder_choices.enqueue_mail(session, row, post.desk.clock.now)) is True
    assert post.desk.play(lambda session: reminder_choices.enqueue_mail(session, row, post.desk.clock.now)) is False
    assert (await post.deliver())["r:mail"] == ("expired", "expired")

    post.desk.enqueue(reminder(anna, "2"))
    [row] = post.desk.play(lambda session: claims.claim(session, "h", post.desk.clock.now, 1))
    post.desk.play(lambda session: privacy.erase(session, anna, post.desk.clock.now, post.desk.clock.now.date()))
    assert post.desk.play(lambda session: reminder_choices.enqueue_mail(session, row, post.desk.clock.now)) is False
    assert (await post.deliver(), post.mails) == ({}, [])


async def test_what_was_mailed_can_not_be_answered_in_a_thread_or_changed(post: Post) -> None:
    await post.remind(post.meet(**{**GUEST, "remind_by": "mail"}))
    post.desk.enqueue(Outgoing("reply", "note:1", ThreadOf("r"), text="x"))
    assert (await post.deliver())["reply"] == ("cancelled", "target_not_in_teams")


async def test_in_a_pause_what_passes_is_skipped_and_the_rest_comes_after(post: Post) -> None:
    post.desk.clock.now = datetime(2026, 11, 24, 10, tzinfo=swedish.STOCKHOLM)
    anna = post.meet(**GUEST, paused_until=date(2026, 12, 11))  # a Friday: people are back on Monday
    day = timedelta(days=1)
    post.desk.enqueue(
        reminder(anna, "passes", expires_at=post.desk.clock.now + 5 * day),
        reminder(anna, "weekend", expires_at=datetime(2026, 12, 13, 12, tzinfo=swedish.STOCKHOLM)),
        reminder(anna, "stays", expires_at=post.desk.clock.now + 60 * day),
        reminder(anna, "undated"),
    )
    assert set((await post.deliver()).values()) == {("waiting", "paused")}
    assert {post.desk.row(key).attempts for key in ("passes", "stays")} == {0}

    post.desk.play(lambda session: session.query(outbox.Delivery).filter_by(key="stays").update({"attempts": 1}))
    again = post.desk.play(lambda session: reminder_choices.release(session, anna, post.desk.clock.now))
    assert again == len(("passes", "weekend", "stays", "undated")), "tried before the pause or not"

    post.desk.clock.now = datetime(2026, 12, 12, 9, tzinfo=swedish.STOCKHOLM)
    went = await post.deliver()
    assert (went["weekend"], went["stays"]) == (("sent", "chat"), ("waiting", "paused"))
    post.desk.clock.now = datetime(2026, 12, 14, 8, 1, tzinfo=swedish.STOCKHOLM)
    went = await post.deliver()
    assert (went["passes"], went["stays"], went["undated"], went["undated:mail"]) == (
        ("expired", "expired"),
        ("sent", "chat"),
        ("sent", "chat"),
        ("sent", "mail"),
    )


async def test_a_graph_that_does_not_answer_holds_up_no_chat(database: Database) -> None:
    async with office() as one:
        one.standin.delay = 20.0
        clock, pace = Clock(datetime.now(UTC)), Pace(tick=0.05, drain=0.05)
        async with desk(database, clock, pace=pace, elsewhere=TenantRoutes(one.tenant, CHAT)) as outgoing:
            post = Post(outgoing, one)
            for number in range(MOST_AT_ONCE + 10):
                about = {**GUEST, "remind_by": "mail", "mail": f"p{number}@tranemo.example"}
                outgoing.enqueue(reminder(post.meet(f"P{number}", **about)))
            outgoing.enqueue(note(outgoing.meet("Bo"), key="n"))
            running = asyncio.create_task(outgoing.courier.run())
            async with asyncio.timeout(10):
                while not outgoing.texts():
                    await asyncio.sleep(0.02)
                    clock.now = datetime.now(UTC)
            assert outgoing.texts() == [("a:bo", "hej")]
            assert post.mails == []
            await outgoing.courier.drain()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_without_graph_there_is_the_chat(database: Database, clock: Clock) -> None:
    async with desk(database, clock) as one:
        anna = one.meet("Anna")
        one.play(lambda session: setattr(session.get_one(Person, anna), "remind_by", "mail"))
        one.enqueue(reminder(anna, "r"))
        await one.courier.deliver()
        assert (one.row("r").state, one.row("r").route) == ("sent", "chat")


def test_a_reminder_says_how_it_reads_as_a_mail() -> None:
    for wrong in ({"mail": None}, {"reach": Reach.ANSWER}, {"to": ToChannel("19:x")}, {"key": "k" * 195}):
        good = reminder(1, "r")
        values = {name: getattr(good, name) for name in ("key", "subject", "to", "text", "reach", "mail")}
        with pytest.raises(ValueError, match="mail"):
            Outgoing(**{**values, **wrong})
