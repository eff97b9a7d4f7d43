"""What goes out before an event: the invitation, reminders to people who have not answered, and to people who come.

Everything follows from the event, its registrations and the time. So a late tick, or a second one, makes the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot import swedish
from bot.attendance import cards
from bot.delivery.ladder import Ladder, Reached, Rung, Unit
from bot.message import Json, UserError
from bot.register import audience
from bot.register.audience import Condition
from bot.schedule import seats, times
from bot.swedish import STOCKHOLM
from storage import deliveries, events, registrations
from storage.audiences import PersonIds
from storage.events import Event
from storage.outbox import Delivery
from storage.outgoing import AsMail, Outgoing, Reach, Repeat, ToPerson, number_of
from storage.registrations import RegistrationState

INVITE, UNANSWERED, COMING = seats.INVITE, "event_unanswered", "event_coming"
"""The first words of the subjects."""
TO_INVITED = Ladder((Rung(-14), Rung(-3)))
"""Before the last day to register (issue "Webinars and meetings")."""
TO_COMING = Ladder((Rung(-1, Unit.NEAR_DAYS), Rung(-1, Unit.HOURS)))
"""Before the start."""
DAY_BEFORE = Ladder((Rung(-1, Unit.NEAR_DAYS),))
"""The same for an event of whole days, which has no clock time to count an hour from."""
MORNING = timedelta(hours=9)
"""When an event of whole days is taken to begin on its first day."""
CLOSES = time(16)
"""When the last day to register counts as over for a reminder: people need the afternoon to answer."""
SETTLE = timedelta(days=3)
"""After the invitation, how long people have before the first reminder."""
MAIL_AFTER = timedelta(hours=24)
"""After how long an invitation that was not opened in Teams also goes by mail."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """What one rung says, to everybody alike."""

    subject: str
    card: Json
    mail: AsMail


def due(conditions: Mapping[str, Condition]) -> Callable[[Session, datetime], list[Outgoing]]:
    """Return the function that returns the messages due by now. ``conditions`` are those of all audiences."""

    def due_now(session: Session, now: datetime) -> list[Outgoing]:
        upcoming = events.upcoming(session, now)
        first = {event.series: event.id for event in reversed(upcoming) if event.series}
        rows: list[Outgoing] = []
        for event in upcoming:
            if event.starts_at is None or event.starts_at <= now:
                continue
            if first.get(event.series, event.id) == event.id:
                rows += _invitations(session, event, now, conditions)
                rows += _to_invited(session, event, now, conditions)
            rows += _to_coming(session, event, _begins(event), now)
        return rows

    return due_now


def still_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the event is still to come at the time that the message says, and the person stands as it did."""
    event = events.find(session, number_of(delivery.subject))
    if event is None or event.starts_at is None or delivery.person_id is None:
        return False
    what = delivery.subject.partition(":")[0]
    own = registrations.of_person(session, event.id, delivery.person_id)
    if what == COMING:
        same = f":{_begins(event).astimezone(UTC).strftime(TO_COMING.stamp)}:" in delivery.key
        return same and own is not None and own.state == RegistrationState.REGISTERED and not event.cancelled_at
    return own is None and not seats.closed(event, delivery.not_before)


def _invitations(
    session: Session, event: Event, now: datetime, conditions: Mapping[str, Condition]
) -> Iterator[Outgoing]:
    """Yield the invitation to everybody it concerns who has not had it. A series is invited to once."""
    ends = _closing(event)
    if seats.closed(event, now) or ends <= now:
        return
    subject, stem, of_series = f"{INVITE}:{event.id}", f"{INVITE}:{event.id}", [event]
    if event.series:
        stem, of_series = f"{INVITE}:series:{event.series}", list(events.of_series(session, event.series))
    opens = swedish.next_open(now)
    letter = _Letter(subject, *cards.invitation(event))
    told = deliveries.told([f"{INVITE}:{other.id}" for other in of_series], f"{stem}:")
    for person_id in _invited(session, event, now, conditions, told):
        yield Outgoing(
            f"{stem}:person:{person_id}",
            subject,
            ToPerson(person_id),
            card=letter.card,
            not_before=opens if opens < ends else now,
            expires_at=ends,
            repeat=Repeat.AGAIN,
            reach=Reach.ANNOUNCEMENT,
            mail=letter.mail,
            mail_after=MAIL_AFTER,
        )


def _to_invited(
    session: Session, event: Event, now: datetime, conditions: Mapping[str, Condition]
) -> Iterator[Outgoing]:
    """Remind people who have not answered. An invitation that has just gone needs no reminder."""
    ends = _closing(event)
    reached = TO_INVITED.due(ends, now)
    if reached is None or seats.closed(event, now) or event.published_at is None:
        return
    if reached.rung.moment(ends) <= event.published_at + SETTLE:
        return
    letter = _Letter(f"{UNANSWERED}:{event.id}", *cards.unanswered(event))
    told = deliveries.told([letter.subject], f"{letter.subject}:{reached.what}:")
    people = _invited(session, event, now, conditions, told)
    yield from (_reminder(letter, reached, person_id) for person_id in people)


def _to_coming(session: Session, event: Event, starts: datetime, now: datetime) -> Iterator[Outgoing]:
    """Remind people who are registered. A person who registered after the rung, or just heard of a change, knows."""
    ladder = DAY_BEFORE if _whole_days(event) else TO_COMING
    reached = ladder.due(starts, now)
    if reached is None:
        return
    moment = reached.rung.moment(starts)
    soon = reached.rung.unit is Unit.HOURS
    if not soon and event.changed_at > moment:
        return
    letter = _Letter(f"{COMING}:{event.id}", *cards.coming(session, event, soon=soon))
    told = deliveries.told([letter.subject], f"{letter.subject}:{reached.what}:")
    people = registrations.coming_since(session, event.id, moment, told)
    yield from (_reminder(letter, reached, person_id) for person_id in people)


def _reminder(letter: _Letter, reached: Reached, person_id: int) -> Outgoing:
    return Outgoing(
        reached.key(letter.subject, person_id),
        letter.subject,
        ToPerson(person_id),
        card=letter.card,
        not_before=reached.not_before,
        expires_at=reached.until,
        reach=Reach.REMINDER,
        mail=letter.mail,
    )


def _invited(
    session: Session, event: Event, now: datetime, conditions: Mapping[str, Condition], told: PersonIds
) -> list[int]:
    """Return the people whom the event concerns, who have not answered and are not in ``told``."""
    if not event.audience:
        return []
    try:
        chosen = audience.from_json(event.audience, conditions)
        return audience.person_ids(session, chosen, now, conditions, (registrations.answered(event.id), told))
    except UserError:  # a condition that is gone: the kansli's card of the event says so
        return []


def _closing(event: Event) -> datetime:
    """Return when it is too late to answer."""
    assert event.starts_at is not None  # noqa: S101 - the caller's condition
    if event.register_by is None:
        return event.starts_at
    return min(datetime.combine(event.register_by, CLOSES, STOCKHOLM).astimezone(UTC), event.starts_at)


def _begins(event: Event) -> datetime:
    """Return when people should be there, as far as anybody knows."""
    assert event.starts_at is not None  # noqa: S101 - the caller's condition
    return event.starts_at + MORNING if _whole_days(event) else event.starts_at


def _whole_days(event: Event) -> bool:
    when = times.span_of(event.starts_at, event.ends_at)
    return when is not None and when.whole_days
