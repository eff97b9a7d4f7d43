"""Helpers for the outbox tests: people and places to write to, and a courier with the fake Connector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.delivery.courier import Courier
from bot.delivery.pace import Pace
from bot.delivery.tenant_routes import TenantRoutes
from bot.plan import StillWanted
from bot.teams.connector import Connector, new_session
from bot.teams.gate import LocalGate
from bot.teams.messenger import TeamsMessenger
from storage import outbox, people, places
from storage.database import Database
from storage.outbox import Delivery
from storage.outgoing import AsMail, Outgoing, Reach, ToPerson
from tests.support.chat import Clock
from tests.support.fakes import FakeConnector

CHANNEL = "19:vatten@thread.tacv2"
TENANT = "t-1"


@dataclass
class Desk:
    """An outbox with everything around it."""

    database: Database
    connector: FakeConnector
    courier: Courier
    clock: Clock

    def meet(self, name: str, *, chat: bool = True) -> int:
        """Add a person who has written to the bot in their own chat, or only elsewhere."""
        return self.database.play(lambda session: meet(session, self.connector.url, name, self.clock.now, chat=chat))

    def hear_from_channel(self) -> None:
        self.database.play(lambda session: hear(session, CHANNEL, self.connector.url, self.clock.now))

    def enqueue(self, *outgoings: Outgoing) -> int:
        return self.database.play(lambda session: outbox.enqueue_all(session, outgoings, self.clock.now))

    def play(self, work: Callable[[Session], Any]) -> Any:
        return self.database.play(work)

    def row(self, key: str) -> Delivery:
        found = self.database.play(lambda session: outbox.find(session, key))
        assert found is not None
        return found

    def state(self, key: str) -> tuple[str, str, int, int]:
        """Return state, error, attempts and doubts of the delivery."""
        row = self.row(key)
        return row.state, row.error, row.attempts, row.doubts

    def texts(self) -> list[tuple[str, str]]:
        return [(message.conversation, message.text) for message in self.connector.messages]


@asynccontextmanager
async def desk(
    database: Database,
    clock: Clock,
    *,
    still_wanted: dict[str, StillWanted] | None = None,
    rate: int = 30,
    pace: Pace | None = None,
    elsewhere: TenantRoutes | None = None,
    steady: Callable[[], datetime] | None = None,
) -> AsyncIterator[Desk]:
    async with FakeConnector() as connector, new_session() as session:
        messenger = TeamsMessenger(Connector(session, None, LocalGate().allows), None)
        rules = {"rate": rate, "still_wanted": still_wanted, "pace": pace, "elsewhere": elsewhere, "steady": steady}
        courier = Courier(database, messenger, clock, **rules)  # type: ignore[arg-type]
        yield Desk(database, connector, courier, clock)


def meet(session: Session, url: str, name: str, now: datetime, *, chat: bool = True) -> int:
    key = name.casefold()
    person = people.meet(session, f"29:{key}", None, name, now)
    session.flush()
    if chat:
        hear(session, f"a:{key}", url, now, person_id=person.id)
    return person.id


def hear(session: Session, conversation: str, url: str, now: datetime, *, person_id: int | None = None) -> None:
    places.remember_conversation(
        session,
        conversation,
        scope="channel" if person_id is None else "personal",
        service_url=url,
        tenant_id=TENANT,
        team_id="19:team" if person_id is None else None,
        person_id=person_id,
        now=now,
    )


def note(person_id: int, text: str = "hej", key: str = "", **more: Any) -> Outgoing:
    """Return a short message to somebody."""
    return Outgoing(key or f"note:{text}:{person_id}", "note:1", ToPerson(person_id), text=text, **more)


def reminder(person_id: int, key: str = "", **more: Any) -> Outgoing:
    """Return a scheduled reminder to somebody."""
    said = AsMail("Nyckeltalen ska in senast den 31 mars", "Nyckeltalen saknas än.", "Du får mejlet för att …")
    reach = {"reach": Reach.REMINDER, "mail": said}
    return Outgoing(key or f"r:{person_id}", "note:1", ToPerson(person_id), text="hej", **{**reach, **more})


def keys(rows: Sequence[Delivery]) -> list[str]:
    return [row.key for row in rows]
