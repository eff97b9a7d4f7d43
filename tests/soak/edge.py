"""Activities changed at random, posted to the real bot through the real endpoint: nothing may become a 500.

``python -m tests.soak.edge [how many] [seed]``; 10,000 take about a minute. ``test_edge_mutations`` runs 300.
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.conversation import ROUTES
from bot.features import AUDIENCES
from bot.search.live_bank import LiveBank
from bot.settings import Settings
from bot.teams.core import Conversations
from bot.turn import App
from dialogs import DIALOGS
from storage import content, migrate
from storage.database import Database
from tests.support.edge import ANNA, BOT, TEAMS_URL, Edge, activity, in_channel, press, running

EXPECTED = frozenset({200, 201, 400, 401, 403, 413, 501})
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    2**63,
    10**40,
    1e308,
    "",
    "\u0000",
    "\ud800",
    "\udfff\ud800",
    "😀" * 40,
    "å" * 5_000,
    "<at>Bot</at>",
    "&#xD800;&#0;&nbsp;",
    "%00%2e%2e%2f",
    "message",
    "invoke",
    "29:x;messageid=;messageid=",
    "adaptiveCard/action",
    [],
    {},
    [None],
    [[]],
    {"": ""},
    {"id": {}},
    {"verb": "help"},
    {"verb": ["help"]},
    {"action": {"verb": "faq.ask", "data": {"entry": 10**40}}},
    {"action": {"verb": "\ud83d", "data": {"\u0000": "\ud83d"}}},
]


def bodies(count: int, seed: int) -> Iterator[bytes]:
    """Changed activities as they go over the wire; the same for the same ``seed``."""
    dice = random.Random(seed)
    where = {name: in_channel(TEAMS_URL)[name] for name in ("conversation", "channelData")}
    good = [
        activity(TEAMS_URL),
        in_channel(TEAMS_URL),
        press(TEAMS_URL, data={"entry": 1, "note": "hej"}),
        activity(TEAMS_URL, text=None, value={"verb": "faq.more", "entry": 1}, replyToId="sent-1"),
        activity(TEAMS_URL, type="installationUpdate", action="add"),
        activity(TEAMS_URL, type="conversationUpdate", membersAdded=[BOT, ANNA], **where),
        activity(TEAMS_URL, type="messageReaction", reactionsAdded=[{"type": "like"}]),
        activity(TEAMS_URL, type="event", name="application/vnd.microsoft.meetingStart", value={"x": [1]}),
    ]
    for number in range(count):
        body = copy.deepcopy(dice.choice(good))
        body["id"] = f"mutated-{number}"
        for _ in range(dice.choice((1, 1, 1, 2, 4))):
            _change(dice, body)
        raw = json.dumps(body).encode()
        yield _damage(dice, raw) if dice.random() < 0.1 else raw


def _change(dice: random.Random, body: dict[str, Any]) -> None:
    """Replace, remove, double or add one thing somewhere in ``body``."""
    holders = list(_holders(body))
    holder = dice.choice(holders)
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    junk = copy.deepcopy(dice.choice(JUNK))
    if not keys or dice.random() < 0.1:
        if isinstance(holder, dict):
            holder[dice.choice(("id", "type", "text", "value", "tenant", "mentioned", "unheardOf", "\ud800"))] = junk
        else:
            holder.append(junk)
        return
    key = dice.choice(keys)
    what = dice.random()
    if what < 0.7:
        holder[key] = junk
    elif what < 0.85:
        del holder[key]
    elif what < 0.95:
        holder[key] = [holder[key], holder[key]]
    else:
        holder[key] = {str(key): holder[key]}


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner)


def _damage(dice: random.Random, raw: bytes) -> bytes:
    at = dice.randrange(len(raw))
    some = bytes(dice.randrange(256) for _ in range(dice.randrange(4)))
    return raw[:at] + some + raw[at + dice.randrange(8) :]


async def post_all(edge: Edge, count: int, seed: int) -> Counter[int]:
    """Post ``count`` bodies; how often each status came. Fails on one that is not expected."""
    assert edge.provider is not None
    statuses: Counter[int] = Counter()
    token = edge.provider.token(TEAMS_URL)
    for body in bodies(count, seed):
        answered = await edge.post(body, token=token)
        assert answered.status in EXPECTED, (answered.status, body)
        statuses[answered.status] += 1
    return statuses


class Faults(logging.Handler):
    """Keeps what is logged as an error: a stranger must not be able to cause a fault either."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


async def soak(count: int, seed: int) -> int:
    """Run against the whole bot on SQLite. The number of faults."""
    faults = Faults()
    logging.getLogger().addHandler(faults)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bot.db'}")
        migrate.upgrade(database)
        now = datetime.now(UTC)
        database.play(lambda session: content.load(session, now))
        bank = LiveBank(database)
        await bank.catch_up()
        app = App(
            settings=Settings.load({}),
            database=database,
            routes=ROUTES,
            dialogs=DIALOGS,
            bank=bank,
            conditions=AUDIENCES,
        )
        async with running(Conversations(app, lambda: datetime.now(UTC)), tokens=True) as edge:
            statuses = await post_all(edge, count, seed)
        database.close()
    counted = ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items()))
    print(f"{count} mutated activities, seed {seed}: {counted}; faults: {len(faults.records)}")
    for record in faults.records[:3]:
        print(logging.Formatter().format(record))
    return len(faults.records)


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(1 if asyncio.run(soak(*(arguments + [10_000, 1][len(arguments) :]))) else 0)
