"""Helpers for tests of handovers: seats that change hands, and the ticks of the job."""

from __future__ import annotations

from typing import Any

from bot import events as events_feature
from bot import handover
from bot.register import seats
from bot.register.change import Change
from storage.contacts import Contact
from storage.database import Database
from storage.handovers import Handover
from storage.people import PersonRole
from tests.support.chat import Chat
from tests.support.people import SOTENAS


def replace(chat: Chat, contact_id: int, name: str, mail: str) -> int:
    """Give a seat to somebody else as the kansli does. Return the new contact's id."""

    def work(session: Any) -> int:
        change = Change(session, None, chat.clock.now)
        person = seats.person_with(change, name, mail)
        return seats.replace(change, session.get_one(Contact, contact_id), person).id

    return chat.app.database.play(work)


def appoint(chat: Chat, seat: str, name: str, mail: str, code: str = SOTENAS) -> int:
    """Give a person an empty seat at the chat's time. Return the new contact's id."""

    def work(session: Any) -> int:
        change = Change(session, None, chat.clock.now)
        return seats.appoint(change, code, PersonRole(seat), seats.person_with(change, name, mail)).id

    return chat.app.database.play(work)


def end(chat: Chat, contact_id: int) -> None:
    """Leave a seat empty."""
    chat.app.database.play(
        lambda session: seats.end(Change(session, None, chat.clock.now), session.get_one(Contact, contact_id))
    )


def tick(chat: Chat, **later: float) -> None:
    """Let the clock run, and the jobs of handovers and events do their work once."""
    chat.clock.forward(**later)
    for job in (handover.run, events_feature.run):
        for step in job(chat.app, chat.clock):
            chat.app.database.play(step)
    chat.deliver()


def settle(chat: Chat) -> None:
    """Let a change be found, and the time pass after which it is handed over."""
    tick(chat)
    tick(chat, hours=1, minutes=1)


def states(database: Database) -> list[tuple[int, int | None, str]]:
    """Return contact, contact before and state of every handover."""

    def work(session: Any) -> list[tuple[int, int | None, str]]:
        rows = session.query(Handover).order_by(Handover.contact_id)
        return [(row.contact_id, row.before_id, row.state) for row in rows]

    return database.play(work)
