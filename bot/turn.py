"""One turn: the event, the person, an open transaction and the time; and the app that every turn can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from bot.message import Incoming, Json, Kind, Message, Reply, Scope, UserError, in_place, say
from bot.plan import SendingPlan
from bot.ports import Bank
from bot.routes import Dialog, Routes
from bot.settings import Settings
from storage import kansli
from storage.database import Database
from storage.people import Person
from storage.turn_facts import TurnFacts

if TYPE_CHECKING:
    from bot.desk import Decider, Tile
    from bot.register.audience import Condition

KANSLI_ONLY = "Det där kan bara kansliet göra. Skriv **hjälp** för att se vad du kan göra."


@dataclass(frozen=True, slots=True)
class App:
    """What every turn can reach; built once in ``app.py`` and in the tests."""

    settings: Settings
    database: Database
    routes: Routes[Turn]
    dialogs: Mapping[str, Dialog[Turn]]
    bank: Bank
    start: Sequence[Tile] = ()
    """The buttons of the start page, in their order."""
    decisions: Sequence[Decider] = ()
    """What prepares decisions for the kansli."""
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    """The features' own conditions of audiences (:data:`bot.features.AUDIENCES`)."""
    plan: SendingPlan = field(default_factory=SendingPlan)
    """What the bot sends by itself (:data:`bot.jobs.PLAN`)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything a handler gets: the event, the person who caused it, an open transaction and the time."""

    app: App
    session: Session
    incoming: Incoming
    person: Person
    found: TurnFacts
    """The facts that were read from the database when the turn began."""
    now: datetime
    """Aware, UTC."""
    argument: str = ""
    """The text after the command word."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The button's data and inputs."""
        return self.incoming.data

    @property
    def kansli(self) -> bool:
        """Whether the person has the kansli role right now. Looked up on demand: a plain question needs no role."""
        return is_kansli(self.session, self.app.settings, self.person)

    def refuse_members(self) -> None:
        """Raise :class:`UserError` unless the person has the kansli role right now."""
        if not self.kansli:
            raise UserError(KANSLI_ONLY)

    @property
    def page(self) -> int:
        """The page that a list's button asks for; 0 for anything that is not a number."""
        wanted = self.data.get("page")
        return wanted if isinstance(wanted, int) and not isinstance(wanted, bool) else 0

    @property
    def personal(self) -> bool:
        """Whether this is the person's own chat with the bot."""
        return self.incoming.place.scope is Scope.PERSONAL

    @property
    def others_read(self) -> bool:
        """Whether others read what is answered: not in 1:1, nor to a private message, nor to a press, which is told."""
        return not (self.personal or self.incoming.private or self.incoming.kind is Kind.ACTION)

    @property
    def aside(self) -> bool:
        """Whether to show what only this person needs to them alone: in a channel, if the operator has set that."""
        in_channel = self.incoming.place.scope is Scope.CHANNEL
        return self.app.settings.private_replies and in_channel and not self.incoming.private

    def saying(self, argument: str) -> Turn:
        """Return the turn for a command with ``argument`` after its word."""
        return replace(self, argument=argument)

    def press(self, verb: str, data: Mapping[str, Any]) -> Reply:
        """Return what a button answers, of any feature, as if it were pressed now. Its card comes as a message."""
        pressed = replace(self.incoming, verb=verb, data=dict(data))
        reply = self.app.routes.actions[verb].handler(replace(self, incoming=pressed))
        shown = reply.state or reply.view
        return Reply(messages=((Message(card=shown),) if shown else ()) + reply.messages, notice=reply.notice)

    def in_place(self, card: Json) -> Reply:
        """Replace the pressed card. Where others read too, only the person who pressed sees the new one."""
        return in_place(say(card=card), personal=self.personal)


def is_kansli(session: Session, settings: Settings, person: Person) -> bool:
    """Return whether the person has the kansli role now, from the settings or given in the chat."""
    return kansli.includes(session, person, settings.kansli)
