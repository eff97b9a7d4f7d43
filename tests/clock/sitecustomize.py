"""Python runs this at the start of every process that has this folder in PYTHONPATH: the process begins at TEST_CLOCK.

``PYTHONPATH=tests/clock TEST_CLOCK=2028-02-29T12:00:00+01:00 make test`` runs the whole suite at that time.
"""

import os
from datetime import datetime

import time_machine

if os.environ.get("TEST_CLOCK"):
    time_machine.travel(datetime.fromisoformat(os.environ["TEST_CLOCK"])).start()
