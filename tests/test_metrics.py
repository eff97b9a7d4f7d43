"""``/metrics``: what it tells, whom, and what counting costs a turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

import app as program
from bot import metrics
from bot.metrics import Around
from bot.settings import Settings
from bot.turn import App
from storage import figures, leases, outbox
from storage.database import Database
from tests.support.chat import Chat, Clock
from tests.support.edge import activity, press, running
from tests.support.outbox import desk, note

pytestmark = pytest.mark.clock

TOKEN = "ett-ord-som-ingen-gissar-på"
HOSTED = {
    "MicrosoftAppId": "11111111-2222-3333-4444-555555555555",
    "MicrosoftAppPassword": "hemlig",
    "MicrosoftAppTenantId": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "SEKOM_CONTACT": "kansliet@sekom.example",
}
AROUND = Around(
    lambda: (7, 31), lambda: {("sendMail", "429"): 3, ("sendMail", "202"): 9}, lambda: ["Mail.Send", "mailbox"]
)


def read(body: bytes) -> dict[tuple[str, ...], float]:
    """Each sample by its name and its labels' values (labels come by name), as Prometheus's own parser reads it."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


@asynccontextmanager
async def client(folder: Path, **more: str) -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    settings = Settings.load({"DATABASE_URL": f"sqlite:///{folder}/sekom.db", **more})
    async with program.build(settings) as application, TestClient(TestServer(application)) as started:
        yield started


async def test_on_a_laptop_it_is_there(tmp_path: Path) -> None:
    async with client(tmp_path) as started:
        answer = await started.get("/metrics")
        assert (answer.status, answer.headers["Content-Type"]) == (200, metrics.CONTENT_TYPE)
        told = read(await answer.read())
    assert told["sekom_bank_entries", "published"] == told["sekom_bank_indexed_entries",] > 20
    assert told["sekom_bank_version",] == told["sekom_bank_indexed_version",] > 0
    assert told["process_resident_memory_bytes",] > 0
    assert told["sekom_oldest_waiting_seconds",] == 0
    assert told["sekom_database_up",] == 1


async def test_a_hosted_bot_has_none_without_a_token(tmp_path: Path) -> None:
    async with client(tmp_path, **HOSTED) as started:
        assert (await started.get("/metrics")).status == 404
        assert (await started.get("/metrics", headers={"Authorization": "Bearer None"})).status == 404


async def test_a_hosted_bot_tells_who_knows_the_token(tmp_path: Path) -> None:
    async with client(tmp_path, **HOSTED, SEKOM_METRICS_TOKEN=TOKEN) as started:
        for given in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}, {"Authorization": ""}):
            refused = await started.get("/metrics", headers=given)
            assert (refused.status, await refused.read()) == (401, b"")
            assert refused.headers["WWW-Authenticate"] == "Bearer"
        reader, writer = await asyncio.open_connection("127.0.0.1", started.port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\r\n\r\n")  # no client sends this
        assert await reader.readline() == b"HTTP/1.1 401 Unauthorized\r\n"
        writer.close()
        answer = await started.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status == 200
        assert TOKEN not in await answer.text()


async def test_the_outbox_is_told_by_state_and_route_and_how_late_it_is(database: Database, clock: Clock) -> None:
    async with desk(database, clock) as post:
        anna, bo = post.meet("Anna"), post.meet("Bo", chat=False)
        post.enqueue(note(anna, "ett"), note(anna, "två"), note(bo, "tre"))
        assert await post.courier.deliver() == 3
        post.enqueue(note(anna, "senare", not_before=clock.now + timedelta(hours=1)))
        post.enqueue(note(anna, "nu"))
        clock.forward(minutes=5)
        found = database.look(partial(figures.read, now=clock.now))
    told = read(metrics.written(found, AROUND))
    assert told["sekom_deliveries", "chat", "sent"] == 2
    assert told["sekom_deliveries", "", "waiting"] == 2
    assert sum(number for key, number in told.items() if key[0] == "sekom_deliveries") == 5
    assert told["sekom_oldest_waiting_seconds",] == 300
    (lease,) = [(key, seconds) for key, seconds in told.items() if key[0] == "sekom_lease_seconds"]
    assert lease[0][2] == "outbox"
    assert lease[1] == 15 - 300, "below zero: nobody sends"


def test_questions_are_told_by_outcome(app: App, chat: Chat) -> None:
    for text in ("Vad är en ekokommun?", "Vad är en ekokommun?", "Hur lagar man en cykelslang?"):
        chat.say(text)
    found = app.database.look(partial(figures.read, now=chat.clock.now))
    told = read(metrics.written(found, AROUND))
    assert told["sekom_questions", "answered"] == 2
    assert told["sekom_questions", "unknown"] == 1


def test_graph_is_told_by_call_and_status(database: Database) -> None:
    told = read(metrics.written(database.look(partial(figures.read, now=datetime.now(UTC))), AROUND))
    assert told["sekom_graph_answers", "sendMail", "202"] == 9
    assert told["sekom_graph_throttled",] == 3
    assert told["sekom_graph_missing", "Mail.Send"] == told["sekom_graph_missing", "mailbox"] == 1
    assert (told["sekom_bank_indexed_version",], told["sekom_bank_indexed_entries",]) == (7, 31)


def test_a_database_that_is_away_is_a_figure_too(tmp_path: Path) -> None:
    away = Database(f"sqlite:///{tmp_path}/none/bot.db")
    told = read(metrics.written(figures.now_or_none(away, datetime.now(UTC)), AROUND))
    away.close()
    assert told["sekom_database_up",] == 0
    assert told["sekom_graph_throttled",] == 3
    assert ("sekom_oldest_waiting_seconds",) not in told


def counted(database: Database) -> dict[tuple[str, ...], float]:
    return read(metrics.written(database.look(partial(figures.read, now=datetime.now(UTC))), AROUND))


async def test_turns_and_faults_are_counted(tmp_path: Path) -> None:
    async with client(tmp_path) as started:
        before = read(await (await started.get("/metrics")).read())
        body = activity("http://127.0.0.1:1/")  # the reply can't be sent there
        assert (await started.post("/api/messages", json=body)).status == 201
    database = Database(f"sqlite:///{tmp_path}/sekom.db")
    after = counted(database)
    database.close()
    turns, faults = ("sekom_turn_seconds_count", "message"), ("sekom_faults_total", "reply not sent")
    assert after[turns] == before.get(turns, 0) + 1
    assert after[faults] == before.get(faults, 0) + 1


async def test_a_fault_in_a_turn_is_counted(database: Database) -> None:
    def fail(_: object) -> None:
        raise KeyError

    key = "sekom_faults_total", "turn failed"
    before = counted(database).get(key, 0)
    async with running() as edge:
        edge.core.script = fail  # type: ignore[assignment]
        await edge.post(press(edge.service_url))
    assert counted(database)[key] == before + 1


def test_no_figure_points_to_a_person(app: App, chat: Chat) -> None:
    chat.say("Jag heter Anna Andersson, anna@tranemo.example. Vad är en ekokommun?")
    now = chat.clock.now
    body = metrics.written(app.database.look(partial(figures.read, now=now)), AROUND).decode().lower()
    assert not [word for word in ("anna", "tranemo", "29:", "a:anna", "ekokommun") if word in body]


def test_reading_figures_waits_for_no_writer(database: Database, clock: Clock) -> None:
    """A turn that is under way does not hold the figures up, nor they it."""
    with database.transaction() as session:
        leases.hold(session, "outbox", "a", clock.now, timedelta(seconds=15))
        started = time.perf_counter()
        assert database.look(partial(figures.read, now=clock.now)).leases == {}
        assert time.perf_counter() - started < 1
    assert database.look(lambda session: outbox.find(session, "none")) is None


@pytest.mark.parametrize("kind", ["message", "action"])
def test_counting_a_turn_costs_less_than_20_microseconds(kind: str) -> None:
    rounds = []
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(2000):
            metrics.turn(kind, 0.003)
        rounds.append((time.perf_counter() - started) / 2000 * 1e6)
    assert min(rounds) < 20
