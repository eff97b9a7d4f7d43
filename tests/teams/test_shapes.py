"""Messages in Teams' real shapes leave nothing of Teams' own, and nobody who is erased. The long run is a soak."""

import logging
from pathlib import Path

import pytest

from tests.soak.shapes import run


def test_nothing_of_teams_own_stays_and_nobody_who_is_erased(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    statuses, found = run(tmp_path, 150, seed=20261128)
    assert (dict(statuses), found) == ({201: 150}, [])
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
