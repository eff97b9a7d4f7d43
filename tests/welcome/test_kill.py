"""New members at once, processes killed, Teams throttling; the long run is ``tests.soak.newcomers``."""

from __future__ import annotations

import random

from tests.soak.newcomers import Trial


async def test_killed_and_throttled_everybody_is_welcomed_once_and_the_team_told_once(database_url: str) -> None:
    replicas = 1 if database_url.startswith("sqlite") else 3
    trial = Trial(database_url, people=60, kills=2, replicas=replicas, chance=random.Random(7))

    seen = await trial.run()

    assert trial.wrong == [], seen
    assert trial.killed == 2
