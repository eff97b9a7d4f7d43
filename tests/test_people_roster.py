"""Rosters: mail and guest state through the real Connector client, and people who were on a list before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.people import roster
from bot.ports import Listed, Reason, TryLater, Unreachable
from bot.teams.connector import Connector, new_session
from bot.teams.directory import ATTEMPTS, TeamsDirectory, listed
from bot.turn import App
from storage import content, people, roles
from storage.contacts import Proposal, ProposalKind, propose
from storage.database import Database
from storage.people import Follow, Person, PersonRole
from tests.chat import Chat, Clock
from tests.conftest import NOON
from tests.fakes import FakeConnector
from tests.people import SOTENAS, appoint, audited, held, know, person

TEAM = "19:team@thread.tacv2"
ANNA = {"id": "29:anna", "aadObjectId": "AAAAAAAA-0000-0000-0000-000000000001", "email": "Anna@Sotenas.se"}
GUEST = {
    "id": "29:gun",
    "name": "Gun Gäst",
    "email": "gun_lund.se#EXT#@sekom.onmicrosoft.com",
    "userPrincipalName": "gun_lund.se#EXT#@sekom.onmicrosoft.com",
}


@pytest.fixture(autouse=True)
def _register(database: Database) -> None:
    database.play(content.load_municipalities)


@pytest.fixture
async def connector() -> AsyncIterator[FakeConnector]:
    async with FakeConnector() as fake:
        yield fake


@pytest.fixture
async def directory(connector: FakeConnector) -> AsyncIterator[tuple[TeamsDirectory, list[float]]]:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    del connector
    async with new_session() as session:
        yield TeamsDirectory(Connector(session, None, lambda _: True), sleep), waited


def everybody(database: Database) -> list[Person]:
    return database.play(lambda session: list(session.scalars(select(Person).order_by(Person.id))))


async def test_mail_and_guest_state_come_from_the_roster(
    app: App, clock: Clock, connector: FakeConnector, directory: tuple[TeamsDirectory, list[float]]
) -> None:
    chat = Chat(app, clock)
    await asyncio.to_thread(chat.install)
    place = chat.in_channel().place
    in_team = Chat(app, clock, place=type(place)(**{**_fields(place), "service_url": connector.url}))
    await asyncio.to_thread(in_team.install)
    connector.members[TEAM] = [ANNA, GUEST, {}, {"id": "29:three", "name": None, "email": 7}, {"id": "29:four"}]

    assert await roster.read_rosters(app, directory[0], clock) == 4

    rows = {row.teams_id: row for row in everybody(app.database)}
    assert (rows["29:anna"].mail, rows["29:anna"].name) == ("anna@sotenas.se", "Anna Andersson")
    assert (rows["29:gun"].mail, rows["29:gun"].guest) == (None, True)
    assert set(rows) == {"29:anna", "29:gun", "29:three", "29:four"}
    assert rows["29:gun"].last_active_at is None
    assert len([call for call in connector.calls if call.method == "GET"]) == 3  # two to a page
    assert await roster.read_rosters(app, directory[0], clock) == 4
    assert len(everybody(app.database)) == 4


async def test_a_throttled_roster_waits_as_asked_and_one_that_is_gone_is_left(
    connector: FakeConnector, directory: tuple[TeamsDirectory, list[float]]
) -> None:
    connector.members[TEAM] = [ANNA]
    reader, waited = directory
    connector.throttle(retry_after=7)
    assert [one.mail for one in await reader.members(connector.url, TEAM)] == ["Anna@Sotenas.se"]
    assert waited == [7.0]

    connector.fail(503, times=ATTEMPTS)
    with pytest.raises(TryLater):
        await reader.members(connector.url, TEAM)
    connector.throttle(retry_after=3600)
    with pytest.raises(TryLater):
        await reader.members(connector.url, TEAM)
    assert waited == [7.0, 2.0, 4.0]
    connector.fail(403, code="BotNotInConversationRoster")
    with pytest.raises(Unreachable) as gone:
        await reader.members(connector.url, TEAM)
    assert gone.value.reason is Reason.NOT_IN_ROSTER


async def test_a_team_that_can_not_be_read_does_not_stop_the_job(app: App, clock: Clock) -> None:
    class Broken:
        async def members(self, service_url: str, team_id: str) -> list[Listed]:
            raise TryLater(f"{service_url}{team_id}"[:5])

    await asyncio.to_thread(Chat(app, clock).in_channel().install)

    assert await roster.read_rosters(app, Broken(), clock) == 0


def test_every_field_of_a_member_may_be_missing_or_odd() -> None:
    assert listed({}) == Listed()
    assert listed(dict.fromkeys(("id", "aadObjectId", "name", "email", "userRole"), 7)) == Listed()
    assert listed({"id": "29:a", "givenName": "A", "surname": "B", "userRole": "user"}) == Listed(
        "29:a", name="A B", guest=False
    )


def test_many_people_added_at_once_ask_no_roster(app: App, clock: Clock) -> None:
    chat = Chat(app, clock)
    for number in range(50):
        chat.as_(f"Ny {number}")

    assert len(everybody(app.database)) == 50


def test_who_was_on_the_list_becomes_the_one_who_writes(chat: Chat) -> None:
    database = chat.app.database
    appoint(database, "officer", "A Andersson", "anna@sotenas.se")
    listed_id = next(row.id for row in everybody(database) if row.mail)

    def more(session: Any) -> None:
        anna = people.find(session, "29:anna")
        assert anna is not None
        people.follow(session, anna.id, "vatten")
        people.follow(session, listed_id, "vatten")
        people.follow(session, listed_id, "livsmedel")
        roles.give(session, listed_id, PersonRole.BOARD, None, NOON)
        propose(session, ProposalKind.SEAT, listed_id, SOTENAS, NOON, seat="officer")

    database.play(more)

    def work(session: Any) -> int:
        return roster.keep(session, [Listed("29:anna", None, None, "anna@sotenas.se")], NOON)

    assert database.play(work) == 1
    rows = everybody(database)
    assert [(row.name, row.mail, row.municipality_code) for row in rows] == [
        ("Anna Andersson", "anna@sotenas.se", SOTENAS)
    ]
    assert held(database) == [("officer", "Anna Andersson")]
    assert database.play(lambda session: sorted(session.scalars(select(Follow.theme)))) == ["livsmedel", "vatten"]
    assert database.play(lambda session: roles.has(session, rows[0].id, PersonRole.BOARD))
    assert database.play(lambda session: session.scalars(select(Proposal.person_id)).all()) == [rows[0].id]
    assert audited(database) == ["Ny tjänsteperson"]


def test_a_shared_address_does_not_make_two_members_one(chat: Chat) -> None:
    know(chat, mail="miljo@sotenas.se")
    other = chat.as_("Bo Berg")

    def work(session: Any) -> int:
        return roster.keep(session, [Listed(other.sender.teams_id, None, None, "miljo@sotenas.se")], NOON)

    chat.app.database.play(work)
    assert person(chat).id != person(other).id
    assert person(other).mail == "miljo@sotenas.se"


def _fields(place: Any) -> dict[str, Any]:
    return {name: getattr(place, name) for name in place.__slots__}
