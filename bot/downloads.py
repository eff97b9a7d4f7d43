"""Files behind a one-time link on the bot's own server: guests have no OneDrive here, where Teams would put a file.

A feature says which files there are with ``@routes.download``. Its function reads in a transaction, and what it returns
makes the bytes when the transaction is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.routes import Download, FileRequest, Role
from bot.settings import Settings
from bot.turn import App, Turn, is_kansli
from storage import links, people
from storage.links import DownloadLink

_LENGTH = 43
"""Characters of 256 bits."""


@dataclass(frozen=True, slots=True)
class File:
    """What a browser saves."""

    name: str
    content_type: str
    content: Callable[[], bytes]
    """Makes the bytes; may take long."""


def base_url(settings: Settings) -> str:
    """Where the bot's own pages are reached; empty where no browser reaches them."""
    if settings.public_url:
        return settings.public_url
    host = settings.host if ":" not in settings.host.strip("[]") else f"[{settings.host.strip('[]')}]"
    return f"http://{host}:{settings.port}" if settings.local else ""


def link(turn: Turn, file: Callable[[FileRequest], Callable[[], bytes]], otherwise: str) -> str:
    """The address of a new link to a file, by the function that makes it.

    Raises :class:`UserError` that says ``otherwise`` where no browser reaches the bot.
    """
    base = base_url(turn.app.settings)
    if not base:
        raise UserError(otherwise)
    name = next(one.name for one in turn.app.routes.downloads.values() if one.write is file)
    return f"{base}/hamta/{links.make(turn.session, turn.person.id, name, turn.now)}"


def look(app: App, session: Session, token: str, now: datetime) -> str | None:
    """What the file of a link will be called; None where it gives none. Uses nothing up."""
    row = links.find(session, token, now) if _is_token(token) else None
    found = app.routes.downloads.get(row.file) if row is not None else None
    return found.saved_as if found is not None else None


def fetch(app: App, session: Session, token: str, now: datetime) -> File | None:
    """The file, once; None where the link does not work (any more)."""
    row = links.use(session, token, now) if _is_token(token) else None
    found = app.routes.downloads.get(row.file) if row is not None else None
    if row is None or found is None:
        return None
    return _file(app, session, row, found, now)


def _file(app: App, session: Session, row: DownloadLink, found: Download, now: datetime) -> File | None:
    person = people.by_id(session, row.person_id)
    if person is None:
        return None
    if found.role is Role.KANSLI and not is_kansli(session, app.settings, person):  # may have been taken meanwhile
        return None
    return File(found.saved_as, found.content_type, found.write(FileRequest(session, app.settings, person, now)))


def _is_token(token: str) -> bool:
    return len(token) == _LENGTH and token.isascii()
