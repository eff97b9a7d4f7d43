"""The job that keeps events moving: offers of free seats, questions about declines, and what is shown of each event.

It runs every minute on every replica. So a card in a channel changes at most once a minute, however many register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.events import message_cards, notices
from bot.plan import Foreseen
from bot.register import target
from bot.register.change import Change
from bot.register.target import Target
from bot.schedule import seats
from bot.schedule.seats import Offers
from bot.swedish import date_of
from bot.turn import App
from storage import appointments, event_facts, events, outbox, registrations
from storage.database import SEEN
from storage.events import Event
from storage.outgoing import MessageOf, Outgoing, number_of
from storage.registrations import Registration, RegistrationState

Work = Callable[[Session], int]
AGAIN = timedelta(hours=1)
"""How often an event is looked at although nothing seems to have changed. So a fact that we forgot costs an hour."""
_DONE = "events_brought_up_to_date"
ASKED_BACK = timedelta(days=7)
"""Declines are read every 15 minutes, so this is longer than any time that the bot is down unnoticed."""


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Work]:
    """Yield a transaction for each event of which something has changed, and one that asks about declines.

    An event that was brought up to date, and of which nothing has changed since, has nothing to be done.
    """
    signs: dict[int, int] = {}
    done: dict[int, tuple[int, datetime]] = {}
    now = clock()

    def look(session: Session) -> int:
        nonlocal done
        done = session.info.get(SEEN, {}).setdefault(_DONE, {})
        signs.update(_signs(session, now))
        return len(signs)

    yield look
    for number, sign in signs.items():
        before, at = done.get(number, (0, now))
        if before != sign or abs(now - at) >= AGAIN:
            yield partial(_forward, app=app, number=number, clock=clock)
            done[number] = sign, now  # the transaction has committed
    for number in done.keys() - signs.keys():
        del done[number]
    yield partial(_ask_declined, clock=clock)


def _signs(session: Session, now: datetime) -> dict[int, int]:
    """Return a number that is another one when something may be to do about an event, by the event's number."""
    known = event_facts.of_living(session, now, notices.CAUSES)
    themes = {facts.themes for facts in known.values()}
    places = {words: tuple(target.channels(session, Target(channels=words))) for words in themes}
    today = date_of(now)  # a last day passes at midnight
    return {number: hash((today, places[facts.themes], facts.rows)) for number, facts in known.items()}


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the offers that follow if nobody takes the seats that are offered now.

    Everything else that the job sends is about what somebody does first.
    """
    hold = timedelta(hours=app.settings.offer_hours)
    for number in events.living(session, now):
        event = events.find(session, number)
        if event is None or event.starts_at is None:
            continue
        held = [row for row, _ in registrations.of_event(session, number, [RegistrationState.OFFERED])]
        ends = sorted(row.offered_until for row in held if row.offered_until is not None)
        waiting = [row for row, _ in registrations.of_event(session, number, [RegistrationState.WAITING])]
        queue = [row.person_id for row in waiting if row.offered_until is None]
        for at, person_id in zip(ends, queue, strict=False):
            if now < at < min(until, event.starts_at):
                last = at + min(hold, (event.starts_at - at) / 2)
                fresh = Registration(event_id=number, person_id=person_id, state=RegistrationState.OFFERED, since=at)
                fresh.offered_until = last
                yield Foreseen(at, _offer(event, fresh, Offers(at)))


def _forward(session: Session, app: App, number: int, clock: Callable[[], datetime]) -> int:
    """Bring one event and its people to where they should be now."""
    event, now = events.lock(session, number), clock()
    if event is None:
        return 0
    hold = timedelta(hours=app.settings.offer_hours)
    offers = seats.settle(Change(session, None, now), event, hold)
    rows = [_offer(event, own, offers) for own in offers.made]
    rows += [row for own in offers.lapsed if (row := _lapsed(session, event, own)) is not None]
    outbox.enqueue_all(session, rows, now)
    notices.spread(session, event, now)
    return len(rows)


def _offer(event: Event, own: Registration, offers: Offers) -> Outgoing:
    """Return the offer of a seat. Its key names when it ends, so that a later offer is another message."""
    return notices.message(
        f"{notices.OFFER}:{event.id}:{own.offered_until:%Y%m%dT%H%M%S}",
        f"{notices.OFFER}:{event.id}",
        own.person_id,
        message_cards.offer(event, own),
        message_cards.offer_mail(event, own),
        not_before=offers.begins,
        expires_at=own.offered_until,
    )


def _lapsed(session: Session, event: Event, own: Registration) -> Outgoing | None:
    """Return the new version of an offer's card; None if the offer never arrived."""
    key = f"{notices.OFFER}:{event.id}:{own.offered_until:%Y%m%dT%H%M%S}:person:{own.person_id}"
    if outbox.find(session, key) is None:
        return None
    return Outgoing(f"{key}:over", f"over:{notices.OFFER}:{event.id}", MessageOf(key), card=message_cards.lapsed(event))


def _ask_declined(session: Session, clock: Callable[[], datetime]) -> int:
    """Ask the registered people who declined in Outlook, once for each decline."""
    now, rows = clock(), list[Outgoing]()
    for decline in appointments.declines(session, now, now - ASKED_BACK):
        event = events.find(session, number_of(decline.event_key))
        own = registrations.of_person(session, event.id, decline.person_id) if event is not None else None
        if event is None or event.starts_at is None or event.starts_at <= now:
            continue
        if own is None or own.state != RegistrationState.REGISTERED:
            continue
        subject, card, mail = (
            f"{notices.DECLINE}:{event.id}",
            message_cards.declined(event),
            message_cards.declined_mail(event),
        )
        key = f"{subject}:{decline.at:%Y%m%dT%H%M%S}"
        rows.append(notices.message(key, subject, decline.person_id, card, mail, expires_at=event.starts_at))
    return outbox.enqueue_all(session, rows, now)
