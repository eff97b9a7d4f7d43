"""The edge on loopback for its tests: a server with a scripted core, and activities to post to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from bot.conversation import TurnResult
from bot.delivery.replies import Unsent
from bot.message import NOTHING, Incoming, Json, Reply, Sent, say
from bot.teams.adapter import Adapter
from bot.teams.authentication import Authenticator
from bot.teams.bot import TeamsBot
from bot.teams.connector import Connector, new_session
from bot.teams.endpoint import make_runner, make_web_app
from bot.teams.gate import Gate, LocalGate, TeamsGate
from bot.teams.turns import Core
from tests.support.fakes import FakeConnector, FakeIdentityProvider

APP_ID = "6c9e9d3a-0000-4000-8000-000000000001"
TENANT = "aaaaaaaa-0000-4000-8000-00000000000a"
BOT = {"id": f"28:{APP_ID}", "name": "Bot"}
ANNA = {"id": "29:anna", "name": "Anna Ö", "aadObjectId": "11111111-0000-4000-8000-000000000001"}
TEAMS_URL = "https://smba.trafficmanager.net/emea/"

_numbers = count(1)


def activity(service_url: str, **changes: Any) -> Json:
    """Return a message in Anna's own chat, as Teams sends it; a change to None takes the field away."""
    good = {
        "type": "message",
        "id": f"in-{next(_numbers)}",
        "timestamp": "2026-11-24T08:00:00.1234567Z",
        "localTimestamp": "2026-11-24T09:00:00.1234567+01:00",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": ANNA,
        "recipient": BOT,
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:anna"},
        "text": "Vad gäller för Botkyrka?",
        "textFormat": "plain",
        "locale": "sv-SE",
        "attachments": [{"contentType": "text/html", "content": "<p>Vad gäller för Botkyrka?</p>"}],
        "entities": [{"type": "clientInfo", "locale": "sv-SE", "country": "SE", "platform": "Web"}],
        "channelData": {"tenant": {"id": TENANT}},
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def in_channel(service_url: str, text: str = "<at>Bot</at> hej", root: str = "1001", **changes: Any) -> Json:
    """Return a message in a channel's thread that mentions the bot."""
    given: Json = {
        "conversation": {
            "conversationType": "channel",
            "isGroup": True,
            "tenantId": TENANT,
            "id": f"19:general@thread.tacv2;messageid={root}",
        },
        "channelData": {
            "tenant": {"id": TENANT},
            "team": {"id": "19:team@thread.tacv2"},
            "channel": {"id": "19:general@thread.tacv2"},
        },
        "text": text,
        "entities": [mention(BOT)],
    }
    return activity(service_url, **{**given, **changes})


def mention(who: Json, text: str | None = None) -> Json:
    return {"type": "mention", "mentioned": who, "text": text or f"<at>{who['name']}</at>"}


def press(service_url: str, verb: str = "events.join", data: Json | None = None, **changes: Any) -> Json:
    """Return a press of a button (``Action.Execute``) in Anna's own chat."""
    action = {"type": "Action.Execute", "verb": verb, "data": data or {}}
    given: Json = {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "value": {"action": action, "trigger": "manual"},
        "replyToId": "sent-1",
        "text": None,
        "attachments": None,
    }
    return activity(service_url, **{**given, **changes})


@dataclass
class ScriptedCore:
    """A core that answers as its script says, and records the activities it gets."""

    script: Callable[[Incoming], Reply | Awaitable[Reply]] = lambda incoming: say(incoming.text)
    seen: list[Incoming] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    """Ids of the activities whose answer went."""
    messages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By id of the activity the ids of its answer's messages, as far as they are noted."""
    rests: dict[str, Reply] = field(default_factory=dict)
    """By id of the activity what was left of an answer that went in part."""
    later: dict[str, Unsent] = field(default_factory=dict)
    """By id of the activity what went to the outbox."""

    async def answer(self, incoming: Incoming) -> TurnResult:
        self.seen.append(incoming)
        reply = self.rests.get(incoming.activity_id) or self.script(incoming)
        if not isinstance(reply, Reply):
            reply = await reply
        return TurnResult(reply, unsent=incoming.activity_id not in self.marked)

    async def sent(self, gone: Sent) -> None:
        self.marked.append(gone.incoming.activity_id)
        self.messages[gone.incoming.activity_id] = gone.messages

    async def partly_sent(self, incoming: Incoming, rest: Reply) -> None:
        self.rests[incoming.activity_id] = rest

    async def deliver_later(self, incoming: Incoming, unsent: Unsent) -> None:
        self.later[incoming.activity_id] = unsent
        self.marked.append(incoming.activity_id)


@dataclass
class Answered:
    status: int
    body: Any
    headers: Any


@dataclass
class Edge:
    """A running edge and the client that plays Teams."""

    url: URL
    client: aiohttp.ClientSession
    core: ScriptedCore
    connector: FakeConnector
    bot: TeamsBot
    provider: FakeIdentityProvider | None = None
    clock: list[float] = field(default_factory=lambda: [0.0])
    """The authenticator's clock, in seconds. Set its only item."""
    problems: list[str] = field(default_factory=list)

    @property
    def service_url(self) -> str:
        """What activities name as their service URL; with tokens, Teams' own."""
        return self.connector.url if self.provider is None else TEAMS_URL

    async def post(self, body: Json | bytes, *, token: str | None = None, **headers: str) -> Answered:
        """Post to ``/api/messages``; with a good token for the body's service URL unless one is given."""
        given = {"Content-Type": "application/json"}
        if token is None and self.provider is not None and isinstance(body, dict):
            token = self.provider.token(body.get("serviceUrl") or TEAMS_URL)
        if token:
            given["Authorization"] = f"Bearer {token}"
        return await self.request({**given, **{n.replace("_", "-"): v for n, v in headers.items()}}, body)

    async def request(self, headers: dict[str, str], body: Json | bytes) -> Answered:
        """Post ``body`` with exactly these headers."""
        content = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.client.post(self.url / "api/messages", headers=headers, **content) as response:
            raw = await response.text()
            assert "Traceback" not in raw
            json_body = await response.json() if raw and response.content_type == "application/json" else raw
            return Answered(response.status, json_body, response.headers)


@asynccontextmanager
async def running(given: Core | None = None, *, tokens: bool = False) -> AsyncIterator[Edge]:
    """Yield an edge in local mode, or one that asks for tokens; ``given`` is the core instead of a scripted one."""
    core = ScriptedCore()
    async with FakeConnector() as connector, FakeIdentityProvider(APP_ID) as provider, new_session() as session:
        clock = [0.0]
        gate: Gate = LocalGate()
        if tokens:
            authenticator = Authenticator(APP_ID, session, metadata_url=provider.metadata_url, clock=lambda: clock[0])
            gate = TeamsGate(authenticator, [TENANT], [])
        outward = _Rerouted(session, gate, connector) if tokens else Connector(session, None, gate.allows)
        bot = TeamsBot(given or core)
        problems: list[str] = []

        async def current() -> list[str]:
            return problems

        runner = await make_runner(make_web_app(gate, Adapter(outward), bot, current))
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = URL(f"http://127.0.0.1:{runner.addresses[0][1]}")
        async with aiohttp.ClientSession() as client:
            yield Edge(url, client, core, connector, bot, provider if tokens else None, clock, problems)
        await runner.cleanup()


async def _token() -> str:
    return "connector-token"


class _Rerouted(Connector):
    """The real connector; what it may send to Teams' own host reaches the fake one."""

    def __init__(self, session: aiohttp.ClientSession, gate: Gate, fake: FakeConnector) -> None:
        super().__init__(session, _token, lambda _url: True)
        self._gate = gate
        self._fake = fake

    async def _call(self, method: str, service_url: str, path: str, body: Json | None = None) -> Json:
        assert self._gate.allows(service_url)
        return await super()._call(method, self._fake.url, path, body)


def quiet(_incoming: Incoming) -> Reply:
    """Return a script that says nothing."""
    return NOTHING
