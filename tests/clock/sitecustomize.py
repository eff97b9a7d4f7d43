"""Python runs this at the start of every process that has this folder in PYTHONPATH: the process begins at TEST_CLOCK.

``PYTHONPATH=tests/clock TEST_CLOCK=2028-02-29T12:00:00+01:00 make test`` runs the whole suite at that time.
"""

import os
from datetime import UTC, datetime, timedelta

import time_machine

_clock = os.environ.get("TEST_CLOCK", "")
if _clock:
    _now = datetime.now(UTC)
    if _clock[0] not in "+-":
        _clock = f"{(datetime.fromisoformat(_clock) - _now).total_seconds():+}"
        os.environ["TEST_CLOCK"] = _clock  # seconds: the programs that this one starts go on from its time
    time_machine.travel(_now + timedelta(seconds=float(_clock))).start()
