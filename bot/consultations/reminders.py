"""Tell the kansli once that a consultation's last day has passed, with what has come in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.consultations import desk_cards
from bot.swedish import STOCKHOLM, date_of, next_open
from storage import announcements, kansli, viewpoints
from storage.announcements import Announcement
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson, number_of

LATE = timedelta(days=7)
"""How long it is worth telling, as long as the outbox tries. Colleagues who come later hear nothing."""
LOOKED_BACK = timedelta(days=60)
"""How far back a last day can be told of: the July pause of six weeks, and a week."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return what is due: in the first working hour after the last day."""
    today = date_of(now)
    rows = viewpoints.ended(session, today - LOOKED_BACK, today - timedelta(days=1))
    desk = [person.id for person in kansli.everyone(session)] if rows else []
    opens = ((row, next_open(_over(row.last_date))) for row in rows)
    return [told for row, opening in opens if opening <= now < opening + LATE for told in _told(session, row, desk)]


def still_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the consultation is out with the same last day, and the person is still the kansli."""
    row = announcements.find(session, number_of(delivery.subject) or 0)
    if row is None or row.state not in viewpoints.GOING or not delivery.key.startswith(f"{_stem(row)}:"):
        return False
    return delivery.person_id in {person.id for person in kansli.everyone(session)}


def _told(session: Session, row: Announcement, desk: Collection[int]) -> Iterator[Outgoing]:
    """Yield a message to the person who sent it; to everybody at the kansli if that person is not there any more."""
    number = viewpoints.count(session, row.id)
    for person in [row.sender_id] if row.sender_id in desk else desk:
        yield Outgoing(
            f"{_stem(row)}:{person}",
            f"consultation_over:{row.id}",
            ToPerson(person or 0),
            card=desk_cards.over(row, number),
            reach=Reach.REMINDER,
            mail=desk_cards.over_mail(row, number),
        )


def _stem(row: Announcement) -> str:
    """Return the beginning of the keys. It names the last day, so a day that is moved on is told of too."""
    return f"consultation_over:{row.id}:{row.last_date}"


def _over(last: date | None) -> datetime:
    assert last is not None  # noqa: S101 - the query's condition
    return datetime.combine(last + timedelta(days=1), time(), STOCKHOLM)
