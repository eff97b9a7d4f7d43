"""The rules of an event's life: planned, published, changed, moved, cancelled, copied, repeated.

Nothing here tells anybody. The caller sends the cards and the calendar entry.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from bot.message import UserError
from bot.register.change import Change
from bot.schedule import plans, times
from bot.schedule.plans import EventPlan
from bot.schedule.times import Span
from bot.swedish import date_of
from storage import events, registrations
from storage.events import Event, EventState

LONGEST_REASON = 500
"""Characters."""
MOST_IN_SERIES = 30
"""More than two years of a monthly meeting, or half a year of a weekly one."""


class SeriesStep(StrEnum):
    """How often the events of a series come."""

    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    MONTH = "month"
    """On the same weekday of the month: always the first Thursday. A fifth one becomes the last."""


def create(change: Change, plan: EventPlan, audience: dict[str, Any] | None = None) -> Event:
    """Store a new draft. Raise :class:`UserError` for a plan that can't be."""
    plans.refuse(change, plan, None)
    return _add(change, plan, audience or {})


def save(change: Change, event: Event, plan: EventPlan) -> bool:
    """Save a draft's or an open event's content. Return whether an open event begins or ends at another time now.

    Raise :class:`UserError` for a plan that can't be.
    """
    before = EventPlan.of(event)
    if plan == before:
        return False
    plans.refuse(change, plan, event)
    plan.write(event)
    _touch(change, event)
    moved = event.state == EventState.OPEN and before.when != plan.when
    if moved:
        registrations.untell(change.session, event.id)
    if event.state == EventState.OPEN:
        change.record("Mötet flyttat" if moved else "Mötet ändrat", event.subject)
    return moved


def move(change: Change, event: Event, when: Span, register_by: date | None) -> bool:
    """Give an event another time. Return whether it is at another now."""
    return save(change, event, replace(EventPlan.of(event), when=when, register_by=register_by))


def invite(change: Change, event: Event, audience: dict[str, Any]) -> None:
    """Save which people are invited."""
    event.audience = audience
    _touch(change, event)


def publish(change: Change, event: Event) -> None:
    """Show a draft to the members. Raise :class:`UserError` if something is missing."""
    plan = EventPlan.of(event)
    if plan.when is not None:
        times.checked(plan.when, change.now)
        if plan.teams_meeting and plan.when.whole_days:
            raise UserError("Ett Teams-möte behöver klockslag. Tryck Ändra och fyll i när det börjar och slutar.")
    if event.register_by is not None and event.register_by < change.today:
        raise UserError("Sista dagen att anmäla sig har redan varit. Tryck Ändra och välj en senare.")
    event.state, event.published_at = EventState.OPEN, change.now
    _touch(change, event)
    change.record("Mötet publicerat", event.subject)


def cancel(change: Change, event: Event, reason: str) -> None:
    """Call an open event off. The registered people read the reason."""
    if event.ends_at is not None and event.ends_at <= change.now:
        raise UserError("Mötet har redan varit, så det kan inte ställas in.")
    event.state, event.reason, event.cancelled_at = EventState.CANCELLED, checked_reason(reason), change.now
    _touch(change, event)
    change.record("Mötet inställt", event.subject)


def discard(change: Change, event: Event) -> None:
    """Throw a draft away."""
    change.record("Utkast till möte kastat", event.subject)
    events.discard(change.session, event, change.now)


def copy(change: Change, event: Event) -> Event:
    """Store a draft like an earlier event, without a date."""
    return _add(change, replace(EventPlan.of(event), when=None, register_by=None), dict(event.audience))


def repeat(change: Change, event: Event, every: SeriesStep, times_: int) -> list[Event]:
    """Make a series of an event: drafts like it, ``times_`` events together. Return the new ones.

    All keep the clock times in Stockholm. Raise :class:`UserError` if one of them can't be.
    """
    plan = EventPlan.of(event)
    if plan.when is None:
        raise UserError("Sätt ett datum först. Serien räknas från det.")
    if event.series:
        raise UserError("Mötet hör redan till en serie. Kopiera det och gör en ny serie av kopian.")
    if not 2 <= times_ <= MOST_IN_SERIES:  # noqa: PLR2004 - one event is no series
        raise UserError(f"En serie har 2 till {MOST_IN_SERIES} tillfällen.")
    event.series = event.subject
    first = date_of(plan.when.starts)
    made = []
    for number in range(1, times_):
        days = (_next(first, every, number) - first).days
        due = plan.register_by + timedelta(days) if plan.register_by else None
        fresh = replace(plan, when=plan.when.moved(days), register_by=due)
        plans.refuse(change, fresh, None)
        made.append(_add(change, fresh, dict(event.audience)))
        made[-1].series = event.series
    _touch(change, event)
    return made


def finish(change: Change, event: Event, recording: str, material: str) -> None:
    """Save the addresses of the recording and the material; empty for none."""
    event.recording_url = plans.checked_link(recording, "Länken till inspelningen")
    event.material_url = plans.checked_link(material, "Länken till materialet")
    _touch(change, event)
    change.record("Inspelning och material ändrade", event.subject)


def checked_reason(text: str) -> str:
    """Return why an event is cancelled. Raise :class:`UserError` for none or a too long one."""
    if not text.strip():
        raise UserError("Skriv varför mötet ställs in. De anmälda läser det.")
    return plans.fitting(text.strip(), "Skälet", LONGEST_REASON)


def _next(first: date, every: SeriesStep, number: int) -> date:
    """Return the day of the event that comes ``number`` steps after the first."""
    if every is not SeriesStep.MONTH:
        return first + timedelta(number * (7 if every is SeriesStep.WEEK else 14))
    year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
    begins = date(year, month + 1, 1)
    same = begins + timedelta((first.weekday() - begins.weekday()) % 7 + (first.day - 1) // 7 * 7)
    return same if same.month == begins.month else same - timedelta(7)


def _add(change: Change, plan: EventPlan, audience: dict[str, Any]) -> Event:
    event = Event(
        state=EventState.DRAFT,
        audience=audience,
        version=1,
        card_version=0,
        changed_by_id=change.by,
        created_at=change.now,
        changed_at=change.now,
    )
    plan.write(event)
    change.session.add(event)
    change.session.flush()
    return event


def _touch(change: Change, event: Event) -> None:
    event.version += 1
    event.changed_at, event.changed_by_id = change.now, change.by
