"""The operator's command about what is going to be sent. It prints no personal data: numbers, kinds and times."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from bot.forecast import sendings
from bot.forecast.sendings import Sending
from bot.swedish import STOCKHOLM
from bot.terminal import refused, said
from bot.turn import App
from storage import migrate

FARTHEST = timedelta(days=92)
"""How far ahead it looks. Later than that, what people do decides more than what is known."""
HOUR = timedelta(hours=1)


def due(app: App, now: datetime, at: str | None, days: int | None) -> int:
    """Print what goes in the hour from ``at``, or in ``days`` days from there; without ``at`` from now.

    ``at`` is Stockholm time, as ``2026-12-02T09:00``.
    """
    start = _moment(at, now)
    if isinstance(start, str):
        return refused(start)
    length = timedelta(days=days) if days is not None else HOUR if at else timedelta(days=14)
    if not timedelta() < length <= FARTHEST or start + length > now + FARTHEST:
        return refused(f"Choose a time within {FARTHEST.days} days from now, and at least one day.")
    if problems := migrate.problems(app.database):
        return refused(f"{problems[0]}. Start the bot once, so that it is brought up to date.")
    found = app.database.look(lambda session: sendings.between(app, session, now, start + length))
    return _told([sending for sending in found if sending.at >= start], start, start + length)


def _moment(at: str | None, now: datetime) -> datetime | str:
    """Return the time, or why it is refused."""
    if at is None:
        return now
    try:
        local = datetime.fromisoformat(at)
    except ValueError:
        return "Write the time as 2026-12-02T09:00 (Stockholm time)."
    moment = (local if local.tzinfo else local.replace(tzinfo=STOCKHOLM)).astimezone(UTC)
    if local.tzinfo is None and moment.astimezone(STOCKHOLM).replace(tzinfo=None) != local:
        return f"There is no {local:%H:%M} in Stockholm that day: the clock goes forward."
    return moment if moment >= now else "That time has passed."


def _told(found: list[Sending], start: datetime, end: datetime) -> int:
    first, last = (f"{each.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" for each in (start, end))
    rows = Counter((each.at.astimezone(STOCKHOLM), each.subject, each.way, each.reason) for each in found)
    for (at, subject, way, reason), number in rows.items():
        said(f"{at:%Y-%m-%d %H:%M}  {number:>6}  {way:<8}  {reason:<8}  {subject}")
    return said(f"{len(found)} messages from {first} to {last}, if nobody does anything.")
