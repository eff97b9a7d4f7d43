"""Choose the routes of a message to a person, best first: by its kind, the person's choice, and the routes that exist.

====================  ==========================================================================================
answer                their own chat, opened if need be; else a mention in the message's thread
reminder              as they chose; by default the chat, and for guests also mail; a member of the tenant
                      without a chat gets a notification in Teams' feed
announcement          their own chat, else mail; mail first for people who chose that
====================  ==========================================================================================

An answer or announcement with ``mail_after`` has a second route: mail, if the message in Teams was not opened in that
time. It was *opened* if the person has pressed any button or written to the bot since. ::

    enqueue(Outgoing(key, subject, ToPerson(anna), card=card, mail=AsMail(…), mail_after=timedelta(hours=1)))

====================  ==========================================================================================
has not chosen        chat, and mail if it was not opened; an answer is mailed to guests only, because a member of
                      the tenant sees the chat
chat                  no mail, unless Teams does not take an announcement
mail                  mail at once, else chat
both, or 0 minutes    both at once
====================  ==========================================================================================

If Teams does not take the message, the mail goes at once. In quiet times a mail that was not opened waits for the
next opening.

People who left get nothing. People who blocked the bot get only a mention in the thread where they asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy.orm import Session

from bot.delivery.surroundings import Surroundings
from bot.guid import is_guid
from bot.ports import DeliveryWay, Member, Reason, Route
from bot.settings import Settings
from bot.swedish import OPENS, STOCKHOLM, next_open
from storage import reminder_choices, turns
from storage.outbox import Delivery, State
from storage.outgoing import Operation, Reach, Repeat
from storage.people import ACTIVE_EVERY, Person, RemindBy

OUTSIDE = frozenset({DeliveryWay.MAIL, DeliveryWay.FEED, DeliveryWay.CALENDAR})
"""The ways that go through Graph instead of the Connector, and leave no message in Teams."""
THROUGH_GRAPH = OUTSIDE | {DeliveryWay.GROUP_CHAT}
"""All ways through Graph."""
CLOSED = frozenset({Reason.GONE, Reason.NOT_IN_ROSTER})
"""Reasons for a chat that no longer works. Opening it again may help, except if the person blocked the bot."""

CLOSES_TEAMS = CLOSED | {Reason.BLOCKED, Reason.NOT_INSTALLED, Reason.DISABLED}
"""Reasons for which no message in Teams reaches a person, until they write to the bot or a message arrives."""
AT_ONCE = timedelta()


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be sent yet."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """The person wants no reminders before this time."""

    until: datetime


@dataclass(frozen=True, slots=True)
class End:
    """Nothing will be sent any more."""

    state: State
    error: str


Address: TypeAlias = tuple[Route, ...] | Wait | Pause | End


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where a row goes, and when a mail of its own follows it; None if none does."""

    address: Address
    mail_at: datetime | None = None


def to_person(session: Session, row: Delivery, now: datetime, opened: Collection[DeliveryWay]) -> Address:
    """Return the routes to the row's person, or why there is nothing to send now.

    ``opened`` are the ways of OUTSIDE that exist. If it goes by both mail and chat, enqueue the mail's row.
    """
    found = chosen(Surroundings(session), row, now, opened)
    if found.mail_at is not None:
        reminder_choices.enqueue_mail(session, row, now, not_before=found.mail_at)
    return found.address


def chosen(around: Surroundings, row: Delivery, now: datetime, opened: Collection[DeliveryWay]) -> Chosen:
    """Return the same without writing anything, and when a mail follows: also for a row that is not stored yet."""
    person = around.person(row.person_id)
    if person is None:
        return Chosen(End(State.UNREACHABLE, Reason.NO_ROUTE))
    if person.left_at is not None:
        return Chosen(End(State.CANCELLED, "left"))
    until = _pause_ends(person, row) if row.reach == Reach.REMINDER else None
    if until is not None and now < until:
        return Chosen(Pause(until))
    if row.operation == Operation.MAIL:
        return Chosen(_second(around, row, person, opened, now))
    chat = list(_teams(around, row, person))
    mail, feed = list(_mail(person, opened)), list(_feed(person, opened))
    if row.reach == Reach.REMINDER:
        routes, wait = _as_chosen(person, chat, mail, feed)
    else:
        routes, wait = _told(row, person, chat, mail)
    mail_at = None if wait is None else _mail_time(now, wait)
    return Chosen(tuple(routes) or End(State.UNREACHABLE, Reason.NO_ROUTE), mail_at)


def announced_by(
    *,
    identity: str | None,
    mail: str | None,
    guest: bool,
    chat: bool,
    near: bool,
    opened: Collection[DeliveryWay],
    refused: Reason | None,
    prefers_mail: bool = False,
) -> DeliveryWay | Reason:
    """Predict how an announcement reaches a person, or why it can't. Must agree with :func:`to_person`.

    ``identity`` is their Teams id or Entra id. ``near`` says whether the bot is anywhere in Teams. ``refused`` is the
    reason in :data:`CLOSES_TEAMS` that the last message to them met and that still holds. ``prefers_mail`` says that
    they chose mail.
    """
    if prefers_mail and mail and DeliveryWay.MAIL in opened:
        return DeliveryWay.MAIL
    if refused is Reason.BLOCKED:
        return refused
    if refused is None and (chat or (identity and near)):
        return DeliveryWay.CHAT if chat else DeliveryWay.NEW_CHAT
    if mail:
        return DeliveryWay.MAIL if DeliveryWay.MAIL in opened else Reason.NOT_SET_UP
    if guest:  # a roster has only a sign-in name of them, which is not stored
        return Reason.NO_ADDRESS
    return refused or (Reason.NO_ROUTE if identity else Reason.NOT_INSTALLED)


def may_follow(way: DeliveryWay, refused: Mapping[DeliveryWay, Reason | None]) -> bool:
    """Return whether to try ``way`` after the ways in ``refused``, each with its reason.

    The reason is None if the way refused the message itself.
    """
    if Reason.BLOCKED in refused.values():
        return way is DeliveryWay.MENTION
    if way is DeliveryWay.NEW_CHAT:
        return DeliveryWay.CHAT not in refused or refused[DeliveryWay.CHAT] in CLOSED
    return way is not DeliveryWay.MENTION or None not in refused.values()


def sends_mail(settings: Settings) -> bool:
    """Return whether the bot can send mail at all. On a laptop it writes mails to files."""
    return settings.local or settings.graph_mailbox is not None


def _as_chosen(
    person: Person, chat: list[Route], mail: list[Route], feed: list[Route]
) -> tuple[list[Route], timedelta | None]:
    """Return the routes of a reminder, and :data:`AT_ONCE` if it also goes by mail."""
    match person.wants:
        case RemindBy.MAIL:
            return mail + chat + feed, None
        case RemindBy.BOTH if mail and chat:
            return chat + feed, AT_ONCE
        case RemindBy.CHAT:
            return chat + feed, None
        case _:
            return chat + feed + mail, None


def _told(row: Delivery, person: Person, chat: list[Route], mail: list[Route]) -> tuple[list[Route], timedelta | None]:
    """Return the routes of an answer or announcement, and when its mail goes after that; None if it does not."""
    answer, second = row.reach == Reach.ANSWER, row.mail_after is not None
    if answer and not second:
        return chat, None
    wait = timedelta(minutes=row.mail_after or 0)
    match person.remind_by:
        case RemindBy.MAIL if wait or not second:
            return mail + chat, None
        case RemindBy.CHAT if wait or not second:
            return (chat if answer else chat + mail), None
        case RemindBy.USUAL if wait and answer and not person.guest:
            return chat + mail, None
        case RemindBy.BOTH:
            wait = AT_ONCE
    if not second or not chat or not mail:
        return chat + mail, None
    # a mail that goes at once has its own row from the start, so the chat's row must not send it too
    return (chat + mail, wait) if wait else (chat, AT_ONCE)


def _mail_time(sent: datetime, wait: timedelta) -> datetime:
    """Return when the mail goes that follows a message in Teams: it moves out of quiet times."""
    return next_open(sent + wait) if wait else sent


def _second(
    around: Surroundings, row: Delivery, person: Person, opened: Collection[DeliveryWay], now: datetime
) -> Address:
    """Return the route of the mail that goes with a message in Teams, or why it does not go now.

    Cancel it if the person has blocked the chat.
    """
    first = around.first(row)
    if first is not None and first.state == State.SENDING:
        return Wait(1.0)
    if first is not None and first.error == Reason.BLOCKED:
        return End(State.CANCELLED, Reason.BLOCKED)
    if row.mail_after and person.remind_by == RemindBy.CHAT:
        return End(State.CANCELLED, "chose_chat")
    if first is not None and row.mail_after and person.remind_by != RemindBy.BOTH:
        unopened = _unopened(around.session, first, person, timedelta(minutes=row.mail_after), now)
        if unopened is not None:
            return unopened
    return tuple(_mail(person, opened)) or End(State.UNREACHABLE, Reason.NO_ADDRESS)


def _unopened(session: Session, first: Delivery, person: Person, wait: timedelta, now: datetime) -> Wait | End | None:
    """Return why the mail does not go: the message waits, its row sent the mail, or it was opened. None: it goes."""
    if first.state == State.WAITING:
        return Wait(60.0)
    perhaps = first.state == State.UNCERTAIN and first.repeat == Repeat.AGAIN
    if not perhaps and (first.state != State.SENT or first.route in OUTSIDE):
        return End(State.CANCELLED, "not_in_teams")
    sent = first.claimed_at or first.created_at
    active = person.last_active_at  # to the minute; within that, the turns tell
    if active is not None and (
        active > sent or (active > sent - ACTIVE_EVERY and turns.acted(session, person.id, sent))
    ):
        return End(State.CANCELLED, "opened")
    left = _mail_time(sent, wait) - now
    return Wait(left.total_seconds()) if left > timedelta() else None


def _teams(around: Surroundings, row: Delivery, person: Person) -> Iterator[Route]:
    chat = around.chat(person.id)
    identity = person.teams_id or person.entra_id
    member = Member(identity, person.name) if identity else None
    if chat is not None:
        yield Route(DeliveryWay.CHAT, chat.service_url, chat.tenant_id, chat.id, member=member)
    near = around.near(row.conversation_id) if row.conversation_id or chat is None else chat
    if member is None or near is None:
        return
    yield Route(DeliveryWay.NEW_CHAT, near.service_url, near.tenant_id, member=member)
    if row.conversation_id:
        place = row.conversation_id, row.thread_id
        yield Route(DeliveryWay.MENTION, near.service_url, near.tenant_id, *place, member=member)


def _mail(person: Person, opened: Collection[DeliveryWay]) -> Iterator[Route]:
    if person.mail and DeliveryWay.MAIL in opened:
        yield Route(DeliveryWay.MAIL, member=Member(person.mail, person.name))


def _feed(person: Person, opened: Collection[DeliveryWay]) -> Iterator[Route]:
    """Yield the feed's route, but not for guests: they see feed and chat only after switching to our tenant."""
    if DeliveryWay.FEED in opened and person.guest is False and is_guid(person.entra_id or ""):
        yield Route(DeliveryWay.FEED, member=Member(person.entra_id or "", person.name))


def _pause_ends(person: Person, row: Delivery) -> datetime | None:
    """Return the morning after the pause: the first working day's, unless the row expires before that."""
    if person.paused_until is None:
        return None
    morning = datetime.combine(person.paused_until + timedelta(days=1), OPENS, STOCKHOLM)
    opens = next_open(morning)
    return morning if row.dated and morning < row.expires_at <= opens else opens
