"""The only fakes: the far ends of the wires that leave the bot. They speak HTTP on loopback, so real clients run."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"


@dataclass
class Sent:
    """One message of the bot's, as Teams keeps it: what everyone sees, and what single people see instead."""

    id: str
    conversation: str
    activity: Json
    reply_to: str | None = None
    views: dict[str, Json] = field(default_factory=dict)
    versions: list[Json] = field(default_factory=list)
    deleted: bool = False
    private: bool = False
    """Whether only its recipient sees it."""

    @property
    def text(self) -> str:
        return str(self.activity.get("text") or "")

    @property
    def card(self) -> Json | None:
        """The card that everyone sees."""
        return next((a["content"] for a in self.activity.get("attachments", ()) if a["contentType"] == CARD), None)

    def card_for(self, person: str) -> Json | None:
        """Return the card that one person sees."""
        return self.views.get(person, self.card)


@dataclass(frozen=True)
class Call:
    """One request that reached the Connector."""

    method: str
    path: str
    body: Json
    authorization: str | None
    query: str = ""


@dataclass
class Trouble:
    """What goes wrong with a call. ``arrives``: the message is there nevertheless. No status: no answer at all."""

    times: int = 1
    status: int = 0
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    arrives: bool = False
    seconds: float = 0.0
    """How long until the error is answered, or the connection closed."""


BLOCKED = Trouble(
    status=403, body={"errorCode": 209, "message": '{\r\n "subCode": "MessageWritesBlocked",\r\n "x": 1}'}
)
"""Teams' odd answer where the person blocked the bot."""


def refusal(status: int, code: str) -> Trouble:
    """Return a refusal in the Connector's usual shape."""
    return Trouble(status=status, body={"error": {"code": code, "message": "no"}})


class FakeConnector:
    """Teams' Connector on loopback; an async context manager.

    What a person sees after pressing a button is kept apart from what everyone sees: hand an invoke's answer to
    :meth:`answered` as the client would. An update replaces the shared card and every view of it.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.calls: list[Call] = []
        self.members: dict[str, list[Json]] = {}
        """Members by conversation; listed two to a page."""
        self.groups: dict[str, str] = {}
        """Entra group by team."""
        self.delay = 0.0
        """Seconds before each answer."""
        self.no_asides: Trouble | None = None
        """What a message that one person alone should see is answered with, where Teams does not take it."""
        self.refuses: dict[str, Trouble] = {}
        """What every call about a conversation, or opening a chat with a person, is answered with."""
        self.chaos: Callable[[], Trouble | None] = lambda: None
        """Asked at each call that nothing else is wrong with."""
        self._trouble: list[Trouble] = []
        self._number = 0
        app = web.Application()
        app.router.add_post("/v3/conversations", self._create)
        app.router.add_post("/v3/conversations/{conversation}/activities", self._post)
        app.router.add_post("/v3/conversations/{conversation}/activities/{activity}", self._post)
        app.router.add_put("/v3/conversations/{conversation}/activities/{activity}", self._put)
        app.router.add_delete("/v3/conversations/{conversation}/activities/{activity}", self._delete)
        app.router.add_get("/v3/conversations/{conversation}/pagedmembers", self._members)
        app.router.add_get("/v3/teams/{team}", self._team)
        app.middlewares.append(self._around)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def url(self) -> str:
        """The service URL to put in activities."""
        return str(self._server.make_url("/"))

    @property
    def messages(self) -> list[Sent]:
        """The bot's messages that still stand, oldest first."""
        return [message for message in self.sent if not message.deleted]

    def message(self, activity_id: str) -> Sent:
        return next(message for message in self.sent if message.id == activity_id)

    def answered(self, message: Sent, person: str, answer: Json) -> None:
        """Show an invoke's answer to the one who pressed, and to nobody else."""
        if answer.get("type") == CARD:
            message.views[person] = answer["value"]

    def expire(self, message: Sent) -> None:
        """Take away a message that one person alone saw, as Teams does after 24 hours."""
        assert message.private
        message.deleted = True

    def fail(self, status: int, *, times: int = 1, code: str = "", body: Any = None, arrives: bool = False) -> None:
        """Answer the next ``times`` calls with an error in the Connector's usual shape, or with ``body``."""
        usual = {"error": {"code": code, "message": "no"}} if code else {}
        self._trouble.append(Trouble(times, status, usual if body is None else body, arrives=arrives))

    def throttle(self, *, times: int = 1, retry_after: float | None = None) -> None:
        """Answer the next ``times`` calls with 429."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._trouble.append(Trouble(times, 429, {"error": {"code": "Throttled", "message": "wait"}}, headers))

    def hang_up(self, *, times: int = 1, arrives: bool = False, seconds: float = 0.0) -> None:
        """Close the connection of the next ``times`` calls without an answer, after ``seconds``."""
        self._trouble.append(Trouble(times, arrives=arrives, seconds=seconds))

    @web.middleware
    async def _around(self, request: web.Request, handler: Any) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else {}
        self.calls.append(
            Call(request.method, request.path, body, request.headers.get("Authorization"), request.query_string)
        )
        if self.delay:
            await asyncio.sleep(self.delay)
        trouble = self._wrong_with(request, body)
        if trouble is not None:
            if trouble.arrives:
                await handler(request)
            await asyncio.sleep(trouble.seconds)
            if not trouble.status:
                if request.transport is not None:  # None: the client has given up
                    request.transport.close()
                return web.Response(status=500)
            if isinstance(trouble.body, bytes):
                return web.Response(body=trouble.body, status=trouble.status, headers=trouble.headers)
            return web.json_response(trouble.body, status=trouble.status, headers=trouble.headers)
        answer: web.StreamResponse = await handler(request)
        return answer

    def _wrong_with(self, request: web.Request, body: Json) -> Trouble | None:
        if self.no_asides is not None and request.method == "POST" and request.query.get("isTargetedActivity"):
            return self.no_asides
        members = body.get("members") or [{}]
        for about in (request.match_info.get("conversation"), members[0].get("id")):
            if about in self.refuses:
                return self.refuses[about]
        if not self._trouble:
            return self.chaos()
        trouble = self._trouble[0]
        trouble.times -= 1
        if not trouble.times:
            self._trouble.pop(0)
        return trouble

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.json()
        recipient, conversation = body.get("recipient") or {}, request.match_info["conversation"]
        private = recipient.get("isTargeted") is True
        alone = conversation.startswith("a:")  # there everything is private, so Teams takes no targeted message
        asked = request.query.get("isTargetedActivity") == "true"
        if private != asked or (private and (alone or not recipient.get("id"))):
            return web.json_response({"error": {"code": "BadSyntax", "message": "isTargeted"}}, status=400)
        message = self._keep(
            request.match_info["conversation"], await request.json(), request.match_info.get("activity")
        )
        message.private = private
        return web.json_response({"id": message.id}, status=201)

    async def _put(self, request: web.Request) -> web.Response:
        if "recipient" in await request.json():
            return web.json_response({"error": {"code": "BadSyntax", "message": "recipient"}}, status=400)
        private = request.query.get("isTargetedActivity") == "true"
        found = [message for message in self.messages if message.id == request.match_info["activity"]]
        if not found or found[0].private != private:
            return web.json_response({"error": {"code": "ActivityNotFoundInConversation", "message": ""}}, status=404)
        found[0].versions.append(found[0].activity)
        found[0].activity = await request.json()
        found[0].views.clear()
        return web.json_response({"id": found[0].id})

    async def _delete(self, request: web.Request) -> web.Response:
        for message in self.sent:
            message.deleted |= message.id == request.match_info["activity"]
        return web.Response()

    async def _create(self, request: web.Request) -> web.Response:
        parameters = await request.json()
        channel = (parameters.get("channelData") or {}).get("channel", {}).get("id")
        if channel is None:
            return web.json_response({"id": f"a:1:1-with-{parameters['members'][0]['id']}"}, status=201)
        message = self._keep(channel, parameters["activity"], None)
        message.conversation = f"{channel};messageid={message.id}"
        return web.json_response({"id": message.conversation, "activityId": message.id}, status=201)

    async def _members(self, request: web.Request) -> web.Response:
        start = int(request.query.get("continuationToken", "0"))
        everyone = self.members.get(request.match_info["conversation"], [])
        page: Json = {"members": everyone[start : start + 2]}
        if start + 2 < len(everyone):
            page["continuationToken"] = str(start + 2)
        return web.json_response(page)

    async def _team(self, request: web.Request) -> web.Response:
        team = request.match_info["team"]
        return web.json_response({"id": team, "name": "Mötesplats", "aadGroupId": self.groups.get(team)})

    def _keep(self, conversation: str, activity: Json, reply_to: str | None) -> Sent:
        self._number += 1
        message = Sent(f"sent-{self._number}", conversation, activity, reply_to)
        self.sent.append(message)
        return message


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Return a key pair by name; made once per run, because making one takes a tenth of a second."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class FakeIdentityProvider:
    """The Bot Framework's OpenID pages on loopback, and the tokens they vouch for; an async context manager."""

    issuer = "https://api.botframework.com"

    def __init__(self, app_id: str) -> None:
        self.app_id = app_id
        self.keys = {"first": ["msteams", "webchat"]}
        """Published keys and what they are endorsed for."""
        self.down = False
        self.answering = asyncio.Event()
        self.answering.set()
        """Cleared, it holds every answer back."""
        self.fetched = asyncio.Event()
        self.fetches = 0
        """How often the keys were asked for."""
        app = web.Application()
        app.router.add_get("/openid", self._metadata)
        app.router.add_get("/keys", self._published)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def metadata_url(self) -> str:
        return str(self._server.make_url("/openid"))

    def claims(self, service_url: str, **changes: Any) -> Json:
        """Return the claims of a good token; a change to None takes the claim away."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "aud": self.app_id,
            "nbf": now - 60,
            "exp": now + 3600,
            "serviceurl": service_url,
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def token(self, service_url: str, *, key: str = "first", kid: Any = None, **changes: Any) -> str:
        """Return a token signed with ``key`` as ``kid`` (the key's own name, if None)."""
        headers = {"kid": key if kid is None else kid}
        return jwt.encode(self.claims(service_url, **changes), rsa_key(key), algorithm="RS256", headers=headers)

    async def _metadata(self, _request: web.Request) -> web.Response:
        await self.answering.wait()
        if self.down:
            raise web.HTTPServiceUnavailable
        return web.json_response({"issuer": self.issuer, "jwks_uri": str(self._server.make_url("/keys"))})

    async def _published(self, _request: web.Request) -> web.Response:
        self.fetches += 1
        self.fetched.set()
        keys = []
        for name, endorsements in self.keys.items():
            public = jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key(name).public_key(), as_dict=True)
            keys.append({**public, "kid": name, "use": "sig", "endorsements": endorsements})
        return web.json_response({"keys": keys})
