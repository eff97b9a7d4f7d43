"""The expiry of the app's secret or certificate, where it is known. The kansli is warned from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new


class AppCredential(Base):
    """One row about the secret or certificate that the bot signs in to Microsoft 365 with. Never the secret itself."""

    __tablename__ = "app_credential"

    id: Mapped[int] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


def note(session: Session, expires_at: datetime | None) -> None:
    """Store the time of expiry. None means that it never expires."""
    if expires_at is None:
        session.execute(delete(AppCredential))
    elif not insert_new(session, AppCredential, id=1, expires_at=expires_at):
        session.get_one(AppCredential, 1).expires_at = expires_at


def expires_at(session: Session) -> datetime | None:
    """Return the time of expiry, or None if it is not known."""
    row = session.get(AppCredential, 1)
    return row.expires_at if row is not None else None
