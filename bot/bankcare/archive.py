"""Archives the entries that nobody has used or reviewed for long. The kansli sees which, and can take each back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot import swedish
from bot.bankcare import changes
from bot.register.change import Change
from bot.swedish import date_of
from bot.turn import App
from storage import faq, faq_care, faq_history
from storage.faq import Entry

MOST = 10
"""Entries that are archived on one day. A wrong clock then does no more than the kansli takes back in a minute."""
LISTED = timedelta(days=60)
"""How long the kansli's list shows what was archived. The history keeps the way back for longer."""


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transaction that archives what is due today, for ``bot.jobs``. Do nothing where the setting is 0."""
    now, months = clock(), app.settings.archive_months
    if months and swedish.is_open(now):
        yield lambda session: expire(session, now, months)


def expire(session: Session, now: datetime, months: int) -> int:
    """Archive at most :data:`MOST` entries a day. Return how many were archived now."""
    change = Change(session, None, now)
    before = months_before(change.today, months)
    since = datetime.combine(before, datetime.min.time(), swedish.STOCKHOLM)
    if not faq_care.asked_before(session, since) or _today(session, now):
        return 0
    used = faq_care.used(session, since)
    due = [entry.id for entry in faq_care.published(session) if is_due(entry, before) and entry.id not in used]
    done = 0
    for number in sorted(due[:MOST]):
        entry = faq.lock(session, number)
        if entry is not None and is_due(entry, before):
            changes.expire(change, entry)
            done += 1
    return done


def is_due(entry: Entry, before: date) -> bool:
    """Return whether nobody has reviewed or changed a published entry since the day ``before``."""
    return entry.published and entry.reviewed_on < before and date_of(entry.changed_at) < before


def months_before(day: date, months: int) -> date:
    """Return the same day so many months before, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _today(session: Session, now: datetime) -> bool:
    """Return whether something was archived today already."""
    midnight = datetime.combine(date_of(now), datetime.min.time(), swedish.STOCKHOLM)
    return faq_history.any_expired(session, midnight)
