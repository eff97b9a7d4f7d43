"""Helpers for the tests of Graph: the bot's client with the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.delivery.mail import Link, compose
from bot.graph import Account, Graph, connected
from bot.graph.limits import Tempo
from bot.tenant import Appointment, Attendee, Letter, Ping, Tenant
from tests.support.graph_standin import MAILBOX, GraphStandIn, StandInCredential

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
ANNA = "11111111-0000-4000-8000-000000000001"
BO = "11111111-0000-4000-8000-000000000002"
MANIFEST = "6c9e9d3a-0000-4000-8000-000000000001"
TEAM = "22222222-0000-4000-8000-00000000000a"
CHANNEL = "19:vatten@thread.tacv2"
CHAT = "https://teams.microsoft.com/l/chat/0/0?users=28:6c9e9d3a-0000-4000-8000-000000000001"
FAST = Tempo(mail=(1000, 1.0), calendar=(1000, 1.0), feed=(1000, 1.0), bulk=(1000, 1.0), reading=(1000, 1.0))


@dataclass
class Office:
    """The client and what it speaks to."""

    graph: Graph
    standin: GraphStandIn
    credential: StandInCredential

    @property
    def tenant(self) -> Tenant:
        return self.graph.tenant


@asynccontextmanager
async def connected_to(base: str, tempo: Tempo, credential: StandInCredential | None = None) -> AsyncIterator[Graph]:
    account = Account(MAILBOX, "kansliet@ekokommuner.example", MANIFEST)
    identity = credential or StandInCredential()
    async with connected(account, lambda: identity, lambda: NOW, base=base, tempo=tempo) as graph:
        yield graph


@asynccontextmanager
async def office(tempo: Tempo = FAST) -> AsyncIterator[Office]:
    credential = StandInCredential()
    async with GraphStandIn() as standin, connected_to(standin.base, tempo, credential) as graph:
        yield Office(graph, standin, credential)
    assert credential.closed


def letter(key: str = "deadline:12:2027-03-31:rung:-14:person:88", to: str = "anna@tranemo.example") -> Letter:
    return compose(
        key=key,
        to=to,
        name="Anna Öberg",
        subject="Nyckeltalen ska in senast den 31 mars",
        text="Hej Anna!\n\nTranemos **nyckeltal för 2026** saknas än. Sista dagen är den 31 mars.",
        why="Du får mejlet för att du rapporterar nyckeltalen för Tranemo kommun.",
        stop="Vill du inte ha påminnelser med e-post? Skriv ”påminnelser” till boten i Teams, eller svara på mejlet.",
        link=Link("Öppna chatten i Teams", CHAT),
    )


def appointment(title: str = "Webbinarium: dagvatten", html: str = "<p>Välkommen!</p>") -> Appointment:
    return Appointment(
        key="event:7",
        title=title,
        starts=datetime(2027, 3, 30, 7, 0, tzinfo=UTC),
        ends=datetime(2027, 3, 30, 8, 0, tzinfo=UTC),
        text="Välkommen!",
        html=html,
    )


PING = Ping("Nyckeltalen ska in senast den 31 mars.", "Nyckeltal", CHAT)
PEOPLE = [Attendee("anna@tranemo.example", "Anna Öberg"), Attendee("bo@lund.example", "Bo Ek")]
