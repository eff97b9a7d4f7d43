"""Helpers for tests about duties: a duty with the plan's ladder, and where municipalities stand."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.progress import plans, states
from bot.register.change import Change
from storage import duties
from storage.database import Database
from storage.duties import Duty, DutyChange, DutyKind, DutySource, DutyState
from storage.outbox import Delivery
from storage.people import PersonRole
from tests.conftest import NOON

REPORTER, OFFICER, POLITICIAN = PersonRole.REPORTER, PersonRole.OFFICER, PersonRole.POLITICIAN
LADDER: list[dict[str, Any]] = [
    {"days": -30, "to": [REPORTER]},
    {"days": -14, "to": [REPORTER]},
    {"days": -3, "to": [REPORTER]},
    {"days": 1, "to": [REPORTER, OFFICER]},
    {"days": 7, "to": [REPORTER, OFFICER, POLITICIAN]},
    {"days": 14, "to": ["kansli"]},
]
"""The plan's ladder (issue 16)."""


def make_duty(session: Session, **facts: Any) -> Duty:
    """Add the key figures of 2026, with these facts instead."""
    given: dict[str, Any] = {
        "kind": DutyKind.KEY_FIGURES,
        "year": 2026,
        "title": "Gröna nyckeltal",
        "why": "Siffrorna visar om nätverket minskar sina utsläpp.",
        "how": "Logga in i **Miljöbarometern** och fyll i.",
        "link": "https://www.miljobarometern.se/",
        "minutes": 120,
        "due": date(2026, 12, 8),
        "seats": [REPORTER, OFFICER, POLITICIAN],
        "ladder": LADDER,
        "audience": {},
        "created_at": NOON,
        "changed_at": NOON,
    }
    duty = Duty(**{**given, **facts})
    session.add(duty)
    session.flush()
    return duty


def add_duty(database: Database, **facts: Any) -> Duty:
    """Do the same in a transaction of its own."""
    return database.play(lambda session: make_duty(session, **facts))


def put(database: Database, duty: Duty, code: str, state: DutyState, source: DutySource = DutySource.KANSLI) -> None:
    """Set a state as the kansli or a list does."""
    database.play(lambda session: states.set_state(Change(session, None, NOON), duty, code, state, source))


def extend(database: Database, duty: Duty, code: str, until: date) -> None:
    """Give a municipality a later last day of its own, as the kansli does."""
    database.play(lambda session: plans.extend_one(Change(session, None, NOON), session.merge(duty), code, until))


def change_duty(database: Database, duty: Duty, **facts: Any) -> None:
    """Change a duty's row."""

    def work(session: Session) -> None:
        row = session.get_one(Duty, duty.id)
        for name, value in facts.items():
            setattr(row, name, value)

    database.play(work)


def history(database: Database, duty: Duty, code: str) -> list[tuple[str, str, str]]:
    """Return state, source and note of each change, oldest first."""

    def work(session: Session) -> list[DutyChange]:
        return list(duties.history(session, duty.id, code))

    return [(row.state, row.source, row.note) for row in database.play(work)]


def planned(database: Database) -> list[tuple[str, str]]:
    """Return key and outcome of the reminders of duties, by key. Mails that go with one are left out."""

    def work(session: Session) -> list[tuple[str, str]]:
        rows = session.query(Delivery).filter(Delivery.subject.startswith("duty:")).order_by(Delivery.key)
        return [(row.key, row.state) for row in rows if not row.key.endswith(":mail")]

    return database.play(work)
