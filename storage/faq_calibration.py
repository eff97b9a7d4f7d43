"""The search's calibrations, stored so that neither a restart nor another replica has to learn again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new


class StoredCalibration(Base):
    """One calibration. Only the search knows its content."""

    __tablename__ = "faq_calibrations"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The fingerprint of the bank that it was learned from."""
    version: Mapped[int]
    """The bank's version at that time."""
    learned: Mapped[dict[str, Any]]


def of_bank(session: Session, fingerprint: str) -> dict[str, Any] | None:
    """Return the calibration that was learned from exactly this bank."""
    return session.scalar(select(StoredCalibration.learned).where(StoredCalibration.fingerprint == fingerprint))


def newest(session: Session) -> dict[str, Any] | None:
    """Return the newest calibration, whatever bank it was learned from."""
    query = select(StoredCalibration.learned).order_by(StoredCalibration.version.desc())
    return session.scalar(query.limit(1))


def keep(session: Session, fingerprint: str, learned: dict[str, Any], version: int) -> None:
    """Store this calibration and delete older ones. If two replicas learn the same one, it is stored once."""
    session.execute(delete(StoredCalibration).where(StoredCalibration.version <= version))
    insert_new(session, StoredCalibration, fingerprint=fingerprint, version=version, learned=learned)
