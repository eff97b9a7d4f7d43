"""The first welcome: each new member once, each team once a day, whoever came first and whatever broke."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.welcome import newcomer_reminders
from storage import absorption, onboardings, people
from storage.newcomers import NewMember
from storage.onboardings import Onboarding, Origin
from storage.people import Person
from tests.conftest import make_app
from tests.support.chat import Chat
from tests.support.newcomers import at, chat_of, deliveries, headings, id_of, listed, read, stored, tick, work
from tests.support.people import IN_TEAM, know

TITLE = "Välkommen till Sveriges Ekokommuner!"
OTHER_TEAM = replace(IN_TEAM, id="19:other@thread.tacv2", team_id="19:other@thread.tacv2")


def test_new_members_get_a_welcome_each_and_their_team_one_message(chat: Chat) -> None:
    read(chat, [listed("Bo Berg"), listed("Cia Ceder")])
    tick(chat, replicas=3)
    assert (chat_of(chat, "Bo Berg"), chat_of(chat, "Cia Ceder")) == ([TITLE], [TITLE])
    assert headings(chat, IN_TEAM.id) == ["Nu finns jag här för er"]
    assert "2 medlemmar" in str(chat.history[IN_TEAM.id][0].message.card)
    assert "Berg" not in str(chat.history[IN_TEAM.id][0].message.card)
    assert origins(chat) == [Origin.MET] * 2
    tick(chat, replicas=3)
    assert len(deliveries(chat)) == 3


def test_the_team_is_told_once_a_day(chat: Chat) -> None:
    members = [listed("Bo Berg")]
    read(chat, members)
    tick(chat)
    for name in ("Cia Ceder", "Dan Dahl"):
        chat.clock.forward(minutes=10)
        members.append(listed(name))
        read(chat, members)
        tick(chat)
    assert chat_of(chat, "Dan Dahl") == [TITLE]
    assert len(headings(chat, IN_TEAM.id)) == 1
    chat.clock.forward(days=1)
    tick(chat)
    assert headings(chat, IN_TEAM.id)[1:] == ["Vi hälsar 2 nya medlemmar välkomna!"]
    chat.clock.forward(days=1)
    tick(chat)
    assert len(headings(chat, IN_TEAM.id)) == 2


def test_a_person_whom_the_arrival_greeting_met_gets_no_second_welcome(chat: Chat) -> None:
    bo = chat.as_("Bo Berg")
    read(chat, [listed("Bo Berg")])
    tick(chat)
    assert len(chat_of(chat, "Bo Berg")) == 1
    assert deliveries(chat, "welcome:") == dict.fromkeys(deliveries(chat, "welcome:team:"), "sent")
    assert origins(chat) == [Origin.MET]
    assert TITLE not in bo.say("hej")


def test_the_arrival_greeting_does_not_follow_the_welcome(chat: Chat) -> None:
    read(chat, [listed("Bo Berg")])
    tick(chat)
    bo = chat.as_("Bo Berg", new=True)
    assert bo.install() == ""
    assert "SEKOM-boten" not in bo.say("tack")


def test_a_person_welcomed_by_mail_is_not_greeted_again_when_two_rows_become_one(chat: Chat) -> None:
    read(chat, [listed("Bo Berg", entra_id="e-bo")])
    tick(chat)
    met = chat.as_("Bo Ny", entra_id="e-bo", new=True)

    def work(session: Session) -> None:
        welcomed = session.get_one(Person, id_of(chat, "Bo Berg"))
        fresh = Person(teams_id=met.sender.teams_id, name="Bo Ny", first_seen_at=chat.clock.now)
        session.add(fresh)
        session.flush()
        absorption.absorb(session, fresh, welcomed)

    chat.app.database.play(work)
    before = len(met.shown)
    met.install()
    tick(chat)
    assert len(met.shown) == before


def test_nobody_is_welcomed_in_quiet_times(chat: Chat) -> None:
    at(chat, "2026-11-27T18:00:00+01:00")
    read(chat, [listed("Bo Berg")])
    tick(chat)
    assert chat_of(chat, "Bo Berg") == []
    with_work = [
        (each.at.isoformat(), each.outgoing.key.partition(":")[0])
        for each in chat.app.database.play(
            lambda session: list(
                newcomer_reminders.ahead(chat.app, session, chat.clock.now, chat.clock.now + timedelta(days=7))
            )
        )
    ]
    assert with_work == [("2026-11-30T07:00:00+00:00", "welcome")] * 2
    at(chat, "2026-11-30T08:01:00+01:00")
    tick(chat)
    assert chat_of(chat, "Bo Berg") == [TITLE]


def test_a_roster_that_was_not_read_to_its_end_waits_an_hour(chat: Chat) -> None:
    read(chat, [listed("Bo Berg")], whole=False)
    tick(chat)
    assert chat_of(chat, "Bo Berg") == []
    chat.clock.forward(hours=1)
    tick(chat)
    assert chat_of(chat, "Bo Berg") == [TITLE]


def test_a_member_of_two_teams_is_welcomed_once(chat: Chat) -> None:
    read(chat, [listed("Bo Berg")])
    read(chat, [listed("Bo Berg"), listed("Cia Ceder")], OTHER_TEAM)
    tick(chat)
    assert chat_of(chat, "Bo Berg") == [TITLE]
    assert (len(headings(chat, IN_TEAM.id)), len(headings(chat, OTHER_TEAM.id))) == (0, 1)


def test_people_known_before_the_bot_welcomed_anybody_are_not_new(chat: Chat) -> None:
    read(chat, [listed("Bo Berg")])
    chat.app.database.play(
        lambda session: onboardings.begin(session, _id(session, "29:bo-berg"), Origin.BEFORE, chat.clock.now)
    )
    read(chat, [listed("Bo Berg"), listed("Cia Ceder")])
    tick(chat)
    assert (chat_of(chat, "Bo Berg"), chat_of(chat, "Cia Ceder")) == ([], [TITLE])
    assert headings(chat, IN_TEAM.id) == ["Vi hälsar en ny medlem välkommen!"]


def test_somebody_removed_before_the_welcome_went_gets_it_when_they_are_back(chat: Chat) -> None:
    others = [listed("Cia Ceder"), listed("Dan Dahl"), listed("Eva Ek")]
    read(chat, [listed("Bo Berg"), *others])
    work(chat)
    chat.clock.forward(minutes=1)
    read(chat, others)
    tick(chat)
    assert chat_of(chat, "Bo Berg") == []
    chat.clock.forward(hours=2)
    read(chat, [listed("Bo Berg"), *others])
    tick(chat, replicas=2)
    assert chat_of(chat, "Bo Berg") == [TITLE]
    tick(chat)
    assert chat_of(chat, "Bo Berg") == [TITLE]


def test_somebody_who_was_removed_before_the_bot_wrote_is_not_welcomed(chat: Chat) -> None:
    others = [listed("Cia Ceder"), listed("Dan Dahl"), listed("Eva Ek")]
    read(chat, [listed("Bo Berg"), *others])
    chat.clock.forward(minutes=1)
    read(chat, others)
    tick(chat)
    assert chat_of(chat, "Bo Berg") == []
    assert len(origins(chat)) == 3


def test_somebody_erased_is_not_welcomed_nor_counted(chat: Chat) -> None:
    read(chat, [listed("Bo Berg"), listed("Cia Ceder")])
    work(chat)
    bo = chat.as_("Bo Berg", new=True)
    bo.say("glöm mig")
    bo.click("Ja, gå vidare")
    bo.click("Ta bort mina uppgifter")
    read(chat, [listed("Bo Berg"), listed("Cia Ceder")])
    tick(chat)
    assert chat_of(chat, "Cia Ceder") == [TITLE]
    assert [row.person_id for row in stored(chat, Onboarding)] == [id_of(chat, "Cia Ceder")]


def test_with_the_welcome_turned_off_nobody_hears_and_turning_it_on_makes_nobody_new(chat: Chat) -> None:
    off = replace(chat, app=make_app(chat.app.database, SEKOM_WELCOME="false"))
    read(chat, [listed("Bo Berg")])
    tick(off)
    tick(chat)
    assert chat_of(chat, "Bo Berg") == []
    assert origins(chat) == [Origin.BEFORE]


def test_a_guest_waits_for_the_directory_where_there_is_one(chat: Chat) -> None:
    graph = {
        "MicrosoftAppId": "11111111-1111-4111-8111-111111111111",
        "MicrosoftAppPassword": "secret",
        "MicrosoftAppTenantId": "22222222-2222-4222-8222-222222222222",
        "SEKOM_GRAPH_MAILBOX": "bot@sekom.se",
        "SEKOM_CONTACT": "kansliet@sekom.se",
    }
    online = replace(chat, app=make_app(chat.app.database, **graph))
    read(chat, [listed("Bo Berg"), listed("Gun Gäst", guest=True)])
    tick(online)
    assert (chat_of(chat, "Bo Berg"), chat_of(chat, "Gun Gäst")) == ([TITLE], [])
    chat.clock.forward(minutes=30)
    tick(online)
    assert chat_of(chat, "Gun Gäst") == [TITLE]


def test_two_replicas_at_the_same_moment_welcome_everybody_once(chat: Chat) -> None:
    if chat.app.database.sqlite:
        pytest.skip("SQLite has one process")
    read(chat, [listed(f"Ny {number}") for number in range(250)])
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, [chat] * 3)) >= 250
    sent = Counter(key.split(":")[1] for key in deliveries(chat, "welcome:"))
    assert (sum(sent.values()), sent.pop("team")) == (251, 1)
    assert set(sent.values()) == {1}
    assert len(stored(chat, NewMember)) == 250
    chat.deliver()
    assert "250 medlemmar" in str(chat.history[IN_TEAM.id][0].message.card)


def test_the_welcome_is_not_wanted_by_somebody_who_has_begun(chat: Chat) -> None:
    read(chat, [listed("Bo Berg")])
    work(chat)
    chat.app.database.play(
        lambda session: onboardings.keep(session, _id(session, "29:bo-berg"), {"role": "officer"}, chat.clock.now)
    )
    chat.deliver()
    assert chat_of(chat, "Bo Berg") == []


def test_somebody_whom_teams_does_not_reach_is_counted_all_the_same(chat: Chat) -> None:
    chat.blocked.add("29:bo-berg")
    read(chat, [listed("Bo Berg")])
    tick(chat)
    know(chat, mail="anna@sotenas.se")
    assert deliveries(chat, "welcome:") == {
        key: "unreachable" if key == f"welcome:{id_of(chat, 'Bo Berg')}" else "sent" for key in deliveries(chat)
    }


def origins(chat: Chat) -> list[str]:
    """Return how each introduction began."""
    return [row.origin for row in stored(chat, Onboarding)]


def _id(session: object, teams_id: str) -> int:
    found = people.find(session, teams_id)  # type: ignore[arg-type]
    assert found is not None
    return found.id
