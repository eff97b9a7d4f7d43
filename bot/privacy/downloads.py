"""The files that a one-time link gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.privacy import auditing, readable, service
from bot.settings import Settings
from storage import links, people, privacy
from storage.links import DownloadLink

TEXT, DATA, LOG = "text", "json", "log"
NAMES = {TEXT: "mina-uppgifter.txt", DATA: "mina-uppgifter.json", LOG: "andringslogg.csv"}
TYPES = {TEXT: "text/plain", DATA: "application/json", LOG: "text/csv"}
_LENGTH = 43
"""Characters of 256 bits."""


@dataclass(frozen=True, slots=True)
class File:
    """What a browser saves."""

    name: str
    content_type: str
    content: bytes


def look(session: Session, token: str, now: datetime) -> str | None:
    """The name of the file that a link gives; None where it gives none. Uses nothing up."""
    row = links.find(session, token, now) if _is_token(token) else None
    return NAMES.get(row.file) if row is not None else None


def fetch(session: Session, settings: Settings, token: str, now: datetime) -> File | None:
    """The file, once; None where the link does not work (any more)."""
    row = links.use(session, token, now) if _is_token(token) else None
    content = _content(session, settings, row, now) if row is not None else None
    if row is None or content is None:
        return None
    return File(NAMES[row.file], TYPES[row.file], content)


def _content(session: Session, settings: Settings, row: DownloadLink, now: datetime) -> bytes | None:
    person = people.by_id(session, row.person_id)
    if person is None:
        return None
    if row.file == LOG:  # the role may have been taken since the link was made
        return auditing.separated(session) if service.is_kansli(session, settings, person) else None
    rows = privacy.export(session, person.id)
    write = readable.as_json if row.file == DATA else readable.as_text
    return write(rows, settings, now)


def _is_token(token: str) -> bool:
    return len(token) == _LENGTH and token.isascii()
