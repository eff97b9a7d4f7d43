"""The tenant as the doctor meets it: Entra's sign-in and Graph's stand-in, with permissions, secrets and policies.

What an app may do to a mailbox follows from three places, as in Exchange Online: roles granted in Entra (the token's
``roles``), an access policy that narrows them, and roles for single mailboxes (RBAC for Applications).
"""

from __future__ import annotations

import binascii
import time
from email.utils import formatdate
from typing import Any, Self

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.pipeline.transport import AioHttpTransport

from bot.doctor.permissions import CALENDAR, MAIL, PERMISSIONS
from tests.support.fakes import Json
from tests.support.graph_standin import MAILBOX, Documented, GraphStandIn, _error
from tests.support.graph_state import Answer, Given, State

APP_ID = "6c9e9d3a-0000-4000-8000-000000000001"
TENANT = "aaaaaaaa-0000-4000-8000-00000000000a"
SECRET = "qXy8Q~hemlig.nyckel"
KANSLI_MAILBOX = "kansliet@ekokommuner.example"
SIGNED = "the stand-in signs its tokens with this, and nobody checks"
MICROSOFT = "https://login.microsoftonline.com"
CALLS = [
    Documented(
        name="readCalendar",
        method="GET",
        path="/users/{user}/calendar",
        permission=("Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"),
        denied="ErrorAccessDenied",
        status=200,
        source="calendar-get",
        query=("$select",),
    ),
    Documented(
        name="readApplication",
        method="GET",
        path="/applications(appId='{app}')",
        permission=("Application.Read.All",),
        denied="Authorization_RequestDenied",
        status=200,
        source="application-get",
        query=("$select",),
    ),
]


class Rerouted(AioHttpTransport):  # type: ignore[misc] # azure makes it on demand, so its type is not known
    """azure-identity's own transport; what it sends to Microsoft reaches the stand-in (it refuses plain http)."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    async def send(self, request: Any, **more: Any) -> Any:
        assert request.url.startswith(MICROSOFT)
        request.url = request.url.replace(MICROSOFT, self._base)
        return await super().send(request, **more)


class TenantState(State):
    """One app with its secrets, and two mailboxes."""

    def __init__(self) -> None:
        super().__init__(MAILBOX)
        self.mailboxes = {MAILBOX, KANSLI_MAILBOX}
        self.secrets: list[Json] = []
        self.busy = False

    def sendMail(self, given: Given, query: Given, mail: Any) -> Answer:
        if mail is None:
            return Answer(400, code="ErrorMimeContentInvalidBase64String")
        return super().sendMail(given, query, mail)

    def readCalendar(self, given: Given, _: Given, __: None) -> Answer:
        if self.busy:
            return Answer(503, code="ServiceUnavailable")
        if given["user"] not in self.mailboxes:
            return Answer(404, code="ErrorInvalidUser", message="The requested user is invalid.")
        return Answer(200, {"id": "AAMkAG="})

    def readApplication(self, given: Given, _: Given, __: None) -> Answer:
        if given["app"] != APP_ID:
            return Answer(404, code="Request_ResourceNotFound")
        return Answer(200, {"passwordCredentials": self.secrets})


class TenantStandIn(GraphStandIn):
    """Graph and Entra; by default all is well: the mailbox's permissions are scoped in Exchange."""

    def __init__(self) -> None:
        super().__init__()
        self.state: TenantState = TenantState()
        self._calls = [*self._calls, *((call, call.pattern) for call in CALLS)]
        self.roles = {one.name for one in PERMISSIONS} - {MAIL, CALENDAR}
        self.policy: set[str] | None = None
        self.scoped = {(MAIL, MAILBOX), (CALENDAR, MAILBOX)}
        self.refusal: tuple[int, str] | None = None
        """Entra's number and words where it gives no token."""
        self.no_graph = False
        """Whether Entra gives tokens for Teams only."""
        self.clock_ahead = 0.0
        self.login = ""
        self._issued: set[str] = set()
        entra = web.Application()
        entra.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        entra.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self._metadata)
        self._entra = TestServer(entra)

    async def __aenter__(self) -> Self:
        await self._entra.start_server()
        self.login = str(self._entra.make_url("")).rstrip("/")
        return await super().__aenter__()

    async def __aexit__(self, *error: object) -> None:
        await self._entra.close()
        await super().__aexit__(*error)

    async def stop_entra(self) -> None:
        await self._entra.close()

    async def _metadata(self, _: web.Request) -> web.Response:
        return web.json_response({}, headers={"Date": formatdate(time.time() + self.clock_ahead, usegmt=True)})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        refusal = self.refusal
        if request.match_info["tenant"] != TENANT:
            refusal = 90002, "Tenant not found."
        elif form["client_id"] != APP_ID:
            refusal = 700016, "Application was not found in the directory."
        elif "client_assertion" not in form and form["client_secret"] != SECRET:
            refusal = (
                7000215,
                "Invalid client secret provided. Ensure the secret being sent is the client secret value.",
            )
        elif self.no_graph and "graph" in str(form["scope"]):
            refusal = 500011, "The resource principal was not found in the tenant."
        if refusal is not None:
            code, words = refusal
            said = {"error": "invalid_client", "error_description": f"AADSTS{code}: {words}", "error_codes": [code]}
            return web.json_response(said, status=401)
        claims = {"aud": str(form["scope"]), "roles": sorted(self.roles), "n": len(self._issued)}
        token = jwt.encode(claims, SIGNED, algorithm="HS256")
        self._issued.add(token)
        return web.json_response({"access_token": token, "expires_in": 3600, "token_type": "Bearer"})

    async def _answer(self, call: Documented, request: web.Request, given: dict[str, str], body: Any) -> web.Response:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._issued:
            return _error(401, "InvalidAuthenticationToken", "no")
        if call.name in ("sendMail", "readCalendar") and given["user"] in self.state.mailboxes:
            needed = MAIL if call.name == "sendMail" else CALENDAR
            self.granted = {needed} if self._may(needed, given["user"]) else set()
        elif call.name in ("sendMail", "readCalendar"):
            self.granted = set(call.permission)
        else:
            self.granted = self.roles
        return self._do(call, request, given, body)

    def _may(self, needed: str, mailbox: str) -> bool:
        in_entra = needed in self.roles and (self.policy is None or mailbox in self.policy)
        return in_entra or (needed, mailbox) in self.scoped

    def _mime(self, raw: bytes) -> Any:
        try:
            return super()._mime(raw)
        except binascii.Error:
            return None
