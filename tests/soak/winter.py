"""A winter after an election: 80 municipalities, 50 of which change their politician, and some people who are silent.

``python -m tests.soak.winter [municipalities] [changing]``. Who got what when is compared, whole, with rules that
are written by hand (:mod:`tests.support.winter_rules`). The bot ticks when anything should happen, a minute before,
after each change and once a day, each time twice, and is stopped twice for two days.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from time import monotonic

from bot.search.live_bank import LiveBank
from storage import municipalities
from storage.database import Database
from tests.conftest import _put_together, starting_content
from tests.soak.outbox import databases
from tests.support.chat import Clock
from tests.support.winter import BEGINS
from tests.support.winter_rules import Winter, difference, listed
from tests.support.winter_run import Run


def trial(url: str, places: int, changing: int) -> tuple[str, list[str]]:
    """Play the winter. Return what is worth telling, and what is wrong."""
    database = Database(url)
    try:
        database.play(starting_content)
        codes = sorted(place.code for place in database.play(municipalities.everyone))[:places]
        begun, plan = monotonic(), Winter(codes, changing)
        run = Run(plan, _put_together(database, LiveBank(database), {}), Clock(BEGINS))
        seen, expected = run.play(), plan.expected
        kinds = ", ".join(f"{what} {times}" for what, times in Counter(told.what for told in seen).most_common())
        line = (
            f"{places} municipalities, {changing} change, {len(plan.acts)} acts, {run.ticks} ticks, "
            f"{len(seen)} messages of {len(expected)} ({kinds}), "
            f"{len(run.listed())} on the kansli's list in {monotonic() - begun:.0f} s"
        )
        wrong = [*difference(expected, seen), *run.wrong]
        if run.listed() != listed(plan):
            wrong.append(f"on the list: {run.listed()}, expected {listed(plan)}")
        return line, wrong
    finally:
        database.close()


def main() -> int:
    """Play it on both databases. Return 0 if everything was as the rules say."""
    places = int(sys.argv[1]) if len(sys.argv) > 1 else 80
    changing = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    logging.disable(logging.ERROR)
    wrong = 0
    with databases() as urls:
        for name, url in urls.items():
            line, faults = trial(url, places, changing)
            print(f"{name}: {line}; {len(faults)} differences", *faults[:40], sep="\n  ", flush=True)
            wrong += len(faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
