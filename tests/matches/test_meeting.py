"""Where people who are matched meet: in a group chat where the tenant allows it, else by a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.delivery.tenant_routes import TenantRoutes
from bot.papers import on_paper
from bot.ports import TryLater, Uncertain
from bot.tenant import ChatMember, GroupChat
from storage import outbox
from storage.outbox import State
from storage.pairs import PairState
from tests.support.chat import Chat, Clock, words
from tests.support.matches import contact, everything, newcomer, states, tick
from tests.support.people import know, person

ROOM = "19:room@thread.v2"
LINK = "https://teams.microsoft.com/l/chat/19:room@thread.v2/0"
BOS = "https://teams.microsoft.com/l/chat/0/0?users=bo@example.se"


@dataclass
class Rooms:
    """Opens one chat, or fails as it is told."""

    problem: Exception | None = None
    opened: list[Sequence[ChatMember]] = field(default_factory=list)

    async def open_chat(self, topic: str, members: Sequence[ChatMember]) -> GroupChat:
        assert topic == "Kontaktperson i Sveriges Ekokommuner"
        if self.problem:
            raise self.problem
        self.opened.append(members)
        return GroupChat(ROOM, LINK)

    async def enter_chat(self, chat_id: str) -> None:
        assert chat_id == ROOM


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


@pytest.fixture
def anna(chat: Chat, tmp_path: Path, rooms: Rooms) -> Chat:
    """Anna, in a tenant that may allow group chats."""
    tenant = replace(on_paper(tmp_path, "kansliet@sekom.se", chat.clock), chats=rooms)
    return newcomer(replace(chat, elsewhere=TenantRoutes(tenant)))


def match(anna: Chat) -> Chat:
    """Match Anna with Bo, who accepts."""
    bo = contact(anna, "Bo Ek")
    for one in (anna, bo):
        know(one, guest=True)
    anna.press("pair.ask", {"contact": person(bo).id})
    bo.click("Ja, gärna")
    return bo


def test_both_meet_in_a_group_chat_with_the_bot(anna: Chat, rooms: Rooms, clock: Clock) -> None:
    bo = match(anna)
    clock.forward(minutes=1)
    tick(anna)

    assert [[member.guest for member in members] for members in rooms.opened] == [[True, True]]
    (greeting,) = anna.history[ROOM]
    assert "Anna Andersson och Bo Ek: ni är matchade" in words(greeting.message.card or {})
    for one in (anna, bo):
        assert "Jag har öppnat en gruppchatt för er." in one.text
        assert LINK in str(one.card)
    assert "dagvatten" not in words(greeting.message.card or {}), "what somebody wrestles with stays in 1:1"


@pytest.mark.parametrize("problem", [Uncertain("no_answer"), TryLater("503", doubtful=True)])
def test_a_chat_that_may_be_there_is_not_opened_again_and_nobody_waits(
    anna: Chat, rooms: Rooms, clock: Clock, problem: Exception
) -> None:
    rooms.problem = problem
    bo = match(anna)
    clock.forward(minutes=1)
    tick(anna)

    assert BOS in str(anna.card)
    assert "users=anna@example.se" in str(bo.card)
    key = f"pair_chat:{everything(anna)[0].pair.id}"
    row = anna.app.database.play(lambda session: outbox.find(session, key))
    assert row is not None
    assert row.state == State.UNCERTAIN
    rooms.problem = None
    anna.app.database.play(lambda session: outbox.send_again(session, row.id, clock.now))
    clock.forward(minutes=1)
    anna.deliver()
    assert rooms.opened == [], "they have their link, so nobody opens a second chat"


def test_a_slow_microsoft_holds_nobody_up_longer_than_an_hour(anna: Chat, rooms: Rooms, clock: Clock) -> None:
    rooms.problem = TryLater("429", after=7200)
    match(anna)
    clock.forward(minutes=30)
    tick(anna)
    assert "Du och Bo Ek är matchade" not in anna.text
    clock.forward(minutes=31)
    tick(anna)

    assert BOS in str(anna.card)
    assert states(anna) == [PairState.MATCHED]


def test_a_person_without_an_address_is_found_by_name(chat: Chat, clock: Clock) -> None:
    newcomer(chat)
    bo = contact(chat, "Bo Ek", mail=None)
    chat.press("pair.ask", {"contact": person(bo).id})
    bo.click("Ja, gärna")
    clock.forward(minutes=1)
    tick(chat)

    assert "Sök på namnet i Teams" in chat.text
    assert "Action.OpenUrl" not in str(chat.card)
