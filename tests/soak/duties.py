"""A year of reminders in 80 municipalities of differing completeness, compared whole with a naive oracle.

``python -m tests.soak.duties``. Months of it with 14 municipalities are in ``tests/duties/test_year.py``.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import content, migrate, municipalities
from storage.database import Database
from tests.conftest import make_app
from tests.support.duty_year import oracle, play, scenario

MEMBERS = 80
DUE = {
    "Gröna nyckeltal": date(2026, 3, 31),
    "Årsmötet": date(2026, 6, 15),
    "Enkäten": date(2026, 8, 25),
    "Hållbarhetsprogrammet": date(2026, 11, 30),
}
OUTAGE = date(2026, 3, 26)
"""Ten days without the bot, across the rungs of three days before, and one day after the first date."""


def main() -> int:
    """Play the year. Return 0 if the bot sent exactly what the oracle says."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bot.db'}")
        migrate.upgrade(database)
        database.play(content.load_municipalities)
        codes = [place.code for place in database.play(municipalities.everyone)][:MEMBERS]
        year = scenario(codes, DUE, date(2026, 1, 1), date(2026, 12, 31), OUTAGE)
        sent, calls = play(make_app(database), year)
        database.close()
    wanted, wanted_calls = oracle(year)
    print(f"{len(sent)} reminders, {len(wanted)} expected; {sum(map(len, calls.values()))} lines of call lists")
    for extra, name in ((set(sent) - set(wanted), "too much"), (set(wanted) - set(sent), "missing")):
        for row in sorted(extra)[:20]:
            print(name, row)
    return int(sent != wanted or calls != wanted_calls)


if __name__ == "__main__":
    sys.exit(main())
