"""The sending process killed ten times while fifty rows are under way; the long run is ``tests.soak.outbox``."""

from __future__ import annotations

from tests.soak import outbox as soak
from tests.soak import registrations


async def test_nothing_is_lost_and_twice_comes_only_what_is_marked(database_url: str) -> None:
    seen = soak.Seen()
    replicas = 1 if database_url.startswith("sqlite") else 3

    await soak.trial(database_url, replicas=replicas, kills=10, seed=1, seen=seen)

    assert seen.wrong == [], seen
    assert (seen.kills, seen.rows.total()) == (10, 50)
    assert seen.rows["sent"] >= 10, seen
    assert seen.appointments["sent"] >= 5, seen
    assert seen.struck, "no process was killed while it was sending"


async def test_a_webinar_stands_through_kills_as_planned(database_url: str) -> None:
    replicas = 1 if database_url.startswith("sqlite") else 3

    result = await registrations.trial(database_url, replicas=replicas, people=40, kills=8, seed=2)

    assert result.wrong == [], result
    assert (result.kills, result.moved) == (8, 2)
    assert result.forwarded, "nobody forwarded, so this shows nothing about it"
    assert result.mails["invited"] >= 30, result
    assert result.changes < result.joined, result
