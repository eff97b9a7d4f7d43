"""One bot per SQLite file: a lock of the operating system, which ends with its process however that ends.

SQLite itself lets several processes write. But the bot keeps an index and a schedule in its memory, and a second one
would answer from an old index and send what the first one sends. Operator commands do not take the lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL, make_url


class LockError(Exception):
    """The lock can't be had. The text says why, and the remedy."""


@contextmanager
def hold(url: str | URL) -> Iterator[None]:
    """Hold the lock of the database at ``url`` during the block. Do nothing unless it is an SQLite file.

    The lock's file stays when the lock ends: deleting it would let two processes lock two files of the same name.
    Raises :class:`LockError` at once if another process holds it, or if its file can't be made.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        yield
        return
    lock = Path(f"{Path(parsed.database).resolve()}.lock")  # one lock, whatever link leads to the file
    try:
        opened = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LockError(f"{lock} can't be written ({error.strerror}). Let the bot's user write its folder") from error
    try:
        _take(opened, parsed.database)
        os.ftruncate(opened, 0)
        os.pwrite(opened, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(opened)  # which ends the lock


def _take(opened: int, database: str) -> None:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        number = os.pread(opened, 20, 0).decode("ascii", "replace")
        process = f" (process {number})" if number.isdecimal() else ""
        raise LockError(
            f"another bot{process} uses {database} already, and SQLite takes only one. Stop that bot first"
        ) from error
