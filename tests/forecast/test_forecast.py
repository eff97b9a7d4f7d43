"""What the bot is going to send: as it then sends it, by day and cause, stopped and undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.forecast import causes, sendings
from storage import credentials
from storage.outbox import Delivery, State
from storage.outgoing import Operation
from tests.support.chat import Chat, Clock
from tests.support.people import know
from tests.support.questions import VATTEN, ask, bind

