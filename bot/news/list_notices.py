"""Send messages that list announcements, and keep those that have gone right when something is corrected or recalled.

A message is written when it is due. If something that it lists has changed when it is about to go, it does not go, and
the next tick writes it again. So a message never goes out with an old heading or something recalled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from sqlalchemy.orm import Session

from bot.delivery.living import Living
from bot.delivery.reach import OUTSIDE
from bot.news import list_cards
from bot.swedish import date_of
from storage import copies, news_lists, outbox
from storage.announcements import Announcement
from storage.news import Why
from storage.outbox import Delivery
from storage.outgoing import Operation, Outgoing, Reach, ToPerson

CHUNK = 100
"""Messages in one transaction. It takes some 50 ms, while turns wait on SQLite."""
CHANGES = timedelta(days=30)
"""How far back to look for corrections: longer than any outage."""
MAIL = ":mail"
"""The end of the key of a mail that goes with a message in the chat."""
_NAMES = {"digest": Why.WEEKLY, "newcomer": Why.NEWCOMER}


def send(session: Session, subject: str, lists: Mapping[int, Sequence[Announcement]], now: datetime) -> int:
    """Send each person a message that lists their announcements. Return how many messages were new.

    People with the same list share its content. A key names what the message lists, so that it can be written again.
    """
    same: dict[str, list[int]] = {}
    for person, rows in lists.items():
        same.setdefault(_stamp(rows), []).append(person)
    return sum(_send_same(session, f"{subject}:{stamp}", lists, people, now) for stamp, people in same.items())


def foreseen(subject: str, lists: Mapping[int, Sequence[Announcement]]) -> Iterator[Outgoing]:
    """Yield the messages that :func:`send` would send."""
    for person, rows in lists.items():
        message = _message(f"{subject}:{_stamp(rows)}", rows)
        yield replace(message, key=f"{message.key}:{person}", to=ToPerson(person))


def _message(stem: str, rows: Sequence[Announcement]) -> Outgoing:
    """Return the message that lists these, to be given a recipient."""
    subject = stem.rpartition(":")[0]
    why = _why(subject)
    card, mail = list_cards.listing(why, rows), list_cards.mail(why, rows)
    return Outgoing(f"{stem}:person", subject, ToPerson(0), card=card, reach=Reach.REMINDER, mail=mail)


def _send_same(
    session: Session, stem: str, lists: Mapping[int, Sequence[Announcement]], people: list[int], now: datetime
) -> int:
    rows = lists[people[0]]
    message = _message(stem, rows)
    news_lists.put_in(session, message.key, people, rows)
    return copies.enqueue(session, message, people, now, now)


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether everything that a message lists is still right, just before it goes.

    If it is not, what it lists waits again. A mail that goes with a message in the chat has nothing of its own.
    """
    key = row.key.removesuffix(MAIL)
    if row.claimed_at is not None and news_lists.is_right(session, key, date_of(row.claimed_at)):
        return True
    if row.operation == Operation.PERSON:
        news_lists.take_out(session, key)
    return False


def run(clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transactions that bring messages up to date."""
    more = [True]
    while more[0]:
        yield partial(_bring_up, more=more, now=clock())


def _bring_up(session: Session, more: list[bool], now: datetime) -> int:
    """Show the newest state on one chunk of messages that have gone. A mail stays as it is; the report says so."""
    old = news_lists.outdated(session, now - CHANGES, CHUNK)
    lists = news_lists.listed_in(session, [row.key for row in old])
    changes = []
    for row in old:
        rows, change = lists[row.key], None
        if row.route not in OUTSIDE and row.error != outbox.WITHOUT_ID:
            card = list_cards.listing(_why(row.subject), rows)
            change = Living.of(row.subject).version(row.key, f"v{_stamp(rows)}", card)
            changes.append(change)
        news_lists.brought_up(session, row.key, rows, change.key if change else None)
    outbox.enqueue_all(session, changes, now)
    more[0] = len(old) == CHUNK
    return len(old)


def _why(subject: str) -> Why:
    return _NAMES[subject.partition(":")[0]]


def _stamp(rows: Sequence[Announcement]) -> str:
    """Return a short name of what a message lists, and in which versions."""
    return sha256(repr([(row.id, row.version) for row in rows]).encode()).hexdigest()[:10]
