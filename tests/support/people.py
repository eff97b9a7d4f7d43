"""Helpers for tests about people: the register, and people as the kansli and the roster know them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from bot.register import seats
from bot.register.change import Change
from storage import contacts, people
from storage.audit import AuditRow
from storage.contacts import Contact
from storage.database import Database
from storage.municipalities import MemberState, Municipality
from storage.people import Person, PersonRole
from storage.rosters import Readable
from tests.conftest import NOON
from tests.support.chat import Chat, actions

IN_TEAM = Readable("19:team@thread.tacv2", "19:team@thread.tacv2", "https://smba.trafficmanager.net/emea/")
"""The team's own roster."""
SOTENAS, LUND, HABO_O, HABO = "1427", "1281", "0305", "0643"


def set_up(database: Database, code: str = SOTENAS, **facts: Any) -> None:
    """Make a municipality a member, with more facts if wanted."""

    def work(session: Any) -> None:
        one = session.get_one(Municipality, code)
        for name, value in {"state": MemberState.MEMBER, **facts}.items():
            setattr(one, name, value)

    database.play(work)


def appoint(database: Database, seat: str, name: str, mail: str, code: str = SOTENAS) -> int:
    """Give a person a seat as the kansli does. Return the contact's id."""

    def work(session: Any) -> int:
        change = Change(session, None, NOON)
        return seats.appoint(change, code, PersonRole(seat), seats.person_with(change, name, mail)).id

    return database.play(work)


def know(chat: Chat, **facts: Any) -> None:
    """Set the facts that a roster or the kansli would give about the person who chats."""

    def work(session: Any) -> None:
        person = people.find(session, chat.sender.teams_id)
        assert person is not None
        for name, value in facts.items():
            setattr(person, name, value)

    chat.app.database.play(work)


def person(chat: Chat) -> Person:
    """Return the row of the person who chats."""
    found = chat.app.database.play(lambda session: people.find(session, chat.sender.teams_id))
    assert found is not None
    return found


def municipality(database: Database, code: str = SOTENAS) -> Municipality:
    """Return a municipality's row."""
    return database.play(lambda session: session.get_one(Municipality, code))


def held(database: Database, code: str = SOTENAS) -> list[tuple[str, str]]:
    """Return the holders of the seats now."""

    def work(session: Any) -> list[tuple[str, str]]:
        return [(one.seat, one.person.name if one.person else "") for one in contacts.current(session, code)]

    return database.play(work)


def all_contacts(database: Database) -> list[Contact]:
    """Return every contact, past ones too."""
    return database.play(lambda session: list(session.scalars(select(Contact).order_by(Contact.id))))


def audited(database: Database) -> list[str]:
    """Return what the audit log says was done, oldest first."""
    return database.play(lambda session: [row.what for row in session.scalars(select(AuditRow).order_by(AuditRow.id))])


def data_of(chat: Chat, title: str) -> dict[str, Any]:
    """Return the data of a button on the newest card."""
    return next(action["data"] for action in actions(chat.card) if action["title"] == title)


def rows(database: Database) -> tuple[int, ...]:
    """Return how many people, contacts and audit rows there are."""

    def work(session: Any) -> tuple[int, ...]:
        return tuple(session.scalar(select(func.count()).select_from(table)) for table in (Person, Contact, AuditRow))

    return database.play(work)
