"""The facts that decide what is shown and sent about events, for many events at once.

The clock asks each minute whether anything is to be done, and most minutes nothing is. So this takes a statement for
each table, and not one for each event.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import JSON, Select, case, func, select
from sqlalchemy.orm import Session

from storage import events
from storage.calendar_entries import CalendarEntry
from storage.chunks import in_chunks
from storage.database import table_of
from storage.events import Event
from storage.invitations import Invitation
from storage.outbox import Delivery, State
from storage.people import Person
from storage.registrations import Registration

_Rows: TypeAlias = Select[*tuple[Any, ...]]


class EventFacts(NamedTuple):
    """Equal for two moments only if nothing that is known of the event has changed between them."""

    themes: tuple[str, ...]
    rows: frozenset[tuple[Any, ...]]


def of_living(session: Session, now: datetime, causes: Collection[str]) -> dict[int, EventFacts]:
    """Return the facts of each event that members see and that is not over, by its number.

    ``causes`` are the subjects of its deliveries without its number. Times that have passed by ``now`` count as facts.
    """
    numbers = {number: number for number in events.living(session, now)}
    themes = events.themes(session, numbers)
    entries = {f"event:{number}": number for number in numbers}
    subjects = {f"{cause}:{number}": number for number in numbers for cause in causes}
    found: dict[int, list[Any]] = {number: [] for number in numbers}
    for query, keys in (
        (_of_events(now), numbers),
        (_of_registrations(now), numbers),
        (_of_entries(), entries),
        (_of_invitations(), entries),
        (_of_deliveries(), subjects),
    ):
        [key_column] = query.selected_columns[:1]
        for part in in_chunks(list(keys)):
            for key, *facts in session.execute(query.where(key_column.in_(part))):
                found[keys[key]].append((key, *facts))
    return {number: EventFacts(themes[number], frozenset(rows)) for number, rows in found.items()}


def _of_events(now: datetime) -> _Rows:
    shown = [column for column in table_of(Event).columns if not isinstance(column.type, JSON)]
    return select(Event.id, *shown, Event.starts_at <= now, Event.ends_at <= now)


def _of_registrations(now: datetime) -> _Rows:
    """One row for each state, because a change of state within the same moment changes two of them."""
    over = case((Registration.offered_until <= now, 1))
    columns = func.count(), func.sum(Registration.person_id), func.max(Registration.since), func.count(over)
    told = func.max(Registration.told_start), func.count(Registration.told_start)
    files = func.sum(case((Registration.by_mail, Registration.person_id)))
    people = func.count(Person.left_at), func.count(func.nullif(Person.mail, ""))
    rows = select(Registration.event_id, Registration.state, *columns, *told, files, *people).join(Person)
    return rows.group_by(Registration.event_id, Registration.state)


def _of_entries() -> _Rows:
    return select(CalendarEntry.event_key, CalendarEntry.sequence, CalendarEntry.join_url, CalendarEntry.called_off)


def _of_invitations() -> _Rows:
    people = func.count(Invitation.person_id), func.sum(Invitation.person_id)
    return select(Invitation.event_key, *people).group_by(Invitation.event_key)


def _of_deliveries() -> _Rows:
    """The deliveries by subject: new ones, cancelled ones, and ones whose text is forgotten."""
    cancelled = func.count(case((Delivery.state == State.CANCELLED, 1)))
    columns = func.count(), func.max(Delivery.id), func.count(Delivery.content_hash), cancelled
    return select(Delivery.subject, *columns).group_by(Delivery.subject)
