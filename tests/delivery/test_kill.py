"""The sending process killed ten times while fifty rows are under way; the long run is ``tests.soak.outbox``."""

from __future__ import annotations

from tests.soak import outbox as soak


async def test_nothing_is_lost_and_twice_comes_only_what_is_marked(database_url: str) -> None:
    seen = soak.Seen()
    replicas = 1 if database_url.startswith("sqlite") else 3

    await soak.trial(database_url, replicas=replicas, kills=10, seed=1, seen=seen)

    assert seen.wrong == [], seen
    assert (seen.kills, seen.rows.total()) == (10, 50)
    assert seen.rows["sent"] >= 10, seen
    assert seen.appointments["sent"] >= 5, seen
    assert seen.struck, "no process was killed while it was sending"
