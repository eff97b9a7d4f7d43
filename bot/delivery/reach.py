"""Choose the routes of a message to a person, best first: by its kind, the person's choice, and the routes that exist.

====================  ==========================================================================================
answer                their own chat, opened if need be; else a mention in the message's thread
reminder              as they chose; by default the chat, and for guests also mail; a member of the tenant
                      without a chat gets a notification in Teams' feed
announcement          their own chat, else mail
====================  ==========================================================================================

People who left get nothing. People who blocked the bot get only a mention in the thread where they asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy.orm import Session

from bot.guid import is_guid
from bot.ports import DeliveryWay, Member, Reason, Route
from bot.swedish import OPENS, STOCKHOLM, next_open
from storage import places, reminder_choices
from storage.outbox import Delivery, State
from storage.outgoing import Operation, Reach
from storage.people import Person, RemindBy
from storage.places import Conversation

OUTSIDE = frozenset({DeliveryWay.MAIL, DeliveryWay.FEED, DeliveryWay.CALENDAR})
"""The ways that go through Graph instead of the Connector."""
CLOSED = frozenset({Reason.GONE, Reason.NOT_IN_ROSTER})
"""Reasons for a chat that no longer works. Opening it again may help, except if the person blocked the bot."""

CLOSES_TEAMS = CLOSED | {Reason.BLOCKED, Reason.NOT_INSTALLED, Reason.DISABLED}
"""Reasons for which no message in Teams reaches a person, until they write to the bot or a message arrives."""


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


def to_person(session: Session, row: Delivery, now: datetime, opened: Collection[DeliveryWay]) -> Address:
    """Return the routes to the row's person, or why there is nothing to send now.

    ``opened`` are the ways of OUTSIDE that exist. If a reminder goes by both mail and chat, enqueue the mail's row.
    """
    person = session.get(Person, row.person_id)
    if person is None:
        return End(State.UNREACHABLE, Reason.NO_ROUTE)
    if person.left_at is not None:
        return End(State.CANCELLED, "left")
    until = _pause_ends(person, row) if row.reach == Reach.REMINDER else None
    if until is not None and now < until:
        return Pause(until)
    if row.operation == Operation.MAIL:
        return _beside(session, row, person, opened)
    chat = list(_teams(session, row, person))
    mail, feed = list(_mail(person, opened)), list(_feed(person, opened))
    match row.reach:
        case Reach.ANSWER:
            routes = chat
        case Reach.ANNOUNCEMENT:
            routes = chat + mail
        case _:
            routes, beside = _as_chosen(person, chat, mail, feed)
            if beside:
                reminder_choices.enqueue_mail(session, row, now)
    return tuple(routes) or End(State.UNREACHABLE, Reason.NO_ROUTE)


def announced_by(
    *,
    identity: str | None,
    mail: str | None,
    guest: bool,
    chat: bool,
    near: bool,
    opened: Collection[DeliveryWay],
    refused: Reason | None,
) -> DeliveryWay | Reason:
    """Predict how an announcement reaches a person, or why it can't. Must agree with :func:`to_person`.

    ``identity`` is their Teams id or Entra id. ``near`` says whether the bot is anywhere in Teams. ``refused`` is the
    reason in :data:`CLOSES_TEAMS` that the last message to them met and that still holds.
    """
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


def _as_chosen(person: Person, chat: list[Route], mail: list[Route], feed: list[Route]) -> tuple[list[Route], bool]:
    """Return the routes of a reminder, and whether it also goes by mail."""
    match person.wants:
        case RemindBy.MAIL:
            return mail + chat + feed, False
        case RemindBy.BOTH if mail and chat:
            return chat + feed, True
        case RemindBy.CHAT:
            return chat + feed, False
        case _:
            return chat + feed + mail, False


def _beside(session: Session, row: Delivery, person: Person, opened: Collection[DeliveryWay]) -> Address:
    """Return the route of the mail that goes with a chat message. Cancel it if the person has blocked the chat."""
    chat = reminder_choices.beside(session, row)
    if chat is not None and chat.state == State.SENDING:
        return Wait(1.0)
    if chat is not None and chat.error == Reason.BLOCKED:
        return End(State.CANCELLED, Reason.BLOCKED)
    return tuple(_mail(person, opened)) or End(State.UNREACHABLE, Reason.NO_ADDRESS)


def _teams(session: Session, row: Delivery, person: Person) -> Iterator[Route]:
    chat = places.own_chat(session, person.id)
    identity = person.teams_id or person.entra_id
    member = Member(identity, person.name) if identity else None
    if chat is not None:
        yield Route(DeliveryWay.CHAT, chat.service_url, chat.tenant_id, chat.id, member=member)
    near = nearest(session, row.conversation_id)
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


def nearest(session: Session, conversation_id: str | None) -> Conversation | None:
    """Return the conversation. If the bot has not heard from it, such as a bound channel, return the newest one."""
    return session.get(Conversation, conversation_id or "") or places.newest(session)
