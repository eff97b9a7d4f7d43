"""A group chat for people: opened once, the bot let in, and what remains of lost answers and killed processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from bot.delivery.tenant_routes import TenantRoutes
from storage import people
from storage.database import Database
from storage.outbox import Delivery, State
from storage.outgoing import Outgoing, Repeat, ThreadOf, ToNewChat
from tests.support.chat import Clock
from tests.support.fakes import Trouble
from tests.support.graph import ANNA, BO, MANIFEST, Office, office
from tests.support.graph_standin import MAILBOX
from tests.support.outbox import Desk, desk

KEY = "pair_chat:1"


@pytest.fixture
async def graph() -> AsyncIterator[Office]:
    async with office() as opened:
        opened.standin.state.catalog[MANIFEST] = "a-catalog-id"
        yield opened
        assert opened.standin.violations == []


@pytest.fixture
async def outbox(database: Database, clock: Clock, graph: Office) -> AsyncIterator[Desk]:
    async with desk(database, clock, elsewhere=TenantRoutes(graph.tenant)) as opened:
        yield opened


def meet(outbox: Desk, name: str, entra_id: str | None, *, guest: bool) -> int:
    number = outbox.meet(name)

    def work(session: Any) -> None:
        person = people.by_id(session, number)
        assert person is not None
        person.entra_id, person.guest = entra_id, guest

    outbox.play(work)
    return number


def two(outbox: Desk, *, guests: bool = False, account: str | None = BO) -> None:
    """Enqueue a chat for two people, and the greeting in it."""
    members = (meet(outbox, "Anna", ANNA, guest=guests), meet(outbox, "Bo", account, guest=guests))
    outbox.enqueue(
        Outgoing(KEY, KEY, ToNewChat(members), text="Kontaktperson", repeat=Repeat.ASK),
        Outgoing(f"{KEY}:greeting", KEY, ThreadOf(KEY), text="Välkomna!"),
    )


async def settle(outbox: Desk, *, rounds: int = 4) -> None:
    for _ in range(rounds):
        await outbox.courier.deliver()
        outbox.clock.forward(minutes=2)


def cut_off(outbox: Desk, **noted: str) -> None:
    """Leave the row as a killed process leaves it."""
    killed = {"state": State.SENDING, "claimed_by": "killed", "claimed_at": outbox.clock.now, "attempts": 1, **noted}
    outbox.play(lambda session: session.execute(update(Delivery).where(Delivery.key == KEY).values(killed)))


async def test_a_chat_is_opened_with_its_people_and_the_bot_greets_them(outbox: Desk, graph: Office) -> None:
    two(outbox)
    await settle(outbox)

    ((chat_id, asked),) = graph.standin.state.chats.items()
    assert asked["topic"] == "Kontaktperson"
    assert [(member["roles"], member["user@odata.bind"][-39:-2]) for member in asked["members"]] == [
        (["owner"], f"'{ANNA}"),
        (["owner"], f"'{BO}"),
    ]
    assert graph.standin.state.in_chats == [chat_id]
    assert outbox.texts() == [(chat_id, "Välkomna!")]
    row = outbox.row(KEY)
    assert (row.state, row.error, row.route) == (State.SENT, "", "group_chat")
    assert row.join_url == f"https://teams.microsoft.com/l/chat/{chat_id}/0?tenantId=t-1"


async def test_the_bots_mailbox_owns_a_chat_of_guests(outbox: Desk, graph: Office) -> None:
    graph.standin.state.guests.update((ANNA, BO))
    two(outbox, guests=True)
    await settle(outbox)

    (asked,) = graph.standin.state.chats.values()
    assert [member["roles"] for member in asked["members"]] == [["guest"], ["guest"], ["owner"]]
    assert MAILBOX in asked["members"][2]["user@odata.bind"]
    assert outbox.row(KEY).state == State.SENT


@pytest.mark.parametrize("account", [None, "anna_lund.se#EXT#@sekom.onmicrosoft.com"])
async def test_a_person_without_an_account_can_be_in_no_chat(outbox: Desk, graph: Office, account: str | None) -> None:
    two(outbox, account=account)
    await settle(outbox)

    assert outbox.state(KEY)[:2] == (State.UNREACHABLE, "no_route")
    assert outbox.state(f"{KEY}:greeting")[:2] == (State.CANCELLED, "target_not_sent")
    assert graph.standin.state.chats == {}


async def test_a_tenant_that_does_not_allow_it(outbox: Desk, graph: Office) -> None:
    graph.standin.granted.discard("Chat.Create")
    two(outbox)
    await settle(outbox)

    assert outbox.state(KEY)[:2] == (State.UNREACHABLE, "not_set_up")


async def test_a_tenant_that_does_not_let_the_bot_in_leaves_the_people_their_chat(outbox: Desk, graph: Office) -> None:
    graph.standin.granted -= {
        "TeamsAppInstallation.ReadWriteSelfForChat.All",
        "TeamsAppInstallation.ReadWriteForChat.All",
    }
    two(outbox)
    await settle(outbox)

    assert outbox.state(KEY)[:2] == (State.UNREACHABLE, "not_set_up")
    assert outbox.row(KEY).sent_conversation_id == next(iter(graph.standin.state.chats))
    assert outbox.texts() == []


@pytest.mark.parametrize("status", [0, 500, 503, 504])
async def test_an_answer_that_is_lost_opens_no_second_chat(outbox: Desk, graph: Office, status: int) -> None:
    graph.standin.state.catalog[MANIFEST] = "a-catalog-id"
    graph.standin.fail(status, "x" if status else "", arrives=True)
    two(outbox)
    await settle(outbox)

    assert outbox.row(KEY).state == State.UNCERTAIN
    assert len(graph.standin.state.chats) == 1
    assert outbox.texts() == []


async def test_a_graph_that_asks_to_wait_gets_one_chat_later(outbox: Desk, graph: Office) -> None:
    graph.standin.fail(429, "TooManyRequests", times=1, headers={"Retry-After": "1"})
    two(outbox)
    await settle(outbox)

    assert len(graph.standin.state.chats) == 1
    assert outbox.row(KEY).state == State.SENT


async def test_a_lost_answer_to_letting_the_bot_in_is_tried_again_in_the_same_chat(outbox: Desk, graph: Office) -> None:
    def once(call: str) -> Any:
        if call != "installAppInChat" or graph.standin.state.in_chats:
            return None
        return Trouble(status=503, arrives=True)

    graph.standin.chaos = once
    two(outbox)
    await settle(outbox)

    assert len(graph.standin.state.chats) == len(graph.standin.state.in_chats) == 1
    assert outbox.row(KEY).state == State.SENT


async def test_killed_before_the_chat_was_written_down_is_uncertain(outbox: Desk, graph: Office) -> None:
    two(outbox)
    cut_off(outbox)
    await settle(outbox)

    assert outbox.state(KEY)[:2] == (State.UNCERTAIN, "interrupted")
    assert graph.standin.state.chats == {}


async def test_killed_after_the_chat_was_written_down_goes_on_in_it(outbox: Desk, graph: Office) -> None:
    graph.standin.state.chats["19:there@thread.v2"] = {}
    two(outbox)
    cut_off(outbox, sent_conversation_id="19:there@thread.v2")
    await settle(outbox)

    assert outbox.row(KEY).state == State.SENT
    assert list(graph.standin.state.chats) == graph.standin.state.in_chats == ["19:there@thread.v2"]
    assert outbox.texts() == [("19:there@thread.v2", "Välkomna!")]
