"""10,000 hostile texts through the whole turn: what the slowest one costs (``python -m tests.soak.texts``)."""

from __future__ import annotations

import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from bot import conversation
from bot.conversation import ROUTES
from bot.message import Incoming, Kind, Place, Scope, Sender
from bot.search.live_bank import LiveBank
from bot.settings import Settings
from bot.turn import App
from dialogs import DIALOGS
from storage import content, migrate
from storage.database import Database

TEXTS = 10_000
SIZES = (1, 10, 100, 999, 1_000, 1_001, 10_000, 28_000, 100_000)
"""Characters: around the limit of a question, Teams' own limit, and the edge's."""
PIECES = (
    *(
        "a ",
        "a",
        " ",
        "\n",
        "hjälp ",
        "visa kommun ",
        "fråga kollegor ",
        "importera medlemmar ",
        "å",
        "e\u0301",
        "\u00ad",
    ),
    *(
        "\u200b",
        "\u202e",
        "<at>",
        "</at>",
        "&amp;",
        "&#38;",
        "**",
        "[x](y)",
        "?",
        "och ",
        "i Lund ",
        "Ale ",
        "1",
        "a.b@c.se ",
    ),
    *("Vad gäller för PFAS? ", ";", '"', "\t", "'", "{{", "}}", "😀", "İ", "ß", "…", "/"),
)
KANSLI = "00000000-0000-0000-0000-0000000000aa"
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def text(chance: random.Random) -> str:
    """One hostile text: a few pieces, repeated up to a size."""
    size = chance.choice(SIZES)
    pieces = chance.choices(PIECES, k=chance.randint(1, 4))
    unit = "".join(pieces)
    return (chance.choice(PIECES) + unit * (size // max(1, len(unit)) + 1))[:size]


def main(texts: int = TEXTS, seed: int = 1) -> int:
    """Print the slowest turns. 1 where one took longer than 250 ms of CPU."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bot.db'}")
        migrate.upgrade(database)
        database.play(content.load_municipalities)
        database.play(lambda session: content.load_groups(session, NOW))
        database.play(lambda session: content.load(session, NOW))
        bank = LiveBank(database)
        bank.rebuild()
        app = App(
            settings=Settings.load({"SEKOM_KANSLI": KANSLI}),
            database=database,
            routes=ROUTES,
            dialogs=DIALOGS,
            bank=bank,
        )
        costs = []
        for number in range(texts):
            scope = chance.choice((Scope.PERSONAL, Scope.CHANNEL))
            place = Place(f"{scope}:{number % 50}", scope, "https://smba.trafficmanager.net/emea/")
            sender = Sender(f"29:{number % 50}", KANSLI if number % 50 == 0 else None, "Anna Ek")
            written = text(chance)
            began = process_time()
            conversation.respond(app, Incoming(str(number), Kind.MESSAGE, sender, place, text=written), NOW)
            costs.append((process_time() - began, len(written), written[:40]))
        database.close()
    costs.sort(reverse=True)
    print(f"{texts} texts, seed {seed}: median {costs[len(costs) // 2][0] * 1000:.1f} ms")
    for seconds, length, begin in costs[:5]:
        print(f"  {seconds * 1000:7.1f} ms  {length:6} characters  {begin!r}")
    return int(costs[0][0] > 0.25)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
