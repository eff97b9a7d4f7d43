"""The address of a delivery: its routes, best first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery.reach import OUTSIDE, Address, End, Wait, to_person
from bot.delivery.surroundings import Surroundings
from bot.message import Scope
from bot.ports import DeliveryWay, Reason, Route
from storage import outbox, places
from storage.outbox import WITHOUT_ID, Delivery, State
from storage.outgoing import Operation

_WAITS = {State.WAITING: 5.0, State.SENDING: 1.0, State.UNCERTAIN: 60.0}
"""Seconds to wait for the message that a row is about. It is under way, or a person must decide about it."""
_GRAPH_WAYS = {
    Operation.INVITE: DeliveryWay.CALENDAR,
    Operation.CALL_OFF: DeliveryWay.CALENDAR,
    Operation.OPEN_CHAT: DeliveryWay.GROUP_CHAT,
}
_WAYS = {Operation.THREAD: DeliveryWay.CHANNEL, Operation.REPLY: DeliveryWay.THREAD}


def address(session: Session, row: Delivery, now: datetime, opened: Collection[DeliveryWay]) -> Address:
    """Return the row's routes, or why there is nothing to send now. ``opened`` are the Graph routes that are set up."""
    if row.operation in (Operation.PERSON, Operation.MAIL):
        return to_person(session, row, now, opened)
    if (way := _GRAPH_WAYS.get(Operation(row.operation))) is not None:
        return (Route(way),) if way in opened else End(State.UNREACHABLE, Reason.NO_ROUTE)
    if row.target is not None:
        return _to_target(session, row, row.target)
    way = _WAYS.get(Operation(row.operation), DeliveryWay.MESSAGE)
    return _route(session, way, row.conversation_id or "", row.thread_id, row.activity_id)


def remember_chat(session: Session, route: Route, person_id: int | None, now: datetime) -> None:
    """Store a chat that was opened for a person, for later messages."""
    places.remember_conversation(
        session,
        route.conversation_id,
        scope=Scope.PERSONAL,
        service_url=route.service_url,
        tenant_id=route.tenant_id,
        team_id=None,
        person_id=person_id,
        now=now,
    )


def _to_target(session: Session, row: Delivery, key: str) -> Address:
    target = outbox.find(session, key)
    if target is None:
        return End(State.FAILED, "no_target")
    if target.state != State.SENT:
        seconds = _WAITS.get(State(target.state))
        return Wait(seconds) if seconds else End(State.CANCELLED, "target_not_sent")
    if target.route in OUTSIDE:
        return End(State.CANCELLED, "target_not_in_teams")
    if target.error == WITHOUT_ID and (row.operation != Operation.REPLY or target.route == DeliveryWay.CHANNEL):
        return End(State.UNREACHABLE, "target_has_no_id")  # a reply without the thread's id would start a new thread
    place = target.sent_conversation_id or "", target.sent_thread_id
    if row.operation == Operation.REPLY:
        return _route(session, DeliveryWay.THREAD, *place)
    return _route(session, DeliveryWay.MESSAGE, *place, target.sent_activity_id)


def _route(
    session: Session, way: DeliveryWay, conversation: str, thread: str | None = None, activity: str | None = None
) -> Address:
    near = Surroundings(session).near(conversation)
    if near is None:
        return End(State.UNREACHABLE, Reason.NO_ROUTE)
    return (Route(way, near.service_url, near.tenant_id, conversation, thread, activity),)
