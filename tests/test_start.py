from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer

import app
from bot.doctor import doctor
from bot.doctor.case import Asked
from bot.memberlist import operator as members
from bot.search.live_bank import LiveBank
from bot.settings import Settings
from bot.upkeep import operator
from storage import content, groups, leases, migrate, process_lock
from storage.database import Database
from tests.support.dates import environment
from tests.support.network import free_port
from tests.support.paths import ROOT
from tests.support.settings import settings

pytestmark = pytest.mark.clock
HOSTED = {
    "MicrosoftAppId": "11111111-2222-3333-4444-555555555555",
    "MicrosoftAppPassword": "hemlig",
    "MicrosoftAppTenantId": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "SEKOM_CONTACT": "kansliet@sekom.example",
}


@asynccontextmanager
async def client(chosen: Settings) -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    async with app.build(chosen) as application, TestClient(TestServer(application)) as started:
        yield started


def entries(chosen: Settings) -> int:
    """How many entries would still be loaded: none where the content is there."""
    database = Database(chosen.database_url)
    try:
        return database.play(lambda session: content.load(session, app.utc_now()))
    finally:
        database.close()


async def test_a_laptop_starts_with_content_and_is_ready(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    for _ in range(2):  # the second start finds everything in place
        async with client(chosen) as started:
            assert (await started.get("/healthz")).status == 200
            ready = await started.get("/readyz")
            assert (ready.status, await ready.json()) == (200, {"ready": True, "search": "lexical"})
    assert entries(chosen) == 0


async def test_a_bot_on_sqlite_sends_at_once_after_one_that_was_killed(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    async with client(chosen):
        pass
    database, now = Database(chosen.database_url), app.utc_now()

    def holder() -> str:
        return database.play(lambda session: str(session.query(leases.Lease.holder).filter_by(name="outbox").scalar()))

    database.play(lambda session: leases.hold(session, "outbox", "killed", now, timedelta(seconds=25)))
    async with client(chosen), asyncio.timeout(15):
        while holder() in ("None", "killed"):  # noqa: ASYNC110 - another process's database tells nothing
            await asyncio.sleep(0.05)
    database.close()


async def test_a_hosted_bot_starts_empty_and_wants_tokens(tmp_path: Path) -> None:
    chosen = settings(tmp_path, **HOSTED)
    async with client(chosen) as started:
        refused = await started.post("/api/messages", json={"type": "message", "serviceUrl": "http://127.0.0.1:1"})
        assert refused.status == 401
        assert (await started.get("/readyz")).status == 200
        assert [operator.load_content(chosen, app.utc_now()) for _ in range(2)] == [0, 1], "beside the bot, and once"
    assert entries(chosen) == 0
    database = Database(chosen.database_url)
    assert {group.conversation_id for group in database.play(groups.everyone)} == {None}
    database.close()


@pytest.mark.costly
async def test_readyz_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(tmp_path)
    async with client(chosen) as started:
        monkeypatch.setattr(LiveBank, "built", False)
        database = Database(chosen.database_url)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
        database.close()
        ready = await started.get("/readyz")
        problems = (await ready.json())["problems"]
    assert ready.status == 503
    assert len(problems) == 2
    assert "migration 0000" in problems[0]
    assert problems[1] == "the index of the knowledge bank is not built"


@pytest.mark.costly
async def test_readyz_says_when_edits_are_no_longer_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_self: LiveBank) -> None:
        raise RuntimeError

    monkeypatch.setattr(LiveBank, "follow", fail)
    async with client(settings(tmp_path)) as started:
        ready = await started.get("/readyz")
        assert ready.status == 503
        assert "no longer follows edits" in (await ready.json())["problems"][0]
    assert "background work has ended" in caplog.messages


@pytest.mark.costly
async def test_readyz_does_not_wait_for_a_database_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "READY_WITHIN", 0.05)
    freed = asyncio.Event()
    async with client(settings(tmp_path)) as started:

        async def hang(_self: Database, _work: object) -> None:
            await freed.wait()

        with monkeypatch.context() as hanging:
            hanging.setattr(Database, "run", hang)
            ready = await started.get("/readyz")
            freed.set()
        assert ready.status == 503
        assert "has not answered" in (await ready.json())["problems"][0]


async def start_error(chosen: Settings) -> str:
    with pytest.raises(app.StartError) as caught:
        await app.serve(chosen, asyncio.Event())
    return str(caught.value)


async def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        message = await start_error(settings(tmp_path, PORT=str(port)))
    assert message.startswith(f"127.0.0.1 port {port} is taken by another program")


@pytest.mark.costly
async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    async with client(chosen):
        pass
    database = Database(chosen.database_url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    said = await start_error(chosen)
    assert "is of a newer version of the bot (9999)" in said
    assert said.endswith(f"migrate --to {migrate._head()}")


@pytest.mark.costly
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:hemligt@127.0.0.1:1/x", "can't be used: connection failed"),
        ("postgresql://u:hemligt@[::1/x", "can't be understood"),
        ("sqlite:////proc/none/x.db", "the folder for the database"),
        (
            "sqlite:///{folder}/folder",
            "unable to open database file: {folder}/folder. Whoever runs the bot must be allowed",
        ),
        ("sqlite:///{folder}/text", "file is not a database"),
    ],
)
async def test_an_unusable_database_is_said_plainly(tmp_path: Path, url: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("Detta är ingen databas.", "utf-8")
    message = await start_error(settings(tmp_path, DATABASE_URL=url.replace("{folder}", str(tmp_path))))
    assert said.replace("{folder}", str(tmp_path)) in message
    assert "DATABASE_URL" in message
    assert "hemligt" not in message


@pytest.mark.costly
async def test_a_second_bot_on_the_same_file_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/sekom.db"
    port = free_port()
    first = await start(tmp_path, PORT=str(port), DATABASE_URL=url)
    try:
        assert first.stderr
        async with asyncio.timeout(60):
            while b"listening" not in (line := await first.stderr.readline()):
                assert line, "the first bot ended"
        message = await start_error(settings(tmp_path, DATABASE_URL=url))
        assert f"another bot (process {first.pid}) uses {tmp_path}/sekom.db already" in message
        assert message.endswith("database and port: DATABASE_URL=sqlite:///var/second.db PORT=3979")
        beside = Settings.load({"DATABASE_URL": url})
        assert operator.back_up(beside, tmp_path / "copy.db") == 0
        assert members.export_members(url, tmp_path / "members.csv") == 0
        assert await doctor(beside, app.utc_now, Asked(None, None, frozenset())) in (0, 1)
        assert operator.migrate_to(beside, "0001", sure=True) == 1, "what the bot uses is not undone"
    finally:
        first.kill()
        await first.wait()
    async with client(settings(tmp_path, DATABASE_URL=url)) as started:
        assert (await started.get("/readyz")).status == 200


async def start(folder: Path, **environ: str) -> asyncio.subprocess.Process:
    """``python app.py`` in a folder of its own, so that a developer's ``.env`` is not read."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, ROOT / "app.py"),
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment(), **environ},
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.costly
async def test_wrong_settings_end_with_2_and_all_problems(tmp_path: Path) -> None:
    bot = await start(tmp_path, PORT="none", SEKOM_CONTACT="kansliet", MicrosoftAppPassword="hemligt")
    async with asyncio.timeout(30):
        _, said = await bot.communicate()
    assert bot.returncode == 2
    lines = said.decode().splitlines()
    assert lines[0] == "The settings are wrong:"
    assert sorted(line.partition(":")[0] for line in lines[1:]) == ["MicrosoftAppId", "PORT", "SEKOM_CONTACT"]
    assert b"hemligt" not in said
    assert b"Traceback" not in said


async def test_it_serves_and_stops_when_asked(tmp_path: Path) -> None:
    port = free_port()
    bot = await start(tmp_path, PORT=str(port))
    assert bot.stderr
    async for line in bot.stderr:
        if b'"listening"' in line:
            break
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as response:
        assert response.status == 200
    bot.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        _, rest = await bot.communicate()
    assert bot.returncode == 0
    assert b'"stopped"' in rest
    assert (tmp_path / "var" / "sekom.db").exists()


def test_the_lock_holds_versions_and_no_address() -> None:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    assert lines[0].startswith("#")
    assert [line for line in lines[1:] if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line)] == []
    assert "//" not in "".join(lines)


def test_a_link_to_the_same_file_does_not_let_a_second_bot_in(tmp_path: Path) -> None:
    file, link = tmp_path / "bot.db", tmp_path / "link.db"
    link.symlink_to(file)
    with (
        process_lock.hold(f"sqlite:///{file}"),
        pytest.raises(process_lock.LockError, match="another bot"),
        process_lock.hold(f"sqlite:///{link}"),
    ):
        pass
