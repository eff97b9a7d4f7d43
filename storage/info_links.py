"""The information pack: links that the kansli keeps for members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, is_id


class Track(StrEnum):
    """For whom a link is."""

    BOTH = "both"
    POLITICIAN = "politician"
    OFFICER = "officer"


class InfoLink(Base):
    """A link with its title."""

    __tablename__ = "info_links"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    track: Mapped[str] = mapped_column(String(20), default=Track.BOTH)
    title: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(String(500))
    place: Mapped[int]
    """Its place in the list. Two links may have the same place after a race; then the older one comes first."""
    changed_at: Mapped[datetime]


def everyone(session: Session) -> Sequence[InfoLink]:
    """Return all links in their order."""
    return session.scalars(select(InfoLink).order_by(InfoLink.place, InfoLink.id)).all()


def for_track(session: Session, track: Track) -> Sequence[InfoLink]:
    """Return the links of one track, with those for both, in their order. ``BOTH`` is everything."""
    return [link for link in everyone(session) if track == Track.BOTH or link.track in (Track.BOTH, track)]


def find(session: Session, link_id: object) -> InfoLink | None:
    """Return the link with this id, which may come from a client and be anything."""
    return session.get(InfoLink, link_id, with_for_update=True) if is_id(link_id) else None


def add(session: Session, track: Track, title: str, url: str, now: datetime) -> InfoLink:
    """Add a link at the end."""
    last = session.scalar(select(func.max(InfoLink.place))) or 0
    link = InfoLink(track=track, title=title, url=url, place=last + 1, changed_at=now)
    session.add(link)
    session.flush()
    return link


def move_up(session: Session, link: InfoLink) -> None:
    """Move a link one place up, and number all links, so that each has a place of its own."""
    ordered = list(everyone(session))
    at = ordered.index(link)
    if at:
        ordered[at - 1], ordered[at] = ordered[at], ordered[at - 1]
    number(ordered)
    session.flush()


def number(ordered: Iterable[InfoLink]) -> None:
    """Give links the places of their order."""
    for place, link in enumerate(ordered, 1):
        link.place = place
