"""A short storm from the outbox to Graph; ``python -m tests.soak.graph`` is the long one."""

from __future__ import annotations

import logging
from collections import Counter

import pytest

from storage.database import Database
from tests.soak.graph import storm, tempo
from tests.support.graph import office

FASTER = 200.0
COUNT = 40


async def test_in_a_storm_nothing_is_lost_and_what_came_twice_is_marked(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with office(tempo(FASTER)) as desk:
        seen = await storm(desk, database, COUNT, FASTER)

    assert len(seen.rows) == 2 * COUNT
    assert (seen.lost, seen.unmarked, seen.unknown, seen.violations) == ([], [], [], [])
    assert seen.most_at_once <= 4
    assert min(seen.answers[status] for status in (0, 429, 503)) > 0
    assert {row.state for row in seen.rows} <= {"sent", "uncertain"}
    assert Counter(row.route for row in seen.rows if row.state == "sent").keys() == {"mail", "feed"}
    assert seen.twice, "a storm in which nothing comes twice shows nothing"
    assert caplog.records == []
