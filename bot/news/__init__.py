"""Member news: what is current, how people want it, and messages that list several announcements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk import Tile
from bot.news import commands, digest_reminders, list_notices
from bot.news.digest_reminders import ahead
from bot.news.newcomer_reminders import ahead as ahead_of_newcomers
from bot.news.newcomer_reminders import run as tell_newcomers
from bot.routes import Routes
from bot.turn import App

routes = Routes(commands.routes)
START = (Tile("Nytt för dig", "news.show", {"page": 0}),)
STILL_WANTED = {"digest": list_notices.still_wanted, "newcomer": list_notices.still_wanted}


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transactions that send digests, and keep the lists that have gone right."""
    del app
    yield from digest_reminders.run(clock)
    yield from list_notices.run(clock)


__all__ = ["START", "STILL_WANTED", "ahead", "ahead_of_newcomers", "routes", "run", "tell_newcomers"]
