"""Where a delivery can go: its routes, best first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.orm import Session

from bot.ports import Member, Reason, Route, Way
from storage import outbox, places
from storage.outbox import Delivery, State
from storage.outgoing import Operation
from storage.people import Person
from storage.places import Conversation

_WAITS = {State.WAITING: 5.0, State.SENDING: 1.0, State.UNCERTAIN: 60.0}
"""Seconds to wait for the message that this one is about: it is on its way, or a person has to decide about it."""
_WAYS = {Operation.THREAD: Way.CHANNEL, Operation.REPLY: Way.THREAD}


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do yet."""

    seconds: float


@dataclass(frozen=True, slots=True)
class End:
    """Nothing to do any more."""

    state: State
    error: str


Address: TypeAlias = tuple[Route, ...] | Wait | End


def address(session: Session, row: Delivery) -> Address:
    """The row's routes, or why there is nothing to send now."""
    if row.operation == Operation.PERSON:
        return tuple(_to_person(session, row)) or End(State.UNREACHABLE, Reason.NO_ROUTE)
    if row.target is not None:
        return _to_target(session, row, row.target)
    way = _WAYS.get(Operation(row.operation), Way.MESSAGE)
    return _route(session, way, row.conversation_id or "", row.thread_id, row.activity_id)


def _to_person(session: Session, row: Delivery) -> Iterator[Route]:
    person = session.get(Person, row.person_id)
    if person is None:
        return
    chat = places.own_chat(session, person.id)
    identity = person.teams_id or person.entra_id
    member = Member(identity, person.name) if identity else None
    if chat is not None:
        yield Route(Way.CHAT, chat.service_url, chat.tenant_id, chat.id, member=member)
    near = _near(session, row.conversation_id)
    if member is None or near is None:
        return
    yield Route(Way.NEW_CHAT, near.service_url, near.tenant_id, member=member)
    if row.conversation_id:
        place = row.conversation_id, row.thread_id
        yield Route(Way.MENTION, near.service_url, near.tenant_id, *place, member=member)


def _to_target(session: Session, row: Delivery, key: str) -> Address:
    target = outbox.find(session, key)
    if target is None:
        return End(State.FAILED, "no_target")
    if target.state != State.SENT:
        seconds = _WAITS.get(State(target.state))
        return Wait(seconds) if seconds else End(State.CANCELLED, "target_not_sent")
    place = target.sent_conversation_id or "", target.sent_thread_id
    if row.operation == Operation.REPLY:
        return _route(session, Way.THREAD, *place)
    if target.sent_activity_id is None:
        return End(State.FAILED, "target_has_no_id")
    return _route(session, Way.MESSAGE, *place, target.sent_activity_id)


def _route(
    session: Session, way: Way, conversation: str, thread: str | None = None, activity: str | None = None
) -> Address:
    near = _near(session, conversation)
    if near is None:
        return End(State.UNREACHABLE, Reason.NO_ROUTE)
    return (Route(way, near.service_url, near.tenant_id, conversation, thread, activity),)


def _near(session: Session, conversation_id: str | None) -> Conversation | None:
    """A place that the bot has not heard from yet, such as a bound channel, is reached as the newest one is."""
    return session.get(Conversation, conversation_id or "") or places.newest(session)
