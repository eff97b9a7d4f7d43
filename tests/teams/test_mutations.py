"""Activities changed at random never become a 500, a traceback or a fault. The long run is ``tests.soak.edge``."""

import logging

import pytest

from tests.soak.edge import post_all
from tests.support.edge import running


async def test_no_mutated_activity_becomes_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    async with running(tokens=True) as edge:
        statuses = await post_all(edge, 300, seed=20261124)
    assert statuses.total() == 300
    assert statuses[201] > 50  # some get through; else the mutations only test the first check
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
