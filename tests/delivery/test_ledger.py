"""Outcomes that are written together, and recipients that the limits forget."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from sqlalchemy.orm import Session

from bot.delivery.ledger import Ledger
from bot.delivery.pace import Limits
from storage import claims, outbox
from storage.database import Database
from storage.outbox import Delivery
from tests.conftest import NOON
from tests.support.chat import Clock
from tests.support.outbox import meet, note


async def test_an_outcome_that_cannot_be_written_holds_up_no_other(database: Database) -> None:
    def begin(session: Session) -> None:
        for name in "abc":
            outbox.enqueue(session, note(meet(session, "http://localhost/", name, NOON), key=name), NOON)

    database.play(begin)
    rows = database.play(lambda session: claims.claim(session, "h", NOON, 3))
    ledger, times = Ledger(database, 0.01), [NOON, NOON.replace(tzinfo=None), NOON]  # a time without a zone is refused
    writes = [
        asyncio.create_task(ledger.settle(row, {"state": "sent", "settled_at": time}))
        for row, time in zip(rows, times, strict=True)
    ]
    async with asyncio.timeout(30):
        await asyncio.gather(writes[0], writes[2])
    assert not writes[1].done()
    writes[1].cancel()
    with suppress(asyncio.CancelledError):
        await writes[1]

    found = database.play(lambda session: session.query(Delivery.state).order_by(Delivery.id).all())
    assert [state for (state,) in found] == ["sent", "sending", "sent"]


def test_the_limits_forget_the_recipients_of_an_announcement_and_keep_every_limit() -> None:
    limits, clock = Limits(50), Clock(NOON)
    for number in range(20_000):
        limits.note(f"a:{number}", clock.now)
        clock.forward(seconds=0.02)
    assert len(limits._sent) < 3_000

    sent: list[float] = []
    for number in range(4_000):  # bursts with a silence after each, while others are forgotten
        limits.note(f"b:{number}", clock.now)
        for _ in range(16 if number % 31 == 0 else 0):
            if limits.wait("busy", clock.now) == 0:
                limits.note("busy", clock.now)
                sent.append((clock.now - NOON).total_seconds())
                clock.forward(seconds=0.2)
        clock.forward(seconds=1)
    assert all(later - earlier >= 3600 - 1 for earlier, later in zip(sent, sent[1800:], strict=False))
    assert len(sent) > 1_800
