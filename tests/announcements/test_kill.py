"""Sending killed and changed at random moments; the long runs are ``tests.soak.announcements`` and ``changes``."""

from __future__ import annotations

from tests.soak import changes


async def test_changed_by_two_people_at_once_and_killed_no_wrong_card_is_left(database_url: str) -> None:
    seen = changes.Seen()
    replicas = 1 if database_url.startswith("sqlite") else 3

    await changes.trial(database_url, people=60, presses=4, kills=2, replicas=replicas, seed=3, seen=seen)

    assert seen.wrong == [], seen
    assert seen.kills == 2
    assert seen.presses["announcements.send_correction"], seen
    assert seen.presses["refused"], "two presses at once were never refused"
    assert seen.cards["right"], seen
