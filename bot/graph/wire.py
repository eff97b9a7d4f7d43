"""One request to Graph: the SDK builds and sends it, we read the answer.

The SDK's builders and models make requests and their bodies. We read answers as JSON, because the SDK's models cost
100 ms of CPU for twenty events (baselines.md §3a). The SDK's retries and redirects are off: it repeats any POST on 503
and 504, so mail would come twice (platform.md §7), and it does not wait at all if Retry-After is 180 s or more.
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
from bot.graph.limits import GraphLimits, Tempo
from bot.graph.thread import GraphThread
from bot.message import Json
from bot.ports import Failed, TryLater, Uncertain, Unreachable

TIMEOUT = httpx.Timeout(30, connect=5)
"""Seconds. The SDK's own 100 would hold one of four mail slots that long."""
MOST_PAGES = 1000
"""Most pages of one list. More means that the links form a circle."""
_NOTHING_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class OnWire:
    """Base class of objects that live on Graph's thread and send requests over its wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def thread(self) -> GraphThread:
        """Graph's thread."""
        return self._wire.thread


class Wire:
    """Sends requests to Graph on a thread of its own. ``tally`` counts answers by call, for the figures."""

    def __init__(
        self,
        thread: GraphThread,
        credential: AsyncTokenCredential,
        *,
        base: str = BASE,
        tempo: Tempo | None = None,
    ) -> None:
        """Create the wire on Graph's thread. The wire closes ``credential``."""
        self.thread = thread
        self.base = base
        self.limits = GraphLimits(tempo or Tempo())
        self.faults = Faults()
        self.tally: Counter[tuple[str, str]] = Counter()
        self._credential = credential
        self._origin = urlsplit(base)[:2]
        # HTTP/1.1: on HTTP/2 one lost connection puts every running request in doubt
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
        """Return the answer's JSON. Raises as :class:`bot.ports.Messenger` does."""
        try:
            return await self.exchange(call, info)
        except Refusal as refusal:
            raise understood(call, refusal, self.faults) from refusal

    async def exchange(self, call: Call, info: RequestInformation) -> Json:
        """Do the same as :meth:`send`, but raise a refusal as it is, for callers that handle it themselves."""
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
        """Yield each object of a list, page by page.

        If Graph refuses a later page, the answer is broken; it does not mean that we may not read the list.
        """
        for number in range(MOST_PAGES):
            try:
                async with self.limits.reading.turn():
                    page = await self.send(call, info)
            except Unreachable as error:
                if number == 0:
                    raise
                raise Failed("page_refused") from error  # nobody on this page may be taken for gone
            things = page.get("value")
            if not isinstance(things, list) or not all(isinstance(thing, dict) for thing in things):
                raise Failed("no_list")
            for thing in things:
                yield thing
            link = page.get("@odata.nextLink")
            if not link:
                return
            if urlsplit(link)[:2] != self._origin:  # the token would go to a stranger
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
