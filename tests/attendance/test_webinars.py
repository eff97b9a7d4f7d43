"""Teams webinars: drafts of what organisers plan, and who came, against the stand-in for Graph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.attendance.webinars import WebinarReader
from bot.message import Json
from storage import events
from storage.events import EventState
from tests.attendance.test_afterwards import known, sign_up
from tests.conftest import NOON
from tests.support.chat import KANSLI, Chat
from tests.support.events import HOUR, STARTS, change, put_up, stored
from tests.support.fakes import Trouble
from tests.support.graph import ANNA, Office, office
from tests.support.people import know, person

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
async def graph() -> AsyncIterator[Office]:
    async with office() as graph:
        yield graph
        assert graph.standin.violations == []


@pytest.fixture
def reader(chat: Chat, graph: Office) -> WebinarReader:
    settings = chat.app.settings.model_copy(update={"webinar_organisers": frozenset({ANNA})})
    return WebinarReader(replace(chat.app, settings=settings), chat.clock, graph.tenant.webinars)


def webinar(title: str = "Dagvatten", starts: datetime = STARTS, status: str = "published") -> Json:
    start, end = ({"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}.0", "timeZone": "UTC"} for at in (starts, starts + HOUR))
    return {"id": "w@1", "displayName": title, "status": status, "startDateTime": start, "endDateTime": end}


def drafts(chat: Chat) -> list[tuple[str, str, datetime | None, str | None]]:
    found = chat.app.database.play(events.everything)
    return [(row.title, row.state, row.starts_at, row.source_status) for row in found]


async def test_a_webinar_becomes_one_draft_that_follows_it_until_it_is_published(
    chat: Chat, graph: Office, reader: WebinarReader
) -> None:
    state = graph.standin.state
    state.webinars_of[ANNA] = [webinar()]
    graph.standin.chaos = lambda _: Trouble(status=503)
    assert await reader.run() == 0
    graph.standin.chaos = lambda _: None
    assert await reader.run() == 1
    assert await reader.run() == 0
    assert drafts(chat) == [("Dagvatten", "draft", STARTS, "published")]

    state.webinars_of[ANNA] = [webinar("Dagvatten i stan", STARTS + timedelta(days=1))]
    assert await reader.run() == 1
    assert drafts(chat) == [("Dagvatten i stan", "draft", STARTS + timedelta(days=1), "published")]

    change(chat, state=EventState.OPEN, published_at=NOON)
    state.webinars_of[ANNA] = [webinar("Ett annat namn", status="canceled")]
    assert await reader.run() == 1
    assert drafts(chat) == [("Dagvatten i stan", "open", STARTS + timedelta(days=1), "canceled")]
    kansli = chat.as_("Karin Kansli", entra_id=KANSLI)
    await asyncio.to_thread(kansli.say, "planera möten")
    shown = await asyncio.to_thread(kansli.click, "Dagvatten i stan")
    assert "Webbinariet är inställt i Teams. Tryck Ställ in" in shown


async def test_only_what_is_to_come_is_read_and_a_draft_thrown_away_does_not_come_back(
    chat: Chat, graph: Office, reader: WebinarReader
) -> None:
    state = graph.standin.state
    for odd in (
        webinar(status="draft"),
        webinar(status="canceled"),
        webinar(starts=NOON - HOUR),
        webinar(" "),
        {"id": "w@1", "displayName": "Utan tid", "status": "published"},
    ):
        state.webinars_of[ANNA] = [odd]
        assert await reader.run() == 0
    state.webinars_of[ANNA] = [webinar()]
    assert await reader.run() == 1
    kansli = chat.as_("Karin Kansli", entra_id=KANSLI)
    await asyncio.to_thread(kansli.say, "planera möten")
    shown = await asyncio.to_thread(kansli.click, "Dagvatten")
    assert "läses från webbinariet i Teams varje timme" in shown
    await asyncio.to_thread(kansli.click, "Kasta")
    assert await reader.run() == 0
    assert drafts(chat) == []


async def test_the_report_says_who_came_once_and_counts_the_others(
    chat: Chat, graph: Office, reader: WebinarReader
) -> None:
    know(chat, mail="anna@sotenas.se")
    put_up(chat, source="webinar:w@1")
    sign_up(chat)
    chat.clock.now = STARTS + 2 * HOUR
    assert await reader.run() == 0, "there is no report yet"
    state = graph.standin.state
    state.sessions["w@1"] = [{"id": "s1"}]
    state.reports["s1"] = [{"id": "p1"}]
    state.records["p1"] = [
        {"id": "a", "emailAddress": "Anna@Sotenas.se", "identity": {"id": "x"}, "totalAttendanceInSeconds": 600},
        {"id": "b", "emailAddress": "nina@okand.se", "identity": {"id": "y"}, "totalAttendanceInSeconds": 60},
        {"id": "c", "emailAddress": None, "identity": None, "totalAttendanceInSeconds": 60},
    ]
    graph.standin.chaos = lambda call: Trouble(status=503) if call == "webinarAttendance" else None
    await reader.run()
    graph.standin.chaos = lambda _: None
    assert known(chat) == [], "cut off, so nothing is stored"
    chat.clock.forward(hours=1)
    assert await reader.run() == 1
    assert await reader.run() == 0
    assert known(chat) == [(person(chat).id, True, "graph")]
    assert stored(chat).others_came == 2
    asked = len(graph.standin.asked)
    chat.clock.forward(days=8)
    await reader.run()
    assert [call.call for call in graph.standin.asked[asked:]] == ["webinars"], "an old report is not read again"


async def test_another_replica_or_no_graph_reads_nothing(chat: Chat, graph: Office, reader: WebinarReader) -> None:
    graph.standin.state.webinars_of[ANNA] = [webinar()]
    assert await WebinarReader(chat.app, chat.clock, None).run() == 0

    def taken(session: Any) -> bool:
        from storage import leases  # noqa: PLC0415 - only here

        return leases.hold(session, "webinars", "another", chat.clock.now, timedelta(minutes=10))

    assert chat.app.database.play(taken)
    assert await reader.run() == 0
    assert graph.standin.asked == []
