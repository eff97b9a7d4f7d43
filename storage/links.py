"""Links to fetch a file once: the token itself is only in the link, here is its hash."""

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
    """Which file, in the words of ``bot.privacy.downloads``."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


def make(session: Session, person_id: int, file: str, now: datetime) -> str:
    """A link's token, 256 bits. It is in no table, so it can't be given a second time; earlier ones work no more."""
    session.execute(delete(DownloadLink).where(DownloadLink.person_id == person_id, DownloadLink.file == file))
    token = secrets.token_urlsafe(32)
    session.add(DownloadLink(token_hash=_digest(token), person_id=person_id, file=file, expires_at=now + VALID))
    return token


def find(session: Session, token: str, now: datetime) -> DownloadLink | None:
    """The link as long as it works; looking does not use it up."""
    works = DownloadLink.used_at.is_(None), DownloadLink.expires_at > now
    return session.scalar(select(DownloadLink).where(DownloadLink.token_hash == _digest(token), *works))


def use(session: Session, token: str, now: datetime) -> DownloadLink | None:
    """Use the link up; None for one that is used, too old or never was. Of two at once, one gets it."""
    works = DownloadLink.used_at.is_(None), DownloadLink.expires_at > now
    this = DownloadLink.token_hash == _digest(token)
    return session.scalar(update(DownloadLink).where(this, *works).values(used_at=now).returning(DownloadLink))


def forget(session: Session, now: datetime, limit: int = 1000) -> int:
    """Delete at most ``limit`` links that no longer work; how many went."""
    old = select(DownloadLink.token_hash).where(DownloadLink.expires_at <= now).limit(limit)
    done = session.execute(delete(DownloadLink).where(DownloadLink.token_hash.in_(old)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
