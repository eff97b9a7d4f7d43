"""Rosters: mail, guest state and who has left, through the real Connector client and the real Graph SDK."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

import app as bot_app
from bot import tenant
from bot.memberlist import exports
from bot.message import Incoming, Kind
from bot.ports import Listed, Reason, TryLater, Unreachable
from bot.register import roster_mirror, rosters, sheets
from bot.register.roster_mirror import Mirror
from bot.teams.connector import Connector, new_session
from bot.teams.directory import ATTEMPTS, TeamsDirectory, listed
from bot.turn import App
from storage import groups, outbox, people, roles
from storage.contacts import Proposal, ProposalKind, propose
from storage.database import Database, table_of
from storage.outbox import State
from storage.outgoing import Outgoing, ToPerson
from storage.people import Follow, Person, PersonRole
from storage.places import Conversation
from tests.conftest import NOON, make_app
from tests.support.chat import Chat, Clock
from tests.support.edge import BOT, activity, in_channel, quiet, running
from tests.support.fakes import FakeConnector, Trouble
from tests.support.graph import Office, office
from tests.support.people import IN_TEAM, SOTENAS, appoint, audited, held, know, person, set_up
from tests.support.settings import settings

TEAM = IN_TEAM.id
SHARED = "19:Vatten@thread.tacv2"
GROUP = "22222222-0000-4000-8000-00000000000a"
HOME, ELSEWHERE = "33333333-0000-4000-8000-00000000000a", "33333333-0000-4000-8000-00000000000b"
ANNA = {"id": "29:anna", "aadObjectId": "AAAAAAAA-0000-0000-0000-000000000001", "email": "Anna@Sotenas.se"}
GUEST = {
    "id": "29:gun",
    "name": "Gun Gäst",
    "aadObjectId": "11111111-0000-4000-8000-000000000002",
    "email": "gun_lund.se#EXT#@sekom.onmicrosoft.com",
    "userPrincipalName": "gun_lund.se#EXT#@sekom.onmicrosoft.com",
}
THREE, FOUR, FIVE = ({"id": f"29:{name}", "name": f"{name.title()} Test"} for name in ("three", "four", "five"))


pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("filled")]


@dataclass
class Network:
    """A team that the bot is in, and the job that mirrors it."""

    app: App
    clock: Clock
    connector: FakeConnector
    teams: TeamsDirectory
    waited: list[float]
    mirror: Mirror

    def another(self, graph: tenant.Directory | None = None) -> Mirror:
        return Mirror(self.app, self.clock, self.teams, graph)

    async def night(self) -> int:
        self.clock.forward(days=1)
        return await self.mirror.run()

    def asked(self) -> int:
        return sum(call.method == "GET" for call in self.connector.calls)

    async def hear(self, chat: Chat) -> Chat:
        """The same person in the team's channel, whose service is the fake Connector."""
        there = chat.in_channel()
        there = replace(there, place=replace(there.place, service_url=self.connector.url))
        await asyncio.to_thread(there.install)
        return there

    def left(self) -> list[str]:
        return sorted(row.name for row in everybody(self.app.database) if row.left_at is not None)


@pytest.fixture
async def network(app: App, clock: Clock) -> AsyncIterator[Network]:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async with FakeConnector() as connector, new_session() as session:
        teams = TeamsDirectory(Connector(session, None, lambda _: True), sleep)
        connector.members[TEAM] = [ANNA, GUEST, THREE, FOUR, FIVE]
        connector.members[SHARED] = [ANNA]
        connector.groups[TEAM] = GROUP
        yield Network(app, clock, connector, teams, waited, Mirror(app, clock, teams))


@pytest.fixture
async def graph() -> AsyncIterator[Office]:
    async with office() as graph:
        yield graph
    assert graph.standin.violations == []


def everybody(database: Database) -> list[Person]:
    return database.play(lambda session: list(session.scalars(select(Person).order_by(Person.id))))


def by_name(database: Database) -> dict[str, Person]:
    return {row.name: row for row in everybody(database)}


def greet(app: App, to: int, key: str, now: datetime) -> str:
    """Enqueue a message and have it sent, if it may be; where it stands then."""

    def ask(session: Any) -> str:
        outbox.enqueue(session, Outgoing(key, "x:1", ToPerson(to), text="hej"), now)
        found = outbox.find(session, key)
        assert found is not None
        return found.state

    return app.database.play(ask)


def state_of(app: App, key: str) -> str:
    found = app.database.play(lambda session: outbox.find(session, key))
    assert found is not None
    return found.state


async def test_mail_and_guest_state_come_from_the_roster_once_a_night(chat: Chat, network: Network) -> None:
    await network.hear(chat)
    network.connector.members[TEAM] = [ANNA, GUEST, {}, "junk", {"id": "29:three", "name": None, "email": 7}]  # type: ignore[list-item]

    network.clock.forward(minutes=1)
    assert await network.mirror.run() == 3
    rows = {row.teams_id: row for row in everybody(network.app.database)}
    assert (rows["29:anna"].mail, rows["29:anna"].name) == ("anna@sotenas.se", "Anna Andersson")
    assert (rows["29:gun"].mail, rows["29:gun"].guest) == (None, True)
    assert set(rows) == {"29:anna", "29:gun", "29:three"}
    assert rows["29:gun"].last_active_at is None
    assert network.asked() == 3  # two to a page

    for minutes in (1, 10, 600):
        network.clock.forward(minutes=minutes)
        assert await network.mirror.run() == 0
    assert network.asked() == 3
    network.clock.forward(hours=6)
    assert await network.another().run() == 3
    assert len(everybody(network.app.database)) == 3


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        ("2026-11-24 02:59", "2026-11-23 03:00"),
        ("2026-11-24 03:00", "2026-11-24 03:00"),
        ("2027-03-28 12:00", "2027-03-28 03:00"),
    ],
)
def test_a_night_is_stockholms(now: str, latest: str) -> None:
    stockholm = ZoneInfo("Europe/Stockholm")

    found = roster_mirror.night(datetime.fromisoformat(now).replace(tzinfo=stockholm))

    assert f"{found.astimezone(stockholm):%Y-%m-%d %H:%M}" == latest


async def test_a_throttled_roster_waits_as_asked_and_one_that_is_gone_is_left(network: Network) -> None:
    reader, connector = network.teams, network.connector
    connector.members[TEAM] = [ANNA]
    connector.throttle(retry_after=7)
    assert [one.mail for one in await reader.members(connector.url, TEAM)] == ["Anna@Sotenas.se"]
    assert network.waited == [7.0]

    connector.fail(503, times=ATTEMPTS)
    with pytest.raises(TryLater):
        await reader.members(connector.url, TEAM)
    connector.throttle(retry_after=3600)
    with pytest.raises(TryLater):
        await reader.members(connector.url, TEAM)
    assert network.waited == [7.0, 2.0, 4.0]
    connector.fail(403, code="BotNotInConversationRoster")
    with pytest.raises(Unreachable) as gone:
        await reader.members(connector.url, TEAM)
    assert gone.value.reason is Reason.NOT_IN_ROSTER
    assert await reader.group(connector.url, TEAM) == GROUP
    with pytest.raises(Unreachable):
        await reader.group(connector.url, "19:other")


async def test_what_can_not_be_read_is_tried_again_and_not_before(
    chat: Chat, network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    await network.hear(chat)
    network.clock.forward(minutes=1)
    network.connector.fail(502, times=ATTEMPTS)
    assert await network.mirror.run() == 0
    asked = network.asked()
    network.clock.forward(minutes=9)
    assert (await network.mirror.run(), network.asked()) == (0, asked)
    network.clock.forward(minutes=1)
    network.connector.throttle(retry_after=3600)
    assert await network.mirror.run() == 0
    network.clock.forward(minutes=59)
    assert await network.mirror.run() == 0
    network.clock.forward(minutes=1)
    assert await network.mirror.run() == 5

    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in told] == ["a roster could not be read"] * 2
    assert not any(word in str(vars(record)) for record in told for word in ("Anna", "Gun", "29:"))


async def test_many_people_added_at_once_ask_one_roster(chat: Chat, network: Network) -> None:
    await network.hear(chat)
    network.clock.forward(minutes=1)
    await network.mirror.run()
    asked = network.asked()

    def add() -> None:
        for number in range(50):
            there = chat.as_(f"Ny {number}", new=True).in_channel()
            replace(there, place=replace(there.place, service_url=network.connector.url)).install()

    network.clock.forward(minutes=10)
    await asyncio.to_thread(add)
    assert await network.mirror.run() == 0, "more may be on their way"
    network.clock.forward(seconds=30)
    assert await network.mirror.run() == 5
    assert await network.mirror.run() == 0
    assert network.asked() == asked + 3
    assert len(everybody(network.app.database)) == 55
    assert network.left() == [], "they were never on a roster"


async def test_somebody_taken_out_of_the_team_is_noticed_soon(chat: Chat, network: Network) -> None:
    anna = await network.hear(chat)
    network.clock.forward(minutes=1)
    await network.mirror.run()
    network.connector.members[TEAM].remove(GUEST)
    network.clock.forward(minutes=10)

    await asyncio.to_thread(anna.send, Incoming("left-1", Kind.LEFT, anna.sender, anna.place))
    network.clock.forward(minutes=1)
    assert await network.mirror.run() == 4
    assert network.left() == ["Gun Gäst"]


async def test_who_has_left_is_written_to_no_more_and_leaves_a_gap_until_they_come_back(
    kansli: Chat, chat: Chat, network: Network
) -> None:
    database = network.app.database
    set_up(database, programme_until=2030)
    appoint(database, "politician", "Gun Gäst", "gun@lund.se")
    await network.hear(chat)
    network.connector.members[TEAM][1] = gun = {**GUEST, "email": "gun@lund.se"}
    network.clock.forward(minutes=1)
    await network.mirror.run()
    found = by_name(database)["Gun Gäst"]
    assert (found.teams_id, found.mail, held(database)) == ("29:gun", "gun@lund.se", [("politician", "Gun Gäst")])
    assert greet(network.app, found.id, "waits", network.clock.now) == State.WAITING

    network.connector.members[TEAM].remove(gun)
    assert await network.night() == 4
    assert network.left() == ["Gun Gäst"]
    assert state_of(network.app, "waits") == State.CANCELLED
    greet(network.app, found.id, "later", network.clock.now)
    await asyncio.to_thread(chat.deliver)
    assert state_of(network.app, "later") in (State.CANCELLED, State.UNREACHABLE)

    def look() -> tuple[str, str, str]:
        kansli.say("medlemmar")
        row = kansli.click("Saknar kontaktpolitiker (1)")
        page = kansli.click("Sotenäs")
        return row, page, kansli.click("Byt eller ändra Gun Gäst")

    row, page, form = await asyncio.to_thread(look)
    written = sheets.separated(database.play(exports.rows)).decode("utf-8-sig")
    assert ";Gun Gäst;gun@lund.se;;2026-11-24;har lämnat nätverkets team" in written
    assert "Saknar kontaktpolitiker, tjänsteperson och ersättare. Gun Gäst har lämnat nätverkets team." in row
    assert "**Kontaktpolitiker:** Gun Gäst, [gun@lund.se](mailto:gun@lund.se), har lämnat nätverkets team" in page
    assert "Har lämnat nätverkets team, märkte jag den 25 november 2026." in form

    def nameless() -> tuple[str, str]:
        database.play(lambda session: setattr(session.get_one(Person, found.id), "name", ""))
        kansli.say("medlemmar")
        return kansli.click("Saknar kontaktpolitiker (1)"), kansli.click("Sotenäs")

    row, page = await asyncio.to_thread(nameless)
    assert "ersättare. gun@lund.se har lämnat nätverkets team." in row
    assert "**Kontaktpolitiker:** gun@lund.se, har lämnat nätverkets team" in page

    network.connector.members[TEAM].append(gun)
    assert await network.night() == 5
    assert network.left() == []
    greet(network.app, found.id, "again", network.clock.now)
    await asyncio.to_thread(chat.deliver)
    assert state_of(network.app, "again") == State.SENT
    assert "Saknar kontaktpolitiker (0)" in await asyncio.to_thread(kansli.say, "medlemmar")


async def test_no_broken_answer_makes_anybody_a_leaver(chat: Chat, network: Network) -> None:
    await network.hear(chat)
    network.clock.forward(minutes=1)
    await network.mirror.run()
    whole = network.connector.members[TEAM]

    pages = iter([None, Trouble(status=200, body={})] * ATTEMPTS)
    network.connector.chaos = lambda: next(pages)
    assert await network.night() == 0, "a page that is no page"
    pages = iter([None, Trouble(status=200, body={"members": "all"})] * ATTEMPTS)
    assert await network.night() == 0
    network.connector.chaos = lambda: None
    network.connector.fail(404)
    assert await network.night() == 0, "the bot is not in the team"
    network.connector.members[TEAM] = []
    assert await network.night() == 0, "there is no team of nobody"
    network.connector.members[TEAM] = [ANNA]
    assert await network.night() == 1, "most of them at once"
    network.connector.members[TEAM] = whole
    assert await network.night() == 5
    assert network.left() == []

    network.connector.members[TEAM] = [ANNA]
    await network.night()
    assert network.left() == []
    await network.night()
    assert network.left() == ["Five Test", "Four Test", "Gun Gäst", "Three Test"], "it stands"


async def test_one_replica_reads_and_who_loses_the_lease_stops(chat: Chat, network: Network) -> None:
    await network.hear(chat)
    network.clock.forward(minutes=1)
    assert sorted(await asyncio.gather(*(network.another().run() for _ in range(3)))) == [0, 0, 5]
    assert network.asked() == 3

    class Slow:
        """While it reads, so much time passes that another replica takes over."""

        async def members(self, *_: str) -> list[Listed]:
            network.clock.forward(minutes=11)
            await network.another().run()
            return [listed(GUEST)]

        group = network.teams.group

    network.clock.forward(days=1)
    assert await Mirror(network.app, network.clock, Slow()).run() == 0
    assert network.left() == []


async def test_graph_adds_mail_guests_and_those_whom_teams_has_not_told_of(
    chat: Chat, database: Database, clock: Clock, network: Network, graph: Office
) -> None:
    network.app = make_app(
        database, MicrosoftAppId=HOME, MicrosoftAppTenantId=HOME, MicrosoftAppPassword="x", SEKOM_CONTACT="a@b.se"
    )
    await network.hear(chat)
    database.play(lambda session: setattr(groups.everyone(session)[0], "conversation_id", SHARED))
    appoint(database, "officer", "Ny Ek", "ny@lund.se")
    lone = "11111111-0000-4000-8000-000000000009"
    graph.standin.state.members |= {
        GROUP: [
            {"userId": GUEST["aadObjectId"], "displayName": "Gun", "roles": ["guest"], "email": "Gun@Lund.se"},
            {"userId": lone, "displayName": "Ny Ek", "roles": ["guest"], "email": "ny@lund.se"},
        ],
        f"{SHARED}+": [
            {"userId": lone, "displayName": "Ny Ek", "roles": [], "email": "ny@lund.se", "tenantId": ELSEWHERE},
            {"userId": "u-stranger", "displayName": "Sten", "email": "s@other.se", "tenantId": ELSEWHERE},
            {"userId": "u-own", "displayName": "Egen Test", "email": "egen@sekom.se", "tenantId": HOME},
        ],
    }
    network.mirror = network.another(graph.tenant.directory)
    clock.forward(minutes=1)
    assert await network.mirror.run() == 6 + 3

    rows = by_name(database)
    assert (rows["Gun Gäst"].mail, rows["Gun Gäst"].guest) == ("gun@lund.se", True)
    new = rows["Ny Ek"]
    assert (new.entra_id, new.teams_id, new.mail, new.municipality_code) == (lone, None, "ny@lund.se", SOTENAS)
    assert rows["Egen Test"].guest is False
    assert "Sten" not in rows, "another tenant's people can't be written to, and nothing is kept about them"

    graph.standin.fail(503, "ServiceUnavailable", times=99)
    network.connector.members[TEAM].remove(FIVE)
    assert await network.night() == 4 + 1, "the Connector's alone"
    assert network.left() == [], "Graph may know better"
    graph.standin.chaos = lambda _: None
    clock.forward(minutes=10)
    assert await network.mirror.run() == 5 + 3
    assert network.left() == ["Five Test"]

    graph.standin.granted.clear()
    network.connector.members[TEAM].remove(FOUR)
    assert await network.night() == 3 + 1, "without the permission there is only the Connector"
    assert network.left() == ["Egen Test", "Five Test", "Four Test", "Ny Ek"]


async def test_the_bot_reads_rosters_from_its_start(tmp_path: Path, sqlite_template: Path) -> None:
    chosen, samples = settings(tmp_path), {"Lars-Göran Öhman", "Maja Lind", "Hassan Nordin", "Sara Åberg"}
    path = Path(chosen.database_url.removeprefix("sqlite:///"))
    path.parent.mkdir()
    shutil.copy(sqlite_template, path)
    database = Database(chosen.database_url)
    async with FakeConnector() as connector:
        connector.members[TEAM] = [GUEST]
        with database.engine.begin() as connection:
            heard = {"id": "19:x", "scope": "channel", "service_url": connector.url, "team_id": TEAM, "seen_at": NOON}
            connection.execute(table_of(Conversation).insert().values(**heard))
        async with bot_app.build(chosen):
            for _ in range(500):
                if "Gun Gäst" in [row.name for row in everybody(database)]:
                    break
                await asyncio.sleep(0.02)
        met = [row.name for row in everybody(database)]
        assert [name for name in met if name not in samples] == ["Gun Gäst"]
    database.close()


async def test_teams_tells_that_people_left_a_team_and_nothing_else_counts() -> None:
    async with running() as edge:
        edge.core.script = quiet
        team = in_channel(edge.service_url)
        where = {name: team[name] for name in ("conversation", "channelData")}
        for removed, place in (([{"id": "29:bo"}], where), ([BOT], where), ([{"id": "29:bo"}], {}), ([{}], where)):
            told = activity(edge.service_url, type="conversationUpdate", membersRemoved=removed, text=None, **place)
            assert (await edge.post(told)).status == 201

    assert [(one.kind, one.place.team_id, one.sender.teams_id) for one in edge.core.seen] == [
        (Kind.LEFT, "19:team@thread.tacv2", "29:anna")
    ] * 2


def test_a_directory_and_teams_may_know_somebody_by_turns(chat: Chat) -> None:
    database, entra_id = chat.app.database, "11111111-0000-4000-8000-000000000005"

    def keep(*members: Listed) -> None:
        database.play(lambda session: rosters.keep(session, IN_TEAM, members, NOON))

    keep(
        Listed("29:bo", None, "Bo\x00 Ek\u200b"),
        Listed("29:\x00", None, "Nul"),
        Listed("x" * 201),
        Listed(None, "e" * 65),
    )
    keep(Listed(None, entra_id, "Bo Ek (Gäst)", "bo@lund.se"))
    assert sorted(by_name(database)) == ["Anna Andersson", "Bo Ek", "Bo Ek (Gäst)"]
    keep(Listed("29:bo", entra_id.upper(), "Bo Ek"))
    assert sorted(by_name(database)) == ["Anna Andersson", "Bo Ek"]
    found = by_name(database)["Bo Ek"]
    assert (found.teams_id, found.entra_id, found.mail) == ("29:bo", entra_id, "bo@lund.se")
    keep(Listed(None, "e1", "Ett", "info@lund.se"), Listed(None, "e2", "Två", "info@lund.se"))
    assert {"Ett", "Två"} <= set(by_name(database)), "two accounts may share one address"


def test_every_field_of_a_member_may_be_missing_or_odd() -> None:
    assert listed({}) == Listed()
    assert listed(dict.fromkeys(("id", "aadObjectId", "name", "email", "userRole"), 7)) == Listed()
    assert listed({"id": "29:a", "givenName": "A", "surname": "B", "userRole": "user"}) == Listed(
        "29:a", name="A B", guest=False
    )


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
        return rosters.keep(session, IN_TEAM, [Listed("29:anna", None, None, "anna@sotenas.se")], NOON)

    assert database.play(work) == 1
    rows = everybody(database)
    assert [(row.name, row.mail, row.municipality_code) for row in rows] == [
        ("Anna Andersson", "anna@sotenas.se", SOTENAS)
    ]
    assert held(database) == [("officer", "Anna Andersson")]
    assert database.play(lambda session: sorted(session.scalars(select(Follow.theme)))) == ["livsmedel", "vatten"]
    assert database.play(lambda session: roles.has(session, rows[0].id, PersonRole.BOARD))
    assert database.play(lambda session: session.scalars(select(Proposal.person_id)).all()) == [rows[0].id]
    assert audited(database) == ["Ny tjänsteperson", "Känd från medlemslistan: samma mejladress och namn"]


@pytest.mark.parametrize("listed", ["Siri Sten", "Siri Andersson", "Anna Sten"])
def test_two_people_with_one_address_stay_two_and_the_seat_stays(chat: Chat, listed: str) -> None:
    """Also if they share a first name or a surname."""
    database = chat.app.database
    appoint(database, "officer", listed, "kommunen@sotenas.se")
    members = [Listed("29:anna", None, "Anna Andersson", "kommunen@sotenas.se"), Listed("29:bo", None, "Bo Ek", None)]

    for _ in range(2):
        database.play(lambda session: rosters.keep(session, IN_TEAM, members, NOON))

    assert sorted(row.name for row in everybody(database)) == sorted(["Anna Andersson", "Bo Ek", listed])
    assert held(database) == [("officer", listed)]
    assert audited(database) == ["Ny tjänsteperson", "Samma mejladress som en annan person: inte sammanslagna"]


def test_a_shared_address_does_not_make_two_members_one(chat: Chat) -> None:
    know(chat, mail="miljo@sotenas.se")
    other = chat.as_("Bo Berg")

    def work(session: Any) -> int:
        return rosters.keep(session, IN_TEAM, [Listed(other.sender.teams_id, None, None, "miljo@sotenas.se")], NOON)

    chat.app.database.play(work)
    assert person(chat).id != person(other).id
    assert person(other).mail == "miljo@sotenas.se"
