"""Send an announcement through the outbox, chunk by chunk, and bring delivered copies up to date.

Everything follows from the announcement's state and the rows that exist. So a process that is killed, a second tick or
three replicas lead to the same rows: one for each recipient, and one change for each copy and version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from bot.announcements import cards, lifecycle, send_cards
from bot.announcements.cards import Edition
from bot.announcements.send_cards import Progress
from bot.delivery.living import Living
from bot.delivery.reach import OUTSIDE
from bot.message import UserError
from bot.register import audience, subscriptions, target
from bot.register.change import Change
from bot.turn import App
from storage import announcements, copies, deliveries, kansli, outbox
from storage.announcements import OUT, Announcement, AnnouncementState, Mark
from storage.outbox import Delivery
from storage.outgoing import (
    MessageOf,
    Operation,
    Outgoing,
    Reach,
    Repeat,
    ToChannel,
    ToMail,
    ToPerson,
    digest_of,
    number_of,
)

CHUNK = 200
"""Rows in one transaction. It takes about 10 ms, while turns wait on SQLite."""
AHEAD = 1.1
"""How much faster than Teams' limit the rows become due: enough to fill it, while other messages get in between."""
FIRST = timedelta(days=1)
"""The outbox sends what was due first. The kansli's own card is due so long before the announcement's rows."""
LATE = timedelta(minutes=5)
"""How long after it became uncertain a message may still turn out to have arrived."""

Work = Callable[[Session], int]


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Work]:
    """Yield the transactions that move all announcements forward: prepare, correct, count."""
    numbers: list[int] = []

    def look(session: Session) -> int:
        numbers[:] = announcements.at_work(session)
        return len(numbers)

    yield look
    for number in numbers:
        yield from _forward(app, number, clock)


def start(app: App, session: Session, row: Announcement, now: datetime) -> None:
    """Write the rows of the first recipients, and post the card that shows the kansli how it goes."""
    people = recipients(app, session, row, now)
    outbox.enqueue_all(session, to_channels(app, session, row), now)
    _enqueue(app, session, row, people[:CHUNK], at=0, now=now)
    if len(people) <= CHUNK:
        row.prepared_at = now
    show_progress(app, session, row, now)


def rewrite(session: Session, row: Announcement, now: datetime) -> None:
    """Give the newest content to everybody who does not have the announcement yet."""
    copies.rewrite(session, row.subject, _bodies(row), now)


def still_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the announcement is still out, just before one of its messages goes."""
    row = announcements.find(session, number_of(delivery.subject) or 0)
    return row is not None and row.state in (AnnouncementState.SENDING, AnnouncementState.SENT)


def show_progress(app: App, session: Session, row: Announcement, now: datetime) -> None:
    """Post the card of the sender, or show the newest numbers on it; nothing to somebody who is no kansli now."""
    if row.sender_id is None or kansli.at_desk(session, row.sender_id, app.settings.kansli) != [row.sender_id]:
        return
    desk = Living.of(f"announcement_desk:{row.id}")
    key = desk.key(f"person:{row.sender_id}")
    card = send_cards.progress(row, Progress.of(session, row, app.settings.rate))
    if outbox.find(session, key) is None:
        first = replace(desk.post(f"person:{row.sender_id}", ToPerson(row.sender_id), card), not_before=now - FIRST)
        outbox.enqueue(session, first, now)
        return
    shown = deliveries.about(session, [desk.versions])[desk.versions]
    newest = next((version for version in reversed(shown) if version.target == key), outbox.find(session, key))
    version = desk.version(key, f"{len(shown)}", card, not_before=now - FIRST)
    if newest is None or newest.content_hash != digest_of(version.body or {}):
        outbox.enqueue(session, version, now)


def _forward(app: App, number: int, clock: Callable[[], datetime]) -> Iterator[Work]:
    people: list[int] = []
    yield partial(_begin, app=app, number=number, clock=clock, people=people)
    for at in range(0, len(people), CHUNK):
        yield partial(_prepare, app=app, number=number, people=people[at : at + CHUNK], at=at, clock=clock)
    if people:
        yield partial(_prepared, number=number, clock=clock)
    for step in (_correct, _delete):
        after = [0]
        while after:
            yield partial(step, number=number, after=after, clock=clock)
    yield partial(_settle, app=app, number=number, clock=clock)


def _begin(session: Session, app: App, number: int, clock: Callable[[], datetime], people: list[int]) -> int:
    """Fill ``people`` if the recipients are not all prepared. One that was stopped goes on, so that it names them."""
    row, now = announcements.lock(session, number), clock()
    if row is None or row.state not in OUT or row.prepared_at is not None:
        return 0
    try:
        people[:] = recipients(app, session, row, now)
    except UserError as refusal:  # its audience has a condition that is gone, so nobody knows who is left
        if row.state == AnnouncementState.SENDING:
            outbox.enqueue_all(session, halted(app, session, row, str(refusal), row.version), now)
            lifecycle.stop(Change(session, None, now), row)
    if not people:
        row.prepared_at = now
    return len(people)


def halted(app: App, session: Session, row: Announcement, refusal: str, version: int) -> list[Outgoing]:
    """Return what the kansli is told when this may not go, or not on. ``version`` is the one it then has."""
    subject, card = f"announcement_desk:{row.id}", send_cards.halted(row, refusal)
    told = kansli.at_desk(session, row.sender_id, app.settings.kansli)
    return [Outgoing(f"{subject}:halted:{version}:{who}", subject, ToPerson(who), card=card) for who in told]


def _prepare(
    session: Session, *, app: App, number: int, people: list[int], at: int, clock: Callable[[], datetime]
) -> int:
    """Write the rows of one chunk of people. If the announcement was stopped, they say so and nothing is sent."""
    row, now = announcements.lock(session, number), clock()
    if row is None or row.state not in OUT:
        return 0
    added = _enqueue(app, session, row, people, at=at, now=now)
    if row.state != AnnouncementState.SENDING:
        outbox.cancel(session, row.subject, now)
    return added


def _prepared(session: Session, number: int, clock: Callable[[], datetime]) -> int:
    row = announcements.lock(session, number)
    if row is not None:
        row.prepared_at = clock()
    return 1


def _enqueue(app: App, session: Session, row: Announcement, people: list[int], *, at: int, now: datetime) -> int:
    """Write rows for people. ``at`` is the place of the first one among all: it says when their rows become due."""
    people = subscriptions.set_aside(session, row, target.of(row.audience, target.conditions(app)), people, now)
    pattern = pattern_of(app, row)
    begins = (row.sent_at or now) + timedelta(seconds=at / (app.settings.rate * AHEAD))
    return copies.enqueue(session, pattern, people, now, max(begins, now))


def _correct(session: Session, number: int, after: list[int], clock: Callable[[], datetime]) -> int:
    """Change one chunk of the delivered copies that show an older version. Empty ``after`` when there are no more."""
    row = announcements.lock(session, number)
    if row is None or row.state not in OUT or row.spread_version >= row.version:
        after.clear()
        return 0
    stale = _stale(session, row, after[0], CHUNK)
    if len(stale) < CHUNK:
        after.clear()
    else:
        after[0] = stale[-1].id
    marks = announcements.marks(session, number, [copy.person_id for copy in stale if copy.person_id])
    changes = [_change(row, copy, marks.get(copy.person_id or 0, ())) for copy in stale]
    return outbox.enqueue_all(session, changes, clock())


def _stale(session: Session, row: Announcement, after: int, limit: int) -> Sequence[Delivery]:
    recalled = row.state == AnnouncementState.RECALLED
    fresh = () if recalled else {digest_of(body) for body in _bodies(row).values()}
    return copies.stale(session, row.subject, f"v{row.version}", fresh, after=after, limit=limit)


def _delete(session: Session, number: int, after: list[int], clock: Callable[[], datetime]) -> int:
    """Delete one chunk of the recalled copies in people's own chats, once they say that they are recalled."""
    row = announcements.lock(session, number)
    if row is None or row.state != AnnouncementState.RECALLED or not row.delete_copies:
        after.clear()
        return 0
    subject = Living.of(row.subject).versions
    changed = copies.changed_to(session, subject, f"v{row.version}", after[0], CHUNK)
    if len(changed) < CHUNK:
        after.clear()
    else:
        after[0] = changed[-1].id
    rows = [Outgoing(f"{delivery.key}:gone", subject, MessageOf(delivery.target or "")) for delivery in changed]
    return outbox.enqueue_all(session, rows, clock())


def _settle(session: Session, app: App, number: int, clock: Callable[[], datetime]) -> int:
    """Note that everybody has an outcome, or that every copy has the newest version; and show the numbers."""
    row, now = announcements.lock(session, number), clock()
    if row is None or row.state not in OUT:
        return 0
    moving = copies.moving(session, row.subject)
    if row.state == AnnouncementState.SENDING and row.prepared_at is not None and not moving:
        row.state, row.ended_at = AnnouncementState.SENT, now
    if row.spread_version < row.version and row.prepared_at and not moving and _spread(session, row, now):
        row.spread_version = row.version
    show_progress(app, session, row, now)
    return 1


def _spread(session: Session, row: Announcement, now: datetime) -> bool:
    """Return whether no copy is left to change. One may have arrived since the job looked for old ones."""
    versions = Living.of(row.subject).versions
    if copies.moving(session, versions) or copies.in_doubt(session, row.subject, now - LATE):
        return False
    deletes = row.state == AnnouncementState.RECALLED and row.delete_copies
    return not _stale(session, row, 0, 1) and not (
        deletes and copies.changed_to(session, versions, f"v{row.version}", 0, 1)
    )


def recipients(app: App, session: Session, row: Announcement, now: datetime) -> list[int]:
    """Return to whom the announcement goes in their own chat or by mail."""
    known = target.conditions(app)
    return audience.person_ids(session, target.of(row.audience, known).people, now, known)


def pattern_of(app: App, row: Announcement) -> Outgoing:
    """Return the delivery that everybody gets, to be given a recipient."""
    hours = 0 if row.important else app.settings.announcement_mail_hours
    return replace(_pattern(row), mail_after=timedelta(hours=hours))


def _pattern(row: Announcement) -> Outgoing:
    edition = Edition.of(row)
    return Outgoing(
        f"{row.subject}:person",
        row.subject,
        ToPerson(0),
        text=edition.content.heading,
        card=cards.announcement(edition),
        repeat=Repeat.ASK,
        reach=Reach.ANNOUNCEMENT,
        mail=cards.mail(edition),
        mail_after=timedelta(),
    )


def to_channels(app: App, session: Session, row: Announcement) -> list[Outgoing]:
    """Return the delivery to each channel."""
    channels = {
        place for _, place in target.channels(session, target.of(row.audience, target.conditions(app))) if place
    }
    return [_to_channel(row, place) for place in sorted(channels)]


def _to_channel(row: Announcement, conversation: str) -> Outgoing:
    edition = Edition.of(row)
    key = f"{row.subject}:channel:{sha256(conversation.encode()).hexdigest()[:16]}"
    said: dict[str, Any] = {"text": edition.content.heading, "card": cards.announcement(edition)}
    return Outgoing(key, row.subject, ToChannel(conversation), **said, repeat=Repeat.ASK)


def _bodies(row: Announcement) -> dict[Operation, dict[str, Any]]:
    """Return what is sent to somebody who does not have it yet."""
    to_person, to_channel = _pattern(row).body or {}, _to_channel(row, "").body or {}
    return {Operation.PERSON: to_person, Operation.MAIL: to_person, Operation.THREAD: to_channel}


def _change(row: Announcement, copy: Delivery, marks: Collection[Mark]) -> Outgoing:
    """Return the change of one delivered copy: the card is replaced, and a mail is followed by another.

    ``marks`` are what its person has pressed, which their own card goes on saying.
    """
    name = f"v{row.version}"
    gone = row.state == AnnouncementState.RECALLED
    edition = Edition.of(row, again=True)
    if copy.route in OUTSIDE and copy.person_id is not None:
        mail = cards.recalled_mail(row) if gone else cards.mail(edition)
        subject = Living.of(row.subject).versions
        to = ToMail(copy.person_id)
        return Outgoing(
            f"{copy.key}:{name}", subject, to, text=mail.subject, repeat=Repeat.ASK, reach=Reach.ANNOUNCEMENT, mail=mail
        )
    return Living.of(row.subject).version(
        copy.key, name, cards.recalled(row) if gone else cards.announcement(edition, marks)
    )
