"""What goes out before an event: the invitation, reminders to people who have not answered, and to people who come.

Everything follows from the event, its registrations and the time. So a late tick, or a second one, makes the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import orjson
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
from storage.copies import Copies
from storage.database import SEEN
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
MORNING = time(9)
"""When an event of whole days is taken to begin on its first day."""
CLOSES = time(16)
"""When the last day to register counts as over for a reminder: people need the afternoon to answer."""
SETTLE = timedelta(days=3)
"""After the invitation, how long people have before the first reminder."""
MAIL_AFTER = timedelta(hours=24)
"""After how long an invitation that was not opened in Teams also goes by mail."""


class _Everybody:
    """The people whom events concern, at one tick.

    A minute in which nobody is new must not cost events times people. So an audience is read once for all its events,
    and an event at which nobody was left is not looked at again until the event or the audience is another.
    """

    def __init__(self, session: Session, now: datetime, conditions: Mapping[str, Condition]) -> None:
        self._session, self._now, self._conditions = session, now, conditions
        self._people: dict[bytes, int] = {}
        self._seen: dict[Any, Any] = session.info.get(SEEN, {})

    def without(self, event: Event, key: str, told: Callable[[], PersonIds]) -> list[int]:
        """Return the people whom the event concerns, who have not answered and are not ``told`` with this key."""
        try:
            now_ = event.version, event.audience and self._fingerprint(event)
            if not event.audience or self._seen.get(key) == now_:
                return []
            chosen = audience.from_json(event.audience, self._conditions)
            without = registrations.answered(event.id), told()
            found = audience.person_ids(self._session, chosen, self._now, self._conditions, without)
        except UserError:  # a condition that is gone: the kansli's card of the event says so
            return []
        if not found:
            self._seen[key] = now_
        return found

    def _fingerprint(self, event: Event) -> int:
        """Return what is another number when the event's audience has other people."""
        written = orjson.dumps(event.audience, option=orjson.OPT_SORT_KEYS)
        if written not in self._people:
            chosen = audience.from_json(event.audience, self._conditions)
            self._people[written] = hash(tuple(audience.person_ids(self._session, chosen, self._now, self._conditions)))
        return self._people[written]


def due(conditions: Mapping[str, Condition]) -> Callable[[Session, datetime], Iterator[Copies]]:
    """Return the function that returns the messages due by now. ``conditions`` are the features' own."""
    known = {**audience.CONDITIONS, **conditions}

    def due_now(session: Session, now: datetime) -> Iterator[Copies]:
        upcoming = events.upcoming(session, now)
        first = {event.series: event.id for event in reversed(upcoming) if event.series}
        everybody = _Everybody(session, now, known)
        for event in upcoming:
            if event.starts_at is None or event.starts_at <= now:
                continue
            if first.get(event.series, event.id) == event.id:
                yield from _invitations(session, event, now, everybody)
                yield from _to_invited(session, event, now, everybody)
            yield from _to_coming(session, event, _begins(event), now)

    return due_now


def still_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the event is still to come at the time that the message says, and the person stands as it did."""
    event = events.find(session, number_of(delivery.subject))
    if event is None or event.starts_at is None or delivery.person_id is None:
        return False
    if f":{_stamp(event)}:" not in delivery.key:
        return False
    own = registrations.of_person(session, event.id, delivery.person_id)
    if delivery.subject.startswith(COMING):
        return own is not None and own.state == RegistrationState.REGISTERED and not event.cancelled_at
    return own is None and not seats.closed(event, delivery.not_before)


def _invitations(session: Session, event: Event, now: datetime, everybody: _Everybody) -> Iterator[Copies]:
    """Yield the invitation to everybody it concerns who has not had it. A series is invited to once."""
    ends = _closing(event)
    if seats.closed(event, now) or ends <= now:
        return
    stem = f"{INVITE}:series:{event.series}" if event.series else f"{INVITE}:{event.id}"
    opens, key = swedish.next_open(now), f"{stem}:{_stamp(event)}:"
    people = everybody.without(event, key, lambda: deliveries.told(_invites(session, event), f"{stem}:", key))
    if not people:
        return
    card, mail = cards.invitation(event)
    letter = Outgoing(
        f"{key}person",
        f"{INVITE}:{event.id}",
        ToPerson(0),
        card=card,
        not_before=opens if opens < ends else now,
        expires_at=ends,
        repeat=Repeat.AGAIN,
        reach=Reach.ANNOUNCEMENT,
        mail=mail,
        mail_after=MAIL_AFTER,
    )
    yield Copies.of(letter, people)


def _to_invited(session: Session, event: Event, now: datetime, everybody: _Everybody) -> Iterator[Copies]:
    """Remind people who have not answered. An invitation that has just gone needs no reminder."""
    ends = _closing(event)
    reached = TO_INVITED.due(ends, now)
    if reached is None or seats.closed(event, now):
        return
    subject = f"{UNANSWERED}:{event.id}"
    stem = f"{subject}:{reached.what}:"
    key = f"{stem}{_stamp(event)}:"
    people = everybody.without(event, key, lambda: deliveries.told([subject], stem, key))
    if not people:
        return
    asked = deliveries.told_before(session, _invites(session, event), reached.rung.moment(ends) - SETTLE)
    letter = _reminder(subject, key, reached, *cards.unanswered(event))
    yield Copies.of(letter, (person_id for person_id in people if person_id in asked))


def _to_coming(session: Session, event: Event, starts: datetime, now: datetime) -> Iterator[Copies]:
    """Remind people who are registered. A person who registered after the rung, or just heard of a change, knows."""
    ladder = DAY_BEFORE if _whole_days(event) else TO_COMING
    reached = ladder.due(starts, now)
    if reached is None:
        return
    moment = reached.rung.moment(starts)
    soon = reached.rung.unit is Unit.HOURS
    if not soon and event.changed_at > moment:
        return
    subject = f"{COMING}:{event.id}"
    key = f"{subject}:{reached.what}:"
    people = registrations.coming_since(session, event.id, moment, deliveries.told([subject], key))
    if people:
        yield Copies.of(_reminder(subject, key, reached, *cards.coming(session, event, soon=soon)), people)


def _reminder(subject: str, key: str, reached: Reached, card: Json, mail: AsMail) -> Outgoing:
    return Outgoing(
        f"{key}person",
        subject,
        ToPerson(0),
        card=card,
        not_before=reached.not_before,
        expires_at=reached.until,
        reach=Reach.REMINDER,
        mail=mail,
    )


def _invites(session: Session, event: Event) -> list[str]:
    """Return the subjects of the invitations to the event, or to its series."""
    of_series = events.of_series(session, event.series) if event.series else [event]
    return [f"{INVITE}:{one.id}" for one in of_series]


def _stamp(event: Event) -> str:
    """Return when the event begins, as keys say it, so that a message with an old time is not sent."""
    return _begins(event).astimezone(UTC).strftime(TO_COMING.stamp)


def _closing(event: Event) -> datetime:
    """Return when it is too late to answer."""
    assert event.starts_at is not None  # noqa: S101 - the caller's condition
    if event.register_by is None:
        return event.starts_at
    return min(datetime.combine(event.register_by, CLOSES, STOCKHOLM).astimezone(UTC), event.starts_at)


def _begins(event: Event) -> datetime:
    """Return when people should be there, as far as anybody knows."""
    assert event.starts_at is not None  # noqa: S101 - the caller's condition
    if not _whole_days(event):
        return event.starts_at
    return datetime.combine(swedish.date_of(event.starts_at), MORNING, STOCKHOLM).astimezone(UTC)


def _whole_days(event: Event) -> bool:
    when = times.span_of(event.starts_at, event.ends_at)
    return when is not None and when.whole_days
