"""Sending under faults: killed in the middle, refused in every way, answers without an id, corrected on the way."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest

from bot import announcements
from bot.announcements import notices, outcomes
from bot.delivery.tenant_routes import TenantRoutes
from bot.jobs import STILL_WANTED
from bot.papers import on_paper
from storage.announcements import AnnouncementState
from storage.database import insert_all_new
from storage.outbox import WITHOUT_ID, Delivery
from storage.people import Follow
from storage.places import Conversation
from tests.support.announcements import LINE, Post, fields, rows, stored, tick
from tests.support.chat import Chat
from tests.support.fakes import BLOCKED, Trouble, refusal
from tests.support.outbox import Desk, desk, meet

MANY = 450
"""People: more than two chunks."""


def crowd(chat: Chat, number: int, url: str = "https://smba.trafficmanager.net/emea/") -> list[int]:
    """Add people who follow the theme and have chats with the bot. Return their ids."""

    def work(session: Any) -> list[int]:
        ids = [meet(session, url, f"P{n:04}", chat.clock.now) for n in range(number)]
        insert_all_new(session, Follow, [{"person_id": person, "theme": "vatten"} for person in ids])
        return ids

    return chat.app.database.play(work)


def test_a_process_that_is_killed_while_it_prepares_goes_on_where_it_was(kansli: Chat, post: Post) -> None:
    crowd(kansli, MANY)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    assert len(rows(kansli)) == notices.CHUNK + 1  # the first chunk and the channel went with the press
    for step in islice(announcements.run(kansli.app, kansli.clock), 4):  # killed after the first chunk again
        kansli.app.database.play(step)
    assert len(rows(kansli)) == notices.CHUNK + 1
    for step in islice(announcements.run(kansli.app, kansli.clock), 5):
        kansli.app.database.play(step)
    assert len(rows(kansli)) == 2 * notices.CHUNK + 1
    assert stored(kansli).prepared_at is None
    post.work()
    post.work(seconds=MANY / 30)

    assert Counter(state for state, _ in rows(kansli).values()) == {"sent": MANY + 1}
    assert stored(kansli).state == AnnouncementState.SENT
    assert f"Skickade: {MANY + 1}\nKvar: 0" in kansli.text


def test_it_leaves_room_for_other_messages(kansli: Chat) -> None:
    crowd(kansli, MANY)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    tick(kansli.app, kansli)
    waits = [state for state, _ in rows(kansli).values() if state == "waiting"]
    assert len(waits) == MANY - notices.CHUNK  # they become due at Teams' pace


def test_stopped_while_it_is_prepared_it_sends_no_more_and_names_everybody(kansli: Chat, post: Post) -> None:
    crowd(kansli, MANY)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    steps = announcements.run(kansli.app, kansli.clock)
    for step in islice(steps, 3):
        kansli.app.database.play(step)
    kansli.press("announcements.stop", {"announcement": 1, "version": 1})
    for step in steps:
        kansli.app.database.play(step)
    post.work(minutes=5)
    left = MANY - notices.CHUNK
    assert Counter(state for state, _ in rows(kansli).values()) == {"sent": notices.CHUNK + 1, "cancelled": left}
    assert stored(kansli).state == AnnouncementState.CANCELLED
    assert stored(kansli).spread_version == stored(kansli).version
    report = kansli.click("Rapport")
    assert f"Stoppat: {left}" in report
    assert "\nStoppat\n" in report, "what heads the list of the people who did not get it"


def test_an_edit_while_it_is_sent_reaches_those_who_are_left(kansli: Chat, post: Post) -> None:
    crowd(kansli, MANY)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    tick(kansli.app, kansli)
    kansli.click("Visa läget")
    kansli.click("Rätta")
    shown = kansli.click("Förhandsvisa rättelsen", **fields(kansli, heading="Ny rubrik"))
    assert f"{MANY - notices.CHUNK} mottagare som väntar får den nya texten direkt." in shown
    kansli.click("Skicka rättelsen")
    post.work()
    post.work(seconds=MANY / 30)
    cards = [kansli.history[f"a:p{n:04}"] for n in range(MANY)]
    assert {len(shown) for shown in cards} == {1}
    assert all("Ny rubrik" in str(shown[0].message.card) for shown in cards)
    assert sum("Rättad kl." in str(shown[0].message.card) for shown in cards) == notices.CHUNK


@dataclass
class Storm:
    """The real courier against a Connector that refuses; and mail on paper."""

    desk: Desk
    chat: Chat

    async def run(self) -> None:
        """Let the job and the courier work until everything has an outcome."""
        for _ in range(12):
            tick(self.chat.app, self.chat)
            await self.desk.courier.deliver()
            self.chat.clock.forward(seconds=20)


@pytest.fixture
async def storm(kansli: Chat, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Storm]:
    monkeypatch.setattr(Chat, "deliver", lambda _: None)
    routes = TenantRoutes(on_paper(tmp_path, "kansliet@sekom.se", kansli.clock))
    async with desk(
        kansli.app.database, kansli.clock, still_wanted=dict(STILL_WANTED), elsewhere=routes, rate=1000
    ) as one:
        kansli.app.database.play(
            lambda session: session.query(Conversation).update({"service_url": one.connector.url}) and None
        )
        yield Storm(one, kansli)


def weather(chance: random.Random) -> Trouble | None:
    """One call in twenty goes wrong, in each of the ways of platform.md §3; one in fifty is answered without an id."""
    arrives, dice = chance.random() < 0.5, chance.random()
    kinds = [
        Trouble(status=429, body={}, headers={"Retry-After": "1"}),
        Trouble(status=412, body={}),
        Trouble(status=chance.choice([502, 503, 504]), body={}, arrives=arrives),
        Trouble(arrives=arrives),
    ]
    if dice < 0.05:
        return chance.choice(kinds)
    return Trouble(status=201, body={}, arrives=True) if dice < 0.07 else None


REFUSED = {
    1: (BLOCKED, "Har blockerat eller tagit bort boten"),
    2: (refusal(403, "ForbiddenOperationException"), "Har inte träffat boten"),
    3: (refusal(404, "ConversationNotFound"), "Har ingen chatt med boten längre"),
    4: (refusal(413, "MessageSizeTooBig"), "Teams tog inte emot det"),
    5: (refusal(403, "BotDisabledByAdmin"), "Får inte använda boten"),
}


async def test_every_recipient_is_named_nobody_gets_it_twice_unmarked_and_no_old_card_stays(storm: Storm) -> None:
    kansli, connector = storm.chat, storm.desk.connector
    ids = crowd(kansli, 150, connector.url)
    for number, (trouble, _) in REFUSED.items():
        for place in ("a", "29"):
            connector.refuses[f"{place}:p{number:04}"] = trouble
    chance = random.Random(14)
    connector.chaos = lambda: weather(chance)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    await storm.run()
    kansli.click("Visa läget")
    kansli.click("Rätta")
    kansli.click("Förhandsvisa rättelsen", **fields(kansli, heading="Ny rubrik"))
    kansli.click("Skicka rättelsen")
    await storm.run()

    database = kansli.app.database
    deliveries = database.play(lambda session: session.query(Delivery).filter_by(subject="announcement:1").all())
    first = {row.person_id: row for row in deliveries if row.operation == "person"}
    assert set(first) == set(ids)
    assert {row.state for row in first.values()} <= {"sent", "unreachable", "failed", "uncertain"}
    arrived = Counter(message.conversation for message in connector.sent)
    shown = {message.id: str(message.activity) for message in connector.messages}
    changes = rows(kansli, "over:announcement:1")
    for at, person in enumerate(ids):
        row = first[person]
        assert arrived[f"a:p{at:04}"] <= 1 + row.doubts, row.key
        assert (row.state == "sent") <= (arrived[f"a:p{at:04}"] >= 1), row.key
        if row.state == "sent" and row.error != WITHOUT_ID:
            assert "Ny rubrik" in shown[row.sent_activity_id or ""], row.key
        elif row.error == WITHOUT_ID:
            assert changes[f"person:{person}:v2"] == ("unreachable", "target_has_no_id")
    assert {row.error for row in first.values() if row.state == "sent"} == {"", WITHOUT_ID}

    lines = database.play(lambda session: outcomes.lines(session, stored(kansli), {}))
    assert len(lines) == len(ids) + 1
    for number, (_, reason) in REFUSED.items():
        [line] = [line for line in lines if line.name == f"P{number:04}"]
        assert (line.outcome, line.reason.startswith(reason)) == ("Gick inte fram", True), line
        assert line.remedy
    assert len(list(outcomes.unchanged(lines))) == sum(row.error == WITHOUT_ID for row in deliveries)
    assert sum(line.outcome == "Osäkert" for line in lines) == sum(row.state == "uncertain" for row in deliveries)


async def test_uncertain_ones_are_sent_again_only_when_somebody_says_so(storm: Storm) -> None:
    kansli, connector = storm.chat, storm.desk.connector
    crowd(kansli, 5, connector.url)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    connector.refuses["a:p0002"] = Trouble(arrives=True)
    await storm.run()
    assert Counter(message.conversation for message in connector.sent)["a:p0002"] == 1
    connector.refuses.clear()
    kansli.click("Visa läget")
    assert "P0002: osäkert\nTeams svarade inte, så det kan ha kommit fram." in kansli.click("Rapport")
    assert "De kan ha fått utskicket, och får det då två gånger." in kansli.click("Skicka om osäkra")
    kansli.click("Ja, skicka om")
    await storm.run()
    assert {state for state, _ in rows(kansli).values()} == {"sent"}
    assert Counter(message.conversation for message in connector.sent)["a:p0002"] == 2
