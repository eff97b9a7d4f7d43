"""One turn: the event, the person, an open transaction and the time; and the app that every turn can reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.message import Incoming, Scope
from bot.ports import Bank
from bot.routes import Dialog, Routes
from bot.settings import Settings
from storage import kansli
from storage.database import Database
from storage.people import Person
from storage.turn_facts import TurnFacts


@dataclass(frozen=True, slots=True)
class App:
    """What every turn can reach; built once in ``app.py`` and in the tests."""

    settings: Settings
    database: Database
    routes: Routes[Turn]
    dialogs: Mapping[str, Dialog[Turn]]
    bank: Bank


@dataclass(frozen=True, slots=True)
class Turn:
    """What a handler is given: the event, who it comes from, an open transaction and the time."""

    app: App
    session: Session
    incoming: Incoming
    person: Person
    found: TurnFacts
    """What the database knew when the turn began."""
    now: datetime
    """Aware, UTC."""
    argument: str = ""
    """What stood after the command word."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The button's data and inputs."""
        return self.incoming.data

    @property
    def kansli(self) -> bool:
        """Whether the person has the kansli's role right now. Looked up when asked: a plain question needn't know."""
        return is_kansli(self.session, self.app.settings, self.person)

    @property
    def page(self) -> int:
        """The page that a list's button turns to; 0 for anything that is no number."""
        wanted = self.data.get("page")
        return wanted if isinstance(wanted, int) and not isinstance(wanted, bool) else 0

    @property
    def personal(self) -> bool:
        """Whether this is the person's own chat with the bot."""
        return self.incoming.place.scope is Scope.PERSONAL


def is_kansli(session: Session, settings: Settings, person: Person) -> bool:
    """Whether the person has the kansli's role now, from the settings or given in the chat."""
    return kansli.includes(session, person, settings.kansli)
