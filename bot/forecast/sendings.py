"""Messages to come: when, to whom, by which route and why. Also the rows that wait in the outbox.

The route is chosen by the code that sends (:func:`bot.delivery.reach.chosen`), as if the first route works and nobody
opens anything. A card that replaces one that was sent before is no message, so it is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from bot.delivery import reach
from bot.delivery.reach import End, Pause, Wait
from bot.delivery.surroundings import ManySurroundings, Surroundings
from bot.forecast import lookahead
from bot.ports import DeliveryWay
from bot.register import target
from bot.swedish import date_of
from bot.turn import App
from storage import deliveries, outbox, reminder_choices
from storage.outbox import Delivery, State
from storage.outgoing import MessageOf, Operation, Outgoing, Reach, ToMessage
from storage.people import Person, RemindBy


class SendingWay(StrEnum):
    """How a message reaches somebody."""

    CHAT = "chat"
    MAIL = "mail"
    FEED = "feed"
    CHANNEL = "channel"
    THREAD = "thread"
    CALENDAR = "calendar"
    GROUP_CHAT = "group_chat"
    NONE = "none"
    """Nobody gets it."""


class SendingReason(StrEnum):
    """Why it goes that way, or why it does not go."""

    USUAL = "usual"
    CHOSEN = "chosen"
    GUEST = "guest"
    UNOPENED = "unopened"
    """The mail goes if the message in Teams is not opened before."""
    NO_CHAT = "no_chat"
    PLACE = "place"
    LEFT = "left"
    NO_ROUTE = "no_route"
    OLD = "old"
    """It is no longer worth sending when it could go, such as after a pause."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One message that is going to be sent."""

    key: str
    subject: str
    at: datetime
    way: SendingWay
    reason: SendingReason
    person: Person | None
    row: Delivery
    """The row that waits, or the one that is going to be written; that one is in no transaction."""
    foreseen: bool
    """Whether its row is not written yet."""
    paused: bool = False
    """Whether it waits for the end of the person's pause."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """The content of a message whose row is not written yet."""

    @property
    def kind(self) -> str:
        """Return the kind of its cause, as ``announcement`` of ``announcement:7``."""
        return self.subject.partition(":")[0]

    @property
    def day(self) -> date:
        """Return the day in Sweden on which it goes."""
        return date_of(self.at)

    @property
    def planned(self) -> Delivery:
        """Return the row that is going to be written, with the time at which it goes."""
        self.row.not_before = self.at
        return self.row

    @property
    def unasked(self) -> bool:
        """Return whether the bot or the kansli began it. The rest answers something that a member did."""
        return self.row.reach != Reach.ANSWER


def between(app: App, session: Session, now: datetime, until: datetime) -> list[Sending]:
    """Return everything that goes from ``now`` until before ``until``, in the order of time."""
    planned = [message for message in lookahead.foresee(app, session, now, until) if _is_message(message.outgoing)]
    starts = [_Start(row, max(now, row.not_before)) for row in _waiting(app, session, until)]
    for message in planned:
        row = Delivery(**outbox.row_of(message.outgoing, message.at))
        starts.append(_Start(row, max(message.at, row.not_before), foreseen=True, body=message.outgoing.body or {}))
    people = {start.row.person_id for start in starts if start.row.person_id is not None}
    mails = [start.row for start in starts if start.row.operation == Operation.MAIL]
    around, opened = ManySurroundings(session, people, mails), target.opened(app.settings)
    sendings = [sending for start in starts for sending in _sent(around, start, opened)]
    followers = [each.key for each in sendings if each.foreseen and each.row.operation == Operation.MAIL]
    there = outbox.known(session, followers)
    inside = (each for each in sendings if now <= each.at < until and not (each.foreseen and each.key in there))
    return sorted(inside, key=lambda each: (each.at, each.key))


@dataclass(frozen=True, slots=True)
class _Start:
    """A row, and when its turn comes."""

    row: Delivery
    at: datetime
    foreseen: bool = False
    paused: bool = False
    body: Mapping[str, Any] = field(default_factory=dict)


def _is_message(outgoing: Outgoing) -> bool:
    return not isinstance(outgoing.to, ToMessage | MessageOf)


def _waiting(app: App, session: Session, until: datetime) -> Iterator[Delivery]:
    """Yield the waiting rows that are still wanted. Of an appointment's rows only the newest goes."""
    rows = deliveries.waiting(session, until)
    newest = {row.lane: row.id for row in rows}
    for row in rows:
        wanted = app.plan.still_wanted.get(row.subject.partition(":")[0])
        if row.operation == Operation.INVITE and row.id != newest[row.lane]:
            continue
        if wanted is None or wanted(session, row):
            yield row


def _sent(around: Surroundings, start: _Start, opened: Collection[DeliveryWay]) -> Iterator[Sending]:
    """Yield how a row goes, and the mail that follows it."""
    row = start.row
    if row.operation not in (Operation.PERSON, Operation.MAIL):
        way = _PLACES[Operation(row.operation)]
        closed = way in _THROUGH_GRAPH and _THROUGH_GRAPH[way] not in opened
        yield _sending(
            start, None, *((SendingWay.NONE, SendingReason.NO_ROUTE) if closed else (way, SendingReason.PLACE))
        )
        return
    found, person = reach.chosen(around, row, start.at, opened), around.person(row.person_id)
    match found.address:
        case Pause(until) if row.dated and row.expires_at <= until:
            yield _sending(start, person, SendingWay.NONE, SendingReason.OLD)
        case Pause(until):
            yield from _sent(around, replace(start, at=until, paused=True), opened)
        case Wait(seconds) if row.operation == Operation.MAIL:
            later = replace(start, at=start.at + timedelta(seconds=seconds))
            yield _sending(later, person, SendingWay.MAIL, SendingReason.UNOPENED)
        case End(State.UNREACHABLE | State.CANCELLED as state) if row.operation == Operation.PERSON:
            left = state == State.CANCELLED
            yield _sending(start, person, SendingWay.NONE, SendingReason.LEFT if left else SendingReason.NO_ROUTE)
        case (first, *_) if row.expires_at <= start.at:
            yield _sending(start, person, SendingWay.NONE, SendingReason.OLD)
        case (first, *_) if person is not None:
            yield _sending(start, person, _WAYS[first.way], _reason(person, _WAYS[first.way]))
            if found.mail_at is not None:
                yield _follower(start, person, found.mail_at)


def _sending(start: _Start, person: Person | None, way: SendingWay, reason: SendingReason) -> Sending:
    row = start.row
    return Sending(row.key, row.subject, start.at, way, reason, person, row, start.foreseen, start.paused, start.body)


def _follower(start: _Start, person: Person, at: datetime) -> Sending:
    """Return the mail that follows a message: it gets a row of its own when the message goes."""
    key = reminder_choices.mail_key(start.row.key)
    same = ("subject", "repeat", "reach", "dated", "mail_after", "person_id", "created_at")
    kept = {name: getattr(start.row, name) for name in same}
    changed = {"key": key, "lane": key, "operation": Operation.MAIL, "not_before": at}
    row = Delivery(**kept, **changed, expires_at=max(start.row.expires_at, at + outbox.KEPT_FOR))
    waits = at > start.at
    reason = SendingReason.UNOPENED if waits else _reason(person, SendingWay.MAIL)
    return Sending(key, row.subject, at, SendingWay.MAIL, reason, person, row, foreseen=True, body=start.body)


def _reason(person: Person, way: SendingWay) -> SendingReason:
    if way is SendingWay.MAIL and person.remind_by == RemindBy.USUAL:
        return SendingReason.GUEST if person.guest else SendingReason.NO_CHAT
    if way is SendingWay.FEED:
        return SendingReason.NO_CHAT
    return SendingReason.CHOSEN if person.remind_by else SendingReason.USUAL


_PLACES = {
    Operation.THREAD: SendingWay.CHANNEL,
    Operation.REPLY: SendingWay.THREAD,
    Operation.INVITE: SendingWay.CALENDAR,
    Operation.CALL_OFF: SendingWay.CALENDAR,
    Operation.OPEN_CHAT: SendingWay.GROUP_CHAT,
}
_THROUGH_GRAPH = {
    SendingWay.CALENDAR: DeliveryWay.CALENDAR,
    SendingWay.GROUP_CHAT: DeliveryWay.GROUP_CHAT,
}
"""Places that only Graph reaches."""
_WAYS = {
    DeliveryWay.CHAT: SendingWay.CHAT,
    DeliveryWay.NEW_CHAT: SendingWay.CHAT,
    DeliveryWay.MENTION: SendingWay.THREAD,
    DeliveryWay.MAIL: SendingWay.MAIL,
    DeliveryWay.FEED: SendingWay.FEED,
}
