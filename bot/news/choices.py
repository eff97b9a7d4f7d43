"""The rules of a member's choices: what a form may hold, and what is current for the member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register.subscriptions import KINDS
from bot.register.target import TEAM
from bot.swedish import date_of
from storage import groups, news
from storage.announcements import Announcement
from storage.news import NewsWay


def checked(data: Mapping[str, Any]) -> dict[str, NewsWay]:
    """Return the choices of a form. Raise :class:`UserError` for anything that is no choice."""
    return {kind: checked_way(data.get(f"way_{kind}")) for kind in KINDS}


def everything(way: NewsWay) -> dict[str, NewsWay]:
    """Return the same choice for every kind."""
    return dict.fromkeys(KINDS, way)


def checked_way(value: object) -> NewsWay:
    """Return the choice that a client names. Raise :class:`UserError` if there is no such choice."""
    if value not in [way.value for way in NewsWay]:
        raise UserError("Välj direkt, i veckobrevet eller bara i kanalen för varje sort.")
    return NewsWay(str(value))


def current(session: Session, person_id: int, now: datetime) -> Sequence[Announcement]:
    """Return the announcements that are valid and were sent to a person, or to a channel of theirs, newest first.

    A general channel is everybody's; a theme's channel is that of the people who follow the theme.
    """
    rows = news.current(session, date_of(now), now)
    told = news.told(session, person_id, [row.id for row in rows])
    follows = groups.followed_by(session, person_id)
    return [row for row in rows if row.id in told or any(_is_own(word, follows) for word in _channels(row))]


def _channels(row: Announcement) -> list[str]:
    return [str(word) for word in row.audience.get("channels", ())]


def _is_own(word: str, follows: set[str]) -> bool:
    return word.startswith(TEAM) or word in follows
