"""The dates at which a test runs that reaches ``app.py`` or an operator command, because those read the clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import tests

_TESTS = Path(tests.__file__).parent
_STOCKHOLM = ZoneInfo("Europe/Stockholm")

DATES = {
    "today": None,
    "leap-day": datetime(2028, 2, 29, 12, tzinfo=_STOCKHOLM),
    "new-year": datetime(2030, 12, 31, 23, 59, 50, tzinfo=_STOCKHOLM),
}
"""Where the clock stands at the start of a test with the mark ``clock``. It goes on from there."""


def environment() -> dict[str, str]:
    """Return the variables with which a program that a test starts finds the bot, and begins at the test's time."""
    path = os.pathsep.join([str(_TESTS / "clock"), str(_TESTS.parent)])
    return {"PYTHONPATH": path, "TEST_CLOCK": datetime.now(UTC).isoformat()}
