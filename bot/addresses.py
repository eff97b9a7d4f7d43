"""Where a delivery can go: its routes, best first, looked up for all claimed rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.orm import Session

from bot.ports import Member, Route, Way
from storage import outbox, places
from storage.outbox import Delivery, State
from storage.outgoing import Operation
from storage.people import Person

_WAITS = {State.WAITING: 5.0, State.SENDING: 1.0, State.UNCERTAIN: 60.0}
"""Seconds to wait for the message that this one is about: it is on its way, or a person has to decide about it."""


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


class Addresses:
    """What routes are made of, read with four statements for any number of rows."""

    def __init__(self, session: Session, rows: Sequence[Delivery]) -> None:
        targets = outbox.find_all(session, {row.target for row in rows if row.target})
        self._targets = {target.key: target for target in targets}
        self._people = _people(session, {row.person_id for row in rows if row.person_id is not None})
        self._chats = places.own_chats(session, self._people)
        known = [row.conversation_id for row in rows] + [target.sent_conversation_id for target in targets]
        self._places = places.known(session, {place for place in known if place})
        self._newest = places.newest(session)

    def of(self, row: Delivery) -> Address:
        """The row's routes, or why there is nothing to send now."""
        if row.operation == Operation.PERSON:
            return tuple(self._to_person(row)) or End(State.UNREACHABLE, "no_route")
        if row.target is not None:
            return self._to_target(row, self._targets.get(row.target))
        way = {Operation.THREAD: Way.CHANNEL, Operation.REPLY: Way.THREAD}.get(Operation(row.operation), Way.MESSAGE)
        return self._route(way, row.conversation_id or "", row.thread_id, row.activity_id)

    def _to_person(self, row: Delivery) -> Iterable[Route]:
        person = self._people.get(row.person_id or 0)
        if person is None:
            return
        chat = self._chats.get(person.id)
        address = person.teams_id or person.entra_id
        member = Member(address, person.name) if address else None
        if chat is not None:
            yield Route(Way.CHAT, chat.service_url, chat.tenant_id, chat.id, member=member)
        near = self._places.get(row.conversation_id or "") or self._newest
        if member is not None and near is not None:
            yield Route(Way.NEW_CHAT, near.service_url, near.tenant_id, member=member)
        if member is not None and near is not None and row.conversation_id:
            place = row.conversation_id, row.thread_id
            yield Route(Way.MENTION, near.service_url, near.tenant_id, *place, member=member)

    def _to_target(self, row: Delivery, target: Delivery | None) -> Address:
        if target is None:
            return End(State.FAILED, "no_target")
        if target.state != State.SENT:
            seconds = _WAITS.get(State(target.state))
            return Wait(seconds) if seconds else End(State.CANCELLED, "target_not_sent")
        place = target.sent_conversation_id or "", target.sent_thread_id
        if row.operation == Operation.REPLY:
            return self._route(Way.THREAD, *place)
        if target.sent_activity_id is None:
            return End(State.FAILED, "target_has_no_id")
        return self._route(Way.MESSAGE, *place, target.sent_activity_id)

    def _route(self, way: Way, conversation: str, thread: str | None = None, activity: str | None = None) -> Address:
        """A place that the bot has not heard from yet, such as a bound channel, is reached as the newest one is."""
        near = self._places.get(conversation) or self._newest
        if near is None:
            return End(State.UNREACHABLE, "no_route")
        return (Route(way, near.service_url, near.tenant_id, conversation, thread, activity),)


def _people(session: Session, ids: set[int]) -> dict[int, Person]:
    return {person.id: person for person in session.query(Person).filter(Person.id.in_(ids))} if ids else {}
