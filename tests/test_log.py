from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from bot import log


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    log.configure(stream)
    return stream


def fail(error: Exception) -> None:
    raise error


def read(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert isinstance(entry, dict)
    return entry


def test_a_line_is_json_with_what_was_given(stream: io.StringIO) -> None:
    logging.getLogger("bot.x").warning("turn failed", extra={"reference": "K7Q2", "attempts": 3, "kinds": {"åäö"}})
    entry = read(stream)
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "level": "warning",
        "logger": "bot.x",
        "event": "turn failed",
        "reference": "K7Q2",
        "attempts": 3,
        "kinds": "{'åäö'}",
    }


def test_a_fault_has_its_traceback_but_not_what_somebody_wrote(stream: io.StringIO) -> None:
    try:
        try:
            int("jag är sjuk")
        except ValueError as error:
            raise RuntimeError("jag är sjuk") from error
    except RuntimeError:
        logging.getLogger("bot.x").exception("turn failed")
    entry = read(stream)
    assert "jag är sjuk" not in entry["exception"].replace('"jag är sjuk"', "")  # the test's own source lines
    assert "builtins.ValueError\n\nwhich led to:\n" in entry["exception"]
    assert entry["exception"].endswith("builtins.RuntimeError\n")
    assert "test_log.py" in entry["exception"]


def test_the_operating_systems_words_are_kept(stream: io.StringIO) -> None:
    try:
        fail(OSError(98, "Address already in use"))
    except OSError:
        logging.getLogger("bot.x").exception("no start")
    assert read(stream)["exception"].endswith("builtins.OSError: [Errno 98] Address already in use\n")


def test_only_the_first_line_of_an_event_is_kept(stream: io.StringIO) -> None:
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: ValueError('jag är sjuk')")
    assert read(stream)["event"] == "Task exception was never retrieved"


def test_requests_are_not_logged(stream: io.StringIO) -> None:
    for name in ("aiohttp.access", "azure.core.pipeline"):
        logging.getLogger(name).info("GET /files/one-time-secret")
    assert stream.getvalue() == ""


def test_a_terminal_gets_plain_lines() -> None:
    stream = Terminal()
    log.configure(stream)
    logging.getLogger("bot.x").info("ready", extra={"port": 3978})
    try:
        fail(RuntimeError("why"))
    except RuntimeError:
        logging.getLogger("bot.x").exception("turn failed")
    lines = stream.getvalue().splitlines()
    assert lines[0].endswith("INFO    ready port=3978")
    assert lines[-1] == "RuntimeError: why"
