"""Walks through the whole bot: says every command, presses every button of every card, and records what changes.

The database is restored after each press, so that every button is pressed while its card has just been shown.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from bot import conversation
from bot.message import Incoming, Json, Kind, Reply
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
    "seat": "officer",
    "role": "officer",
    "answer": "Vi renar med kolfilter.",
    "reason": "Det saknas ett årtal.",
}
"""The text to write in a form's empty fields."""

TABLES = tuple(Base.metadata.sorted_tables)
PERSON_KEYS = {table.name: {key.column.name for key in privacy.person_keys() if key.table is table} for table in TABLES}
Dump = dict[str, list[tuple[Any, ...]]]
"""Table → its rows."""


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
    return conversation.respond(
        chat.app, replace(_activity(chat), verb=button.verb, data=button.data), chat.clock.now
    ).reply


def say(chat: Chat, text: str) -> Reply:
    """Write as this person here."""
    return _respond(chat, replace(_activity(chat), kind=Kind.MESSAGE, text=text))


def _respond(chat: Chat, incoming: Incoming) -> Reply:
    return conversation.respond(chat.app, incoming, chat.clock.now).reply


def _activity(chat: Chat) -> Incoming:
    return replace(chat.message(""), kind=Kind.ACTION)


def _first_choice(part: Json) -> str:
    return str(part["choices"][0]["value"]) if part.get("choices") else ""


class Tables:
    """The database of a walk: copied, put back, and compared. SQLite only, where both take a few milliseconds."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def copy(self) -> sqlite3.Connection:
        """Everything, as it is now."""
        image = sqlite3.connect(":memory:")
        self._live(lambda live: live.backup(image))
        return image

    def put_back(self, image: sqlite3.Connection) -> None:
        """Make everything what it was."""
        self._live(image.backup)

    def _live(self, work: Callable[[sqlite3.Connection], None]) -> None:
        with closing(self.database.engine.raw_connection()) as connection:
            work(connection.driver_connection)  # type: ignore[arg-type]

    def dump(self) -> Dump:
        """Return every row of every table, as SQLite has it."""
        found: Dump = {}

        def read(live: sqlite3.Connection) -> None:
            for table in TABLES:
                names = ", ".join(column.name for column in table.columns)
                found[table.name] = live.execute(f'SELECT {names} FROM "{table.name}"').fetchall()  # noqa: S608 - our names

        self._live(read)
        return found


def changed(before: Dump, after: Dump) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield table, row before and row after for every difference. An empty row did not exist."""
    for table in TABLES:
        if before[table.name] != after[table.name]:
            old, new = _by_key(table, before[table.name]), _by_key(table, after[table.name])
            for key in {**old, **new}:
                if old.get(key) != new.get(key):
                    yield table.name, old.get(key, {}), new.get(key, {})


def _by_key(table: Any, rows: list[tuple[Any, ...]]) -> dict[tuple[str, ...], dict[str, Any]]:
    found = [dict(zip(table.columns.keys(), row, strict=True)) for row in rows]
    return {tuple(str(row[column.name]) for column in table.primary_key.columns): row for row in found}


def owned(table: str, row: Mapping[str, Any], person_id: int | None, chat_id: str) -> bool:
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

    ``attack`` is called with each button just before; whatever it does to the database is taken back. Buttons in
    ``spare`` are attacked and not pressed.
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
            here = tables.copy()
            attack(button)
            tables.put_back(here)
            if button.verb not in spare:
                queue += [found for card in cards(press(chat, button)) for found in buttons(card)]
    tables.put_back(home)
    return set(pressed)
