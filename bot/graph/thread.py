"""Graph's own thread with its own event loop, so that no turn waits while an answer is parsed.

The SDK's models cost 5–7 ms of CPU for each object they read (reference: baselines.md §3a), and the import takes a
third of a second. None of that may run on the loop that serves turns.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class GraphThread:
    """Runs coroutines on a loop of its own. The first one starts the thread, :meth:`close` ends it."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    async def run(self, work: Coroutine[Any, Any, R]) -> R:
        """Run ``work`` on the thread, wait on the caller's loop, and return its result. Cancelling cancels the work."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._serve, name="graph", daemon=True)
            self._thread.start()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def close(self) -> None:
        """Cancel all running work and end the thread."""
        if self._loop is None or self._thread is None:
            return
        await self.run(_cancel_the_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop = self._thread = None

    def _serve(self) -> None:
        loop = self._loop
        if loop is None:
            return
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


class Aboard(Protocol):
    """An object that lives on Graph's thread."""

    @property
    def thread(self) -> GraphThread:
        """Graph's thread."""


A = TypeVar("A", bound=Aboard)


def on_graph_thread(
    method: Callable[Concatenate[A, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[A, P], Coroutine[Any, Any, R]]:
    """Return a method that can be called from any loop and runs on Graph's thread."""

    @wraps(method)
    async def hop(self: A, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.thread.run(method(self, *args, **kwargs))

    return hop


async def _cancel_the_rest() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
