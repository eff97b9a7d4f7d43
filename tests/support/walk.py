"""Walks through the whole bot: says every command, presses every button of every card, and records what changes.

The database is restored after each press, so that every button is pressed while its card has just been shown. Most
presses are only rehearsed: the turn is rolled back, which takes half the time of a turn that is put back row by row.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from bot import conversation
from bot.message import Incoming, Json, Kind, Reply, UserError
from bot.routes import Command
from bot.turn import Turn
from storage import people, privacy
from storage.database import Base, Database
from tests.support.chat import Chat, actions, walk

MOST = 2
"""Most buttons of one verb to press: lists have one for each of 311 municipalities."""
ARGUMENTS = {"namn": "Siri Sten", "kommun": "Sotenäs", "namn eller mejladress": "Siri Sten", "fråga": "Vad är pfas?"}
"""The argument of each command that takes one."""
INPUTS = {
    "name": "Siri Sten",
    "mail": "ny.person@sotenas.se",
    "right_name": "Siri Steen",
    "right_mail": "siri@sotenas.se",
    "phone": "0523-66 40 00",
    "right_phone": "0523-66 40 00",
    "seat": "officer",
    "role": "officer",
    "answer": "Vi renar med kolfilter.",
    "reason": "Det saknas ett årtal.",
}
"""The text to write in a form's empty fields."""

TABLES = tuple(Base.metadata.sorted_tables)
PERSON_KEYS = {table.name: {key.column.name for key in privacy.person_keys() if key.table is table} for table in TABLES}
KEYS = {table.name: tuple(column.name for column in table.primary_key.columns) for table in TABLES}
Row = Mapping[str, Any]
Change = tuple[str, Row, Row]


@dataclass(frozen=True)
class Button:
    """A button on a card that somebody was shown, with its form filled in."""

    title: str
    verb: str
    data: Json

    @property
    def key(self) -> str:
        return f"{self.verb} {json.dumps(self.data, sort_keys=True)}"


def buttons(card: Json) -> Iterator[Button]:
    """Yield the buttons of a card."""
    filled = {
        str(part["id"]): part.get("value") or _first_choice(part) or INPUTS.get(part["id"], "1")
        for part in walk(card)
        if str(part["type"]).startswith("Input.")
    }
    for action in actions(card):
        if action["type"] == "Action.Execute":
            yield Button(action["title"], action["verb"], {**filled, **action.get("data", {})})


def cards(reply: Reply) -> Iterator[Json]:
    """Yield the cards of a reply."""
    yield from (card for card in (reply.view, reply.state, *(one.card for one in reply.messages)) if card)


def sentence(command: Command[Turn], word: str = "") -> str:
    """Return a message that a command answers; ``word`` is another word for it."""
    word = word or command.word
    return f"{word} {ARGUMENTS.get(command.takes, 'Vatten')}" if command.takes else word


def press(chat: Chat, button: Button) -> Reply:
    """Press a button as this person here, without the rest of what a chat does."""
    return _respond(chat, _pressed(chat, button))


def say(chat: Chat, text: str) -> Reply:
    """Write as this person here."""
    return _respond(chat, replace(chat.message(""), text=text))


def _respond(chat: Chat, incoming: Incoming) -> Reply:
    return conversation.respond(chat.app, incoming, chat.clock.now).reply


def _pressed(chat: Chat, button: Button) -> Incoming:
    return replace(chat.message(""), kind=Kind.ACTION, verb=button.verb, data=button.data)


class _UndoneError(Exception):
    def __init__(self, reply: Reply, changes: list[Change]) -> None:
        self.reply, self.changes = reply, changes


def _first_choice(part: Json) -> str:
    return str(part["choices"][0]["value"]) if part.get("choices") else ""


class Tables:
    """The database of a walk: copied, put back, and compared. SQLite only, where both take a few milliseconds.

    Triggers note which tables are written to, so that only those are compared.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._live(_watch)

    def copy(self) -> sqlite3.Connection:
        """Everything, as it is now."""
        image = sqlite3.connect(":memory:")
        self._live(lambda live: live.backup(image))
        return image

    def rehearse(self, chat: Chat, button: Button, image: sqlite3.Connection) -> tuple[Reply, list[Change]]:
        """Press a button and take the turn back. Return the reply, and what differed from ``image`` (see `changed`)."""

        def work(session: Session) -> None:
            reply = conversation._answer(chat.app, session, _pressed(chat, button), chat.clock.now, None).reply
            session.flush()
            live = session.connection().connection.driver_connection
            raise _UndoneError(reply, list(_changed(image, live)))  # type: ignore[arg-type]

        try:
            self.database.play(work)
        except _UndoneError as done:
            return done.reply, done.changes
        except UserError as refusal:
            return Reply(notice=str(refusal)), []
        raise AssertionError("the turn was kept")

    def put_back(self, image: sqlite3.Connection) -> None:
        """Make everything what it was, row by row: a file that is replaced has every statement compiled again."""
        self._live(lambda live: _restore(image, live))

    def changed(self, image: sqlite3.Connection) -> list[Change]:
        """Return table, row before and row after for every difference from a copy. An empty row did not exist."""
        found: list[Change] = []
        self._live(lambda live: found.extend(_changed(image, live)))
        return found

    def _live(self, work: Callable[[sqlite3.Connection], None]) -> None:
        with closing(self.database.engine.raw_connection()) as connection:
            work(connection.driver_connection)  # type: ignore[arg-type]


def _watch(live: sqlite3.Connection) -> None:
    live.execute("BEGIN")
    live.execute("CREATE TABLE touched (name TEXT)")
    for table, event in itertools.product(TABLES, ("INSERT", "UPDATE", "DELETE")):
        note = f"INSERT INTO touched SELECT '{table}' WHERE '{table}' NOT IN (SELECT name FROM touched)"  # noqa: S608
        live.execute(f'CREATE TRIGGER "{table}_{event}" AFTER {event} ON "{table}" BEGIN {note}; END')
    live.execute("COMMIT")


def _changed(image: sqlite3.Connection, live: sqlite3.Connection) -> Iterator[Change]:
    touched = {name for (name,) in live.execute("SELECT name FROM touched")}
    for table in TABLES:
        if table.name in touched:
            old, new = _rows(image, table), _rows(live, table)
            for key in {**old, **new}:
                if old.get(key) != new.get(key):
                    yield table.name, _named(table, old.get(key)), _named(table, new.get(key))


def _restore(image: sqlite3.Connection, live: sqlite3.Connection) -> None:
    changes = list(_changed(image, live))
    live.execute("PRAGMA foreign_keys = OFF")  # each row is put back by itself
    live.execute("BEGIN")
    for name, _, new in changes:
        if new:
            where = " AND ".join(f"{key} = ?" for key in KEYS[name])
            live.execute(f'DELETE FROM "{name}" WHERE {where}', [new[key] for key in KEYS[name]])  # noqa: S608
    for name, old, _ in changes:
        if old:
            marks = ", ".join("?" * len(old))
            live.execute(f'INSERT INTO "{name}" ({", ".join(old)}) VALUES ({marks})', list(old.values()))  # noqa: S608
    live.execute("DELETE FROM touched")
    live.executemany("INSERT INTO touched VALUES (?)", image.execute("SELECT name FROM touched").fetchall())
    live.execute("COMMIT")
    live.execute("PRAGMA foreign_keys = ON")


def _rows(connection: sqlite3.Connection, table: Table) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Return every row of a table by its primary key, as SQLite has it."""
    places = [place for place, column in enumerate(table.columns) if column.primary_key]
    names = ", ".join(column.name for column in table.columns)
    rows = connection.execute(f'SELECT {names} FROM "{table.name}"')  # noqa: S608 - our names
    return {tuple(str(row[place]) for place in places): row for row in rows}


def _named(table: Table, row: tuple[Any, ...] | None) -> Row:
    return dict(zip(table.columns.keys(), row, strict=True)) if row else {}


def owned(table: str, row: Row, person_id: int | None, chat_id: str) -> bool:
    """Return whether a row is about this person."""
    if not row:
        return True
    if table == "people":
        return bool(row["id"] == person_id)
    return any(row[key] == person_id for key in PERSON_KEYS[table]) or row.get("conversation_id") == chat_id


def person_id(chat: Chat) -> int | None:
    """Return the id of the one who chats; None for somebody erased or never met."""
    found = chat.app.database.play(lambda session: people.find(session, chat.sender.teams_id))
    return found.id if found else None


def explore(chat: Chat, tables: Tables, attack: Callable[[Button], None], spare: frozenset[str]) -> set[str]:
    """Say everything this person may say, and press what they are shown, from card to card; the verbs met.

    ``attack`` is called with each button just before, and leaves the database as it was. Buttons in ``spare`` are
    attacked and not pressed.
    """
    home = tables.copy()
    pressed: Counter[str] = Counter()
    known: set[str] = set()
    kansli = person_id(chat) is not None and chat.sender.entra_id in chat.app.settings.kansli
    starts: list[Json] = [card for one in chat.shown if (card := one.card_for(chat.sender.teams_id))]
    texts = [sentence(one) for one in chat.app.routes if one.allowed(kansli=kansli, scope=chat.place.scope)]
    questions = ["Hur blir vår kommun medlem?", "Vilka nyckeltal finns det i nätverket", "xyzzy plugh"]
    begin: list[str | Json] = [*starts, *texts, *questions]
    for start in begin:
        tables.put_back(home)
        shown = list(cards(say(chat, start))) if isinstance(start, str) else [start]
        queue = [button for card in shown for button in buttons(card)]
        while queue:
            button = queue.pop(0)
            if button.key in known or pressed[button.verb] >= MOST:
                continue
            known.add(button.key)
            pressed[button.verb] += 1
            attack(button)
            if button.verb not in spare:
                queue += [found for card in cards(press(chat, button)) for found in buttons(card)]
    tables.put_back(home)
    return set(pressed)
