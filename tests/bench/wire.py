"""Both ends of the wire, as cheap as they can be: a Connector that answers at once or late, and callers in a loop.

They share one process with each other and none with the bot, so what is measured is the bot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_POSTED = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"id":"b-1"}'


class HttpProtocol(asyncio.Protocol):
    """Cuts a kept-open connection into messages; knows ``Content-Length`` and chunks, which is all that is spoken."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while (end := _end(self._seen)) is not None:
            message, self._seen = self._seen[:end], self._seen[end:]
            self.message_received(message)

    def message_received(self, message: bytes) -> None:
        raise NotImplementedError


def _end(seen: bytes) -> int | None:
    """Return the end of the first message, or None while it is incomplete."""
    head, found, body = seen.partition(b"\r\n\r\n")
    if not found:
        return None
    lower = head.lower()
    start = len(head) + 4
    if b"transfer-encoding: chunked" in lower:
        at = body.find(b"0\r\n\r\n")
        return None if at < 0 else start + at + 5
    _, named, rest = lower.partition(b"content-length:")
    size = int(rest.partition(b"\r\n")[0]) if named else 0
    return start + size if len(body) >= size else None


@dataclass
class Stub:
    """The Connector: takes every reply, after ``delay`` seconds, and counts it."""

    port: int = 0
    delay: float = 0.0
    replies: int = 0
    last: bytes = b""
    """The last request that came."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@asynccontextmanager
async def connector() -> AsyncIterator[Stub]:
    """Yield a Connector on loopback for as long as the block runs."""
    stub = Stub()
    loop = asyncio.get_running_loop()

    class Serving(HttpProtocol):
        def message_received(self, message: bytes) -> None:
            stub.replies += b"/v3/conversations/" in message[:200]
            stub.last = message
            if stub.delay:
                loop.call_later(stub.delay, self._answer)
            else:
                self._answer()

        def _answer(self) -> None:
            if not self.transport.is_closing():
                self.transport.write(_POSTED)

    server = await loop.create_server(Serving, "127.0.0.1", 0, backlog=1000)
    stub.port = server.sockets[0].getsockname()[1]
    async with server:
        yield stub


class Caller(HttpProtocol):
    """One connection that posts and waits for the answer."""

    def __init__(self) -> None:
        super().__init__()
        self._answer: asyncio.Future[bytes] | None = None

    def message_received(self, message: bytes) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(message)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the bot hung up"))

    async def post(self, request: bytes) -> bytes:
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


async def call(port: int) -> Caller:
    """Return a connection to the bot on ``port``."""
    _, caller = await asyncio.get_running_loop().create_connection(Caller, "127.0.0.1", port)
    return caller


def request(body: bytes, token: str = "") -> bytes:
    """Return a POST to ``/api/messages`` as it goes over the wire."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        "POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"{authorization}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass
class Load:
    """The result of some seconds of calls."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    """The milliseconds of each turn, from the POST to its answer."""
    failures: int = 0

    @property
    def turns(self) -> int:
        return len(self.milliseconds)

    def percentile(self, share: float) -> float:
        """Return the milliseconds that this share of the turns stayed below."""
        ranked = sorted(self.milliseconds)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")


async def load(port: int, requests: list[Iterator[bytes]], seconds: float) -> Load:
    """Post for some seconds, one caller for each of ``requests``, each as fast as it is answered."""
    done = Load()
    callers = [await call(port) for _ in requests]
    start = time.perf_counter()

    async def loop(caller: Caller, source: Iterator[bytes]) -> None:
        while (at := time.perf_counter()) < start + seconds:
            answer = await caller.post(next(source))
            done.milliseconds.append((time.perf_counter() - at) * 1000)
            done.failures += not answer.startswith(b"HTTP/1.1 20")

    await asyncio.gather(*map(loop, callers, requests))
    done.seconds = time.perf_counter() - start
    for caller in callers:
        caller.transport.close()
    return done
