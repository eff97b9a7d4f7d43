"""What members chose for each kind of announcement, and what that means for one announcement.

An announcement goes at once to everybody who has not chosen otherwise. It goes at once to all of them if it is
important, and to people who chose the weekly digest if its last day would come before they can act on the digest. A
channel reaches everybody if it is a general channel, and else the people who follow its theme. People who chose the
channel only, and whom none of its channels reaches, get it in the digest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.register.target import TEAM, Target
from bot.swedish import STOCKHOLM, count, date_of, is_working_day
from storage import groups, news, places
from storage.announcements import Announcement
from storage.news import NewsWay, Why

AT = time(9)
"""When the digest comes: people have begun to work, and the day before a rest is still long enough."""
WEEK = 7
KINDS: Mapping[str, tuple[str, str]] = {
    "news": ("Nyhet", "Nyheter"),
    "call": ("Utlysning", "Utlysningar"),
    "consultation": ("Remiss", "Remisser"),
    "newsletter": ("Nyhetsbrev", "Nyhetsbrev"),
    "invitation": ("Inbjudan", "Inbjudningar"),
    "information": ("Information", "Information"),
}
"""The name of one and of several, by the word that the database stores."""
WAYS = {NewsWay.AT_ONCE: "Direkt", NewsWay.WEEKLY: "I veckobrevet", NewsWay.CHANNEL: "Bara i kanalen"}
WORDS = {name: one.casefold() for name, (one, _) in KINDS.items()} | {way: how.casefold() for way, how in WAYS.items()}
"""What the words in the database mean, inside a sentence."""
REASONS = {
    Why.WEEKLY: "får det i veckobrevet",
    Why.CHANNEL: "har valt bara kanalen",
    Why.NEWCOMER: "kom efter att det skickades",
}
"""Why no message goes to a person at once; the words follow their name."""


def digest_time(day: date) -> datetime | None:
    """Return when the digest of this day's week comes: on its first working day. None if it has none, as in July."""
    monday = day - timedelta(days=day.weekday())
    days = (monday + timedelta(days=number) for number in range(WEEK))
    first = next(filter(is_working_day, days), None)
    return None if first is None else datetime.combine(first, AT, STOCKHOLM).astimezone(UTC)


def next_digest(now: datetime) -> datetime:
    """Return when the next digest comes, after ``now``. The longest wait is across the July pause."""
    day = date_of(now)
    while True:
        moment = digest_time(day)
        if moment is not None and moment > now:
            return moment
        day += timedelta(days=WEEK)


def of(
    session: Session, row: Announcement, target: Target, now: datetime, people: Collection[int] | None = None
) -> dict[int, Why]:
    """Return the people who do not get an announcement at once if it is sent now, and why.

    ``people`` are those to look at; None is everybody. It takes one statement, and two for the channels.
    """
    if row.important:
        return {}
    everybody, themes = _reached(session, target)
    weekly = row.last_date is None or row.last_date > date_of(next_digest(now))
    found = {}
    for person, way, reached in news.chosen(session, row.kind, people, themes, everybody=everybody):
        if way is NewsWay.CHANNEL and reached:
            found[person] = Why.CHANNEL
        elif weekly:
            found[person] = Why.WEEKLY
    return found


def set_aside(session: Session, row: Announcement, target: Target, people: Collection[int], now: datetime) -> list[int]:
    """List an announcement for those of these people who chose that. Return the others, who get a message."""
    news.set_aside(session, row, of(session, row, target, now, people), now)
    aside = news.aside(session, row.id, people)
    return [person for person in people if person not in aside]


def in_numbers(why: Mapping[int, Why]) -> Iterator[str]:
    """Yield how many get it in another way: "3 personer får det i veckobrevet"."""
    for reason, number in sorted(Counter(why.values()).items()):
        yield f"{count(number, 'person', 'personer')} {REASONS[reason]}"


def _reached(session: Session, target: Target) -> tuple[bool, list[str]]:
    """Return whether a general channel gets it, and the themes whose channel does."""
    general = {f"{TEAM}{team}" for team in places.teams(session)} if target.channels else set()
    bound = {group.theme for group in groups.everyone(session) if group.conversation_id} if target.channels else set()
    return bool(general & set(target.channels)), sorted(bound & set(target.channels))
