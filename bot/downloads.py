"""Files behind a one-time link on the bot's own server. Teams would put a file in OneDrive, which guests lack here.

A feature declares a file with ``@routes.download``. Its function reads in a transaction and returns another function,
which makes the bytes after the transaction.
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
"""Characters of a token: 256 bits in URL-safe base64."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that a browser saves."""

    name: str
    content_type: str
    content: Callable[[], bytes]
    """Makes the bytes. May take long."""


def base_url(settings: Settings) -> str:
    """Return the address of the bot's own pages; empty where no browser reaches them."""
    if settings.public_url:
        return settings.public_url
    host = settings.host if ":" not in settings.host.strip("[]") else f"[{settings.host.strip('[]')}]"
    return f"http://{host}:{settings.port}" if settings.local else ""


def link(
    turn: Turn, file: Callable[[FileRequest], Callable[[], bytes]], otherwise: str, *, about: int | None = None
) -> str:
    """Make a link to a file and return its address. ``file`` is the function that makes the file.

    ``about`` is the number of the row that the file is about. The caller has checked that the person may see it.

    Raises :class:`UserError` with the text ``otherwise`` where no browser reaches the bot.
    """
    base = base_url(turn.app.settings)
    if not base:
        raise UserError(otherwise)
    name = next(download.name for download in turn.app.routes.downloads.values() if download.write is file)
    return f"{base}/hamta/{links.make(turn.session, turn.person.id, name, turn.now, about=about)}"


def look(app: App, session: Session, token: str, now: datetime) -> str | None:
    """Return the name of a link's file, or None where the link does not work. Does not use the link up."""
    row = links.find(session, token, now) if _is_token(token) else None
    download = app.routes.downloads.get(row.file) if row is not None else None
    return download.saved_as if download is not None else None


def fetch(app: App, session: Session, token: str, now: datetime) -> File | None:
    """Use the link up and return its file. None where the link does not work, or was used before."""
    row = links.use(session, token, now) if _is_token(token) else None
    download = app.routes.downloads.get(row.file) if row is not None else None
    if row is None or download is None:
        return None
    return _file(app, session, row, download, now)


def _file(app: App, session: Session, row: DownloadLink, download: Download, now: datetime) -> File | None:
    person = people.by_id(session, row.person_id)
    if person is None:
        return None
    if download.role is Role.KANSLI and not is_kansli(session, app.settings, person):  # the role may be gone by now
        return None
    wanted = FileRequest(session, app.settings, person, now, row.about)
    return File(download.saved_as, download.content_type, download.write(wanted))


def _is_token(token: str) -> bool:
    return len(token) == _LENGTH and token.isascii()
