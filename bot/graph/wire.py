"""One request to Graph: the SDK writes and sends it, we read the answer and say what it means.

Requests are built and their bodies written by the SDK's builders and models. Answers are read as JSON: the SDK's models
cost 100 ms of CPU for twenty events (baselines.md §3a). Its retries and redirects are off. It repeats any POST on 503
and 504, so mail comes twice (platform.md §7), and does not wait at all where Retry-After is 180 s or more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import RedirectHandlerOption, ResponseHandlerOption, RetryHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_request_adapter import options as graph_options
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory

from bot.graph import BASE
from bot.graph.failures import Call, Faults, Refusal, understood
from bot.graph.limits import Limits, Tempo
from bot.graph.thread import GraphThread
from bot.message import Json
from bot.ports import Failed, TryLater, Uncertain, Unreachable

TIMEOUT = httpx.Timeout(30, connect=5)
"""Seconds. The SDK's own 100 would hold one of four mail slots that long."""
MOST_PAGES = 1000
"""Of one list. More is a circle."""
_NOTHING_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class OnWire:
    """What lives on Graph's thread and asks over its wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def thread(self) -> GraphThread:
        """Graph's thread."""
        return self._wire.thread


class Wire:
    """Graph, reached on a thread of its own. ``tally`` counts answers by call, for the figures."""

    def __init__(
        self,
        thread: GraphThread,
        credential: AsyncTokenCredential,
        *,
        base: str = BASE,
        tempo: Tempo | None = None,
    ) -> None:
        """Must be made on the thread. ``credential`` is this wire's to close."""
        self.thread = thread
        self.base = base
        self.limits = Limits(tempo or Tempo())
        self.faults = Faults()
        self.tally: Counter[tuple[str, str]] = Counter()
        self._credential = credential
        self._origin = urlsplit(base)[:2]
        # HTTP/1.1: on HTTP/2 one lost connection puts all requests under way in doubt
        self._connections = httpx.AsyncHTTPTransport()
        self._http = GraphClientFactory.create_with_default_middleware(
            client=httpx.AsyncClient(transport=self._connections, timeout=TIMEOUT),
            options={
                **graph_options,
                RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=0, should_retry=False),
                RedirectHandlerOption.get_key(): RedirectHandlerOption(should_redirect=False),
            },
        )
        host = str(urlsplit(base).hostname)
        provider = AzureIdentityAuthenticationProvider(credential, allowed_hosts=[host])
        self._adapter = GraphRequestAdapter(provider, self._http)
        self._adapter.base_url = base
        self.client = GraphServiceClient(request_adapter=self._adapter)

    async def close(self) -> None:
        """Close connections and the credential."""
        await self._http.aclose()
        await self._connections.aclose()  # the SDK's transport around it does not
        await self._credential.close()

    async def send(self, call: Call, info: RequestInformation) -> Json:
        """The answer's JSON. Raises as :class:`bot.ports.Messenger` does."""
        try:
            return await self.exchange(call, info)
        except Refusal as refusal:
            raise understood(call, refusal, self.faults) from refusal

    async def exchange(self, call: Call, info: RequestInformation) -> Json:
        """As :meth:`send`, but a refusal is raised as it is, for who can make something of it."""
        info.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        try:
            response = await self._adapter.send_primitive_async(info, "bytes", {})
        except _NOTHING_WRITTEN as error:
            raise self._count(call, TryLater("no_connection")) from error
        except httpx.RequestError as error:
            lost = TryLater("no_answer") if call.repeatable else Uncertain("no_answer")
            raise self._count(call, lost) from error
        except AzureError as error:
            raise self._count(call, TryLater("no_token")) from error
        return self._read(call, response)

    async def pages(self, call: Call, info: RequestInformation) -> AsyncIterator[Json]:
        """Each thing in a list, page by page. A later page that is refused is a broken answer, and no refusal to us."""
        for number in range(MOST_PAGES):
            try:
                async with self.limits.reading.turn():
                    page = await self.send(call, info)
            except Unreachable as error:
                if number == 0:
                    raise
                raise Failed("page_refused") from error  # whoever is on it must not be taken for gone
            things = page.get("value")
            if not isinstance(things, list) or not all(isinstance(thing, dict) for thing in things):
                raise Failed("no_list")
            for thing in things:
                yield thing
            link = page.get("@odata.nextLink")
            if not link:
                return
            if urlsplit(link)[:2] != self._origin:  # the token would go along
                raise Failed("strange_next_link")
            info = RequestInformation(Method.GET)
            info.url = link
            info.headers.try_add("Accept", "application/json")
        raise Failed("too_many_pages")

    def _read(self, call: Call, response: Any) -> Json:
        self.tally[call.name, str(response.status_code)] += 1
        if not response.is_success:
            raise Refusal(response.status_code, response.headers, response.content)
        self.faults.well(call)
        try:
            parsed = orjson.loads(response.content) if response.content else {}
        except orjson.JSONDecodeError:
            parsed = {}
        return parsed if isinstance(parsed, dict) else {}

    def _count(self, call: Call, outcome: TryLater | Uncertain) -> TryLater | Uncertain:
        self.tally[call.name, outcome.code] += 1
        return outcome
