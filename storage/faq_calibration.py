"""What the search has learned of how sure it may be: kept, so that neither a start nor another replica learns anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new


class StoredCalibration(Base):
    """One calibration; what is in it is the search's own business."""

    __tablename__ = "faq_calibrations"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Of the bank that it was learned from."""
    version: Mapped[int]
    """The bank's version then."""
    learned: Mapped[dict[str, Any]]


def of_bank(session: Session, fingerprint: str) -> dict[str, Any] | None:
    """What was learned from exactly this bank."""
    return session.scalar(select(StoredCalibration.learned).where(StoredCalibration.fingerprint == fingerprint))


def newest(session: Session) -> dict[str, Any] | None:
    """What was learned last, from whatever the bank was then."""
    query = select(StoredCalibration.learned).order_by(StoredCalibration.version.desc())
    return session.scalar(query.limit(1))


def keep(session: Session, fingerprint: str, learned: dict[str, Any], version: int) -> None:
    """Keep this one and no older; two replicas that learn the same at the same time keep it once."""
    session.execute(delete(StoredCalibration).where(StoredCalibration.version <= version))
    insert_new(session, StoredCalibration, fingerprint=fingerprint, version=version, learned=learned)
