"""The log: one JSON object a line on stderr, or plain lines where a person watches a terminal.

Texts that people wrote are never logged. An exception's message may quote them (a conversion error, a database driver),
so the JSON log keeps messages only from packages that are known to speak about themselves.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes of every record. All others came with ``extra=``."""
_SPEAKING = frozenset({"aiohttp", "alembic", "app", "azure", "bot", "dialogs", "jwt", "msal", "storage"})
"""Packages whose exceptions speak of configuration, networks and our own rules, and don't quote what people wrote."""
_QUIET = ("aiohttp.access", "alembic", "apscheduler", "azure", "httpx", "msal", "urllib3")
"""Loggers that would log every request. Only their warnings are kept."""


class JsonLines(logging.Formatter):
    """``time``, ``level``, ``logger``, ``event``, what ``extra=`` gave, and an ``exception`` if there was one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line. A value that JSON can't hold is written as text."""
        line: dict[str, Any] = {
            "time": _when(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage().partition("\n")[0],  # asyncio puts exceptions' words after the first line
            **_extras(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = "".join(_describe(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """For a terminal: time, level, event, extras. Exceptions in full, since your own laptop may show everything."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, with the traceback below it if there was an exception."""
        extras = "".join(f" {name}={value}" for name, value in _extras(record).items())
        line = f"{_when(record).astimezone():%H:%M:%S} {record.levelname:<7} {record.getMessage()}{extras}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def configure(stream: TextIO = sys.stderr) -> None:
    """Send every logger to ``stream``. Replace the earlier configuration."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainLines() if stream.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _when(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _describe(error: BaseException) -> Iterator[str]:
    """Yield a traceback, causes first, with each exception's type and, where it is safe, its message."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _describe(earlier)
        yield "\nwhich led to:\n\n"
    yield from traceback.format_tb(error.__traceback__)
    kind = type(error)
    package = kind.__module__.partition(".")[0]
    words = f": {error}" if package in _SPEAKING or isinstance(error, OSError) else ""
    state = f" [{error.sqlstate}]" if hasattr(error, "sqlstate") else ""
    yield f"{kind.__module__}.{kind.__qualname__}{state}{words}\n"
