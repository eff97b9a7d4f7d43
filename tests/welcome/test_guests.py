"""Guests who have not accepted the invitation: read from Graph, mailed twice at most, and welcomed when they come."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot import welcome
from bot.welcome.guests import EVERY, GuestReader
from storage.guests import PendingGuest
from storage.people import Person
from tests.conftest import make_app
from tests.support.announcements import Post
from tests.support.chat import Chat
from tests.support.graph import Office, office
from tests.support.newcomers import at, chat_of, deliveries, listed, read, stored, tick, work
from tests.support.people import SOTENAS, appoint, know, set_up

GUN = "11111111-0000-4000-8000-000000000002"
BO = "11111111-0000-4000-8000-000000000003"
INVITED = "2026-11-20T07:30:00Z"
SUBJECT = "Din inbjudan till Sveriges Ekokommuners Teams väntar"


@pytest.fixture
def online(post: Post) -> Chat:
    """The kansli's chat, of a bot that has Graph."""
    graph = {
        "MicrosoftAppId": "11111111-1111-4111-8111-111111111111",
        "MicrosoftAppPassword": "secret",
        "MicrosoftAppTenantId": "22222222-2222-4222-8222-222222222222",
        "SEKOM_GRAPH_MAILBOX": "bot@sekom.se",
        "SEKOM_CONTACT": "kansliet@sekom.se",
    }
    return replace(post.chat, app=make_app(post.chat.app.database, **graph))


def ask_graph(chat: Chat, *invited: str, granted: bool = True, fails: int = 0) -> tuple[int, int]:
    """Let the bot read the guests. Return how many it knew, and how often it asked."""

    async def once() -> tuple[int, int]:
        async with office() as desk:
            _fill(desk, invited)
            desk.standin.granted -= set() if granted else {"User.Read.All", "User.ReadWrite.All"}
            desk.standin.granted -= set() if granted else {"Directory.Read.All", "Directory.ReadWrite.All"}
            if fails:
                desk.standin.fail(503, times=fails)
            reader = GuestReader(chat.app, chat.clock, desk.tenant.directory)
            return await reader.run(), len(desk.standin.asked)

    return asyncio.run(once())


def _fill(desk: Office, invited: tuple[str, ...]) -> None:
    desk.standin.state.users = [
        {"id": entra_id, "externalUserState": "PendingAcceptance", "externalUserStateChangeDateTime": INVITED}
        for entra_id in invited
    ]


def test_a_guest_outside_gets_two_mails_and_the_welcome_when_they_come_in(online: Chat, post: Post) -> None:
    at(online, "2026-11-20T09:00:00+01:00")
    read(online, [listed("Gun Gäst", "gun@lund.se", guest=True, entra_id=GUN)])
    assert ask_graph(online, GUN.upper(), BO) == (1, 1)
    for day in range(20):
        at(online, f"2026-11-{20 + day}T12:00:00+01:00" if day < 11 else f"2026-12-{day - 10:02}T12:00:00+01:00")
        tick(online, replicas=2)
    assert post.mailed() == [(SUBJECT, "Gun Gäst <gun@lund.se>")] * 2
    assert list(deliveries(online, "invited")) == [
        f"invited:rung:3:2026-11-20:person:{stored(online, PendingGuest)[0].person_id}",
        f"invited:rung:14:2026-11-20:person:{stored(online, PendingGuest)[0].person_id}",
    ]
    assert chat_of(online, "Gun Gäst") == []
    at(online, "2026-12-10T09:00:00+01:00")
    assert ask_graph(online) == (0, 1)
    tick(online)
    assert chat_of(online, "Gun Gäst") == ["Välkommen till Sveriges Ekokommuner!"]
    assert len(post.mailed()) == 2


def test_a_mail_that_waits_does_not_go_when_they_have_accepted(online: Chat, post: Post) -> None:
    read(online, [listed("Gun Gäst", "gun@lund.se", guest=True, entra_id=GUN)])
    ask_graph(online, GUN)
    online.clock.forward(days=1)
    work(online)
    ask_graph(online)
    online.deliver()
    assert post.mailed() == []


def test_without_the_welcome_no_guest_is_mailed(online: Chat, post: Post) -> None:
    read(online, [listed("Gun Gäst", "gun@lund.se", guest=True, entra_id=GUN)])
    ask_graph(online, GUN)
    quiet = replace(online, app=replace(online.app, settings=online.app.settings.model_copy(update={"welcome": False})))

    def foreseen(chat: Chat) -> list[str]:
        now, until = chat.clock.now, chat.clock.now + timedelta(days=20)
        ahead = chat.app.database.look(lambda session: list(welcome.ahead(chat.app, session, now, until)))
        return [each.outgoing.key.partition(":person")[0] for each in ahead if each.outgoing.subject == "invited"]

    assert foreseen(quiet) == []
    assert list(dict.fromkeys(foreseen(online))) == ["invited:rung:3:2026-11-20", "invited:rung:14:2026-11-20"]
    for _ in range(3):
        tick(quiet)
        online.clock.forward(days=7)
    assert post.mailed() == []
    assert deliveries(online, "invited") == {}


def test_somebody_who_writes_to_the_bot_has_come_in_whatever_the_directory_says(online: Chat, post: Post) -> None:
    read(online, [listed("Gun Gäst", "gun@lund.se", guest=True, entra_id=GUN)])
    ask_graph(online, GUN)
    gun = online.as_("Gun Gäst", entra_id=GUN)
    gun.say("hej")
    online.clock.forward(days=20)
    tick(online)
    assert post.mailed() == []


def test_the_kansli_sees_who_has_not_accepted_among_the_members(online: Chat) -> None:
    set_up(online.app.database)
    appoint(online.app.database, "officer", "Gun Gäst", "gun@sotenas.se")
    invited = [listed("Gun Gäst", "gun@sotenas.se", guest=True, entra_id=GUN)]
    read(online, [*invited, listed("Bo Ek", "bo@sotenas.se", guest=True, entra_id=BO)])
    belong = update(Person).where(Person.name == "Bo Ek").values(municipality_code=SOTENAS)
    online.app.database.play(lambda session: session.execute(belong))
    ask_graph(online, GUN, BO)

    online.say("medlemmar")
    assert "Gun Gäst har inte accepterat inbjudan." in online.press("people.list", {"state": "member"})
    page = online.say("visa kommun sotenäs")
    assert "gun@sotenas.se), har inte accepterat inbjudan" in page
    assert "Bo Ek, har inte accepterat inbjudan" in page
    anna = online.as_("Anna Andersson")
    know(anna, municipality_code=SOTENAS)
    assert "accepterat" not in anna.say("min kommun")

    online.clock.forward(seconds=EVERY.total_seconds())
    ask_graph(online, BO)
    page = online.say("visa kommun sotenäs")
    assert page.count("har inte accepterat inbjudan") == 1
    assert "inte accepterat" not in online.press("people.list", {"state": "member"})


def test_only_one_replica_asks_in_each_interval(online: Chat) -> None:
    assert [ask_graph(online)[1], ask_graph(online)[1]] == [1, 0]
    online.clock.forward(seconds=EVERY.total_seconds())
    assert ask_graph(online)[1] == 1


def test_a_refusal_or_a_fault_changes_nothing(online: Chat) -> None:
    read(online, [listed("Gun Gäst", "gun@lund.se", guest=True, entra_id=GUN)])
    ask_graph(online, GUN)
    for trouble in ({"granted": False}, {"fails": 5}):
        online.clock.forward(seconds=EVERY.total_seconds())
        assert ask_graph(online, **trouble) == (0, 1)
        assert len(stored(online, PendingGuest)) == 1


def test_an_invitation_sent_again_reminds_again_and_an_old_one_never_does(online: Chat, post: Post) -> None:
    read(online, [listed("Gun Gäst", "gun@lund.se", guest=True, entra_id=GUN)])
    ask_graph(online, GUN)
    tick(online)
    assert len(post.mailed()) == 1

    def move(since: str) -> None:
        moved = datetime.fromisoformat(since)
        online.app.database.play(lambda session: setattr(session.query(PendingGuest).one(), "since", moved))

    move("2025-11-01T08:00:00+01:00")
    tick(online)
    assert len(post.mailed()) == 1
    move("2026-11-19T08:00:00+01:00")
    tick(online)
    assert len(post.mailed()) == 2
