"""Links for fetching a file once. Only the link holds the token; the table holds its hash."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, person_key

VALID = timedelta(minutes=15)
"""How long a link works."""


class DownloadLink(Base):
    """A file that one person may fetch once."""

    __tablename__ = "download_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete")
    file: Mapped[str] = mapped_column(String(20))
    """The name of the file, as in ``@routes.download``."""
    about: Mapped[int | None]
    """The number of the row that the file is about, if it needs one."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


def make(session: Session, person_id: int, file: str, now: datetime, *, about: int | None = None) -> str:
    """Make a link and return its token of 256 bits. The person's earlier links to the file stop working.

    The token is in no table, so the bot can't show it a second time.
    """
    session.execute(delete(DownloadLink).where(DownloadLink.person_id == person_id, DownloadLink.file == file))
    token = secrets.token_urlsafe(32)
    row = DownloadLink(token_hash=_digest(token), person_id=person_id, file=file, about=about, expires_at=now + VALID)
    session.add(row)
    return token


def find(session: Session, token: str, now: datetime) -> DownloadLink | None:
    """Return the link if it works. Does not use it up."""
    works = DownloadLink.used_at.is_(None), DownloadLink.expires_at > now
    return session.scalar(select(DownloadLink).where(DownloadLink.token_hash == _digest(token), *works))


def use(session: Session, token: str, now: datetime) -> DownloadLink | None:
    """Use the link up and return it. None if it is used, too old or unknown. Of two calls at once, one gets it."""
    works = DownloadLink.used_at.is_(None), DownloadLink.expires_at > now
    this = DownloadLink.token_hash == _digest(token)
    return session.scalar(update(DownloadLink).where(this, *works).values(used_at=now).returning(DownloadLink))


def forget(session: Session, now: datetime, limit: int = 1000) -> int:
    """Delete at most ``limit`` links that have expired. Return how many were deleted."""
    old = select(DownloadLink.token_hash).where(DownloadLink.expires_at <= now).limit(limit)
    done = session.execute(delete(DownloadLink).where(DownloadLink.token_hash.in_(old)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
