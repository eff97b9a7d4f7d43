"""A short storm; ``python -m tests.soak.graph`` is the long one."""

from __future__ import annotations

import pytest

from tests.graph_support import office
from tests.soak.graph import storm, tempo

FASTER = 500.0


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_in_a_storm_nothing_is_lost_and_what_came_twice_is_marked(seed: int) -> None:
    async with office(tempo(FASTER)) as desk:
        seen = await storm(desk, 40, FASTER, seed)

    assert seen.lost == []
    assert seen.unmarked == []
    assert seen.violations == []
    assert seen.most_at_once <= 4
    assert seen.answers[429] > 0
    assert {row.state for row in seen.rows} <= {"sent", "uncertain"}
    assert seen.twice, "a storm in which nothing comes twice shows nothing"
