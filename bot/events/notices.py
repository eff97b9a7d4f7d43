"""Bring what is shown of an event to its current state: cards in channels, the calendar entry, and changes of time.

Everything follows from the event, its registrations and the rows that exist. So calling it twice changes nothing, and
a job that runs late or on several replicas makes the same rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from bot.delivery.living import Living
from bot.events import cards, member_access, message_cards
from bot.message import Json
from bot.ports import Reason
from bot.register import target
from bot.register.target import Target
from bot.schedule import entry, seats
from storage import appointments, deliveries, events, invitations, kansli, outbox, people, registrations
from storage.events import Event, EventQuestion, EventState
from storage.outbox import Delivery, State
from storage.outgoing import (
    AsMail,
    Operation,
    Outgoing,
    ToCalendar,
    ToChannel,
    ToMail,
    ToPerson,
    digest_of,
    number_of,
)
from storage.people import Person
from storage.registrations import Registration, RegistrationState

MAIL_AFTER = timedelta(hours=1)
"""After how long a guest who has not opened the message in Teams gets it by mail."""
AT_ONCE = timedelta()
MOVE, CANCEL, OFFER, DECLINE, QUESTION = "event_move", "event_cancel", "event_offer", "event_decline", "event_question"
FILE = "event_file"
"""The first words of the subjects of what goes to single people."""
CAUSES = ("event", "event_card", "over:event_card", FILE, MOVE, CANCEL, OFFER)
"""The subjects without their number of everything that :func:`spread` looks at or cancels."""
TAKEN_BACK = "off"
"""In the key of a mail whose file takes the event out of the calendar."""


def spread(session: Session, event: Event, now: datetime) -> None:
    """Bring the cards in channels, the calendar entry and the registered people to the event's current state."""
    locked = events.lock(session, event.id)
    if locked is None or locked.state == EventState.DRAFT:
        return
    show_in_channels(session, locked, now)
    attend(session, locked, now)
    if locked.state == EventState.CANCELLED:
        _tell_cancelled(session, locked, now)
    else:
        _tell_moved(session, locked, now)


def show_in_channels(session: Session, event: Event, now: datetime) -> None:
    """Post the card in each of the event's channels, and replace the cards that show something else."""
    living = Living.of(f"event_card:{event.id}")
    card = cards.event_card(member_access.to_all(session, event, now))
    posted = deliveries.about(session, [living.subject, living.versions])
    newest = {row.key: row for row in posted[living.subject]}
    newest |= {row.target: row for row in posted[living.versions] if row.target}
    shown = digest_of({"text": "", "card": card})
    stale = [key for key, row in newest.items() if row.content_hash != shown]
    if stale:
        event.card_version += 1
    rows = [living.version(key, f"v{event.card_version}", card) for key in stale]
    if event.state == EventState.OPEN and (event.ends_at is None or event.ends_at > now):
        for _, place in target.channels(session, Target(channels=tuple(event.themes))):
            here = [row for row in posted[living.subject] if row.conversation_id == place]
            if place and (not here or here[-1].error == Reason.GONE):  # it was gone, and has been tied to a group again
                slot = sha256(place.encode()).hexdigest()[:16] + (f":{len(here)}" if here else "")
                rows.append(living.post(slot, ToChannel(place), card))
    outbox.enqueue_all(session, rows, now)


def attend(session: Session, event: Event, now: datetime) -> None:
    """Bring the calendar entry to the event's times, texts and people, or call it off; and mail the files.

    The caller has locked the event, so nobody else changes who comes.
    """
    to = ToCalendar(event.subject)
    newest = deliveries.in_lane(session, to.lane)
    if event.state == EventState.CANCELLED:
        if newest is not None and newest.operation == Operation.INVITE:
            text = f"{event.title} är inställt. {event.reason}".strip()
            outbox.enqueue(session, Outgoing(f"{event.subject}:calendar:off", event.subject, to, text=text), now)
        _send_files(session, event, set(), now)
        return
    appointment = entry.appointment_of(event)
    if event.state != EventState.OPEN or appointment is None or appointment.ends <= now:
        return
    if newest is None or newest.content_hash != digest_of({"appointment": appointment.body}):
        event.card_version += 1
        key = f"{event.subject}:calendar:{event.card_version}"
        outbox.enqueue(session, Outgoing(key, event.subject, to, appointment=appointment), now)
    registered = registrations.of_event(session, event.id)
    files = {row.person_id for row, person in registered if _by_file(row, person)}
    coming = {row.person_id for row, _ in registered} - files
    invited = {row.person_id for row, _ in invitations.of_event(session, event.subject) if row.person_id is not None}
    if coming != invited:
        appointments.attend(session, event.subject, now, joins=coming - invited, leaves=invited - coming)
    _send_files(session, event, files, now)


def ask_speaker(session: Session, event: Event, question: EventQuestion, person: Person, now: datetime) -> None:
    """Bring a question to the person who holds the event; to the kansli if nobody does."""
    organiser = people.by_id(session, event.organiser_id)
    here = organiser is not None and organiser.left_at is None
    readers = [organiser] if organiser is not None and here else kansli.everyone(session)
    card = message_cards.question(event, question.text, person)
    subject, mail = f"{QUESTION}:{event.id}", message_cards.question_mail(event, question.text)
    rows = [message(f"{subject}:{question.id}", subject, one.id, card, mail) for one in readers]
    outbox.enqueue_all(session, rows, now)


def message(
    key: str,
    subject: str,
    person_id: int,
    card: Json,
    mail: AsMail | None,
    *,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> Outgoing:
    """Return a message to one person about an event. Messages with one subject reach the person in their order.

    Without ``mail`` it goes in Teams only.
    """
    to = f":person:{person_id}"
    return Outgoing(
        f"{key}{to}",
        subject,
        ToPerson(person_id),
        card=card,
        lane=f"{subject}{to}",
        not_before=not_before,
        expires_at=expires_at,
        mail=mail,
        mail_after=MAIL_AFTER if mail is not None else None,
    )


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether what the message says is still so, asked just before sending."""
    event = events.find(session, number_of(row.subject))
    what = row.subject.partition(":")[0]
    if event is None or (event.state == EventState.CANCELLED) != (what == CANCEL):
        return False
    own = registrations.of_person(session, event.id, row.person_id) if row.person_id else None
    wanted = {
        MOVE: lambda: own is not None and own.state in seats.IN_TOUCH and f":{_stamp(event)}:" in row.key,
        OFFER: lambda: row.person_id is None or (own is not None and own.state == RegistrationState.OFFERED),
        DECLINE: lambda: own is not None and own.state == RegistrationState.REGISTERED,
    }
    return what not in wanted or wanted[what]()


def _by_file(own: Registration, person: Person) -> bool:
    """Return whether a registered person gets the ``.ics`` file by mail, in place of an invitation and other mails."""
    return own.state == RegistrationState.REGISTERED and own.by_mail and bool(person.mail)


def _send_files(session: Session, event: Event, readers: set[int], now: datetime) -> None:
    """Mail the ``.ics`` file as it is now to its readers, and a file that takes the event back to earlier readers.

    The newest mail to a person says what they have. So each change is mailed once, and a mail that waits is replaced.
    """
    subject, file = f"{FILE}:{event.id}", entry.as_file(session, event)
    mails = defaultdict[int, list[Delivery]](list)
    for row in deliveries.about(session, [subject])[subject]:
        mails[row.person_id or 0].append(row)
    if file is None:
        return
    for person_id in sorted(readers | mails.keys()):
        before = [row for row in mails[person_id] if row.state != State.CANCELLED]
        version = digest_of(asdict(file))[:12] if person_id in readers else TAKEN_BACK
        if before and _version(before[-1]) == version:
            continue
        has = [row for row in before if row.state != State.WAITING]
        lane = f"{subject}:person:{person_id}"
        outbox.cancel_all(session, Delivery.lane == lane, now, why="superseded")
        if not has and version == TAKEN_BACK:
            continue
        mail = message_cards.file_mail(event, replace(file, over=version == TAKEN_BACK), again=bool(has))
        outbox.enqueue(
            session,
            Outgoing(
                f"{subject}:{version}:{len(mails[person_id])}:person:{person_id}",
                subject,
                ToMail(person_id),
                text=mail.subject,
                lane=lane,
                expires_at=None if version == TAKEN_BACK else event.ends_at,
                mail=mail,
                mail_after=AT_ONCE,
            ),
            now,
        )


def _version(mail: Delivery) -> str:
    return mail.key.split(":")[2]


def _tell_moved(session: Session, event: Event, now: datetime) -> None:
    """Tell the people whom it concerns the new time, once."""
    if event.starts_at is None or event.starts_at <= now:
        return
    concerned = registrations.of_event(session, event.id, seats.IN_TOUCH)
    untold = [(row, person) for row, person in concerned if row.told_start != event.starts_at]
    if not untold:
        return
    subject = f"{MOVE}:{event.id}"
    outbox.cancel(session, subject, now)  # an earlier time that still waits
    key = f"{subject}:{_stamp(event)}:{event.version}"  # an event that moves back is told again
    card, mail = message_cards.moved(event), message_cards.moved_mail(event)
    starts = event.starts_at
    for row, person in untold:
        own = None if _by_file(row, person) else mail
        outbox.enqueue(session, message(key, subject, row.person_id, card, own, expires_at=starts), now)
        row.told_start = starts


def _tell_cancelled(session: Session, event: Event, now: datetime) -> None:
    """Tell the people whom it concerns, once, and cancel what else waits for them."""
    for what in (MOVE, OFFER, DECLINE):
        outbox.cancel(session, f"{what}:{event.id}", now)
    if event.ends_at is not None and event.cancelled_at is not None and event.ends_at <= event.cancelled_at:
        return
    concerned = registrations.of_event(session, event.id, seats.IN_TOUCH)
    subject, card, mail = f"{CANCEL}:{event.id}", message_cards.cancelled(event), message_cards.cancelled_mail(event)
    mails = {row.person_id: None if _by_file(row, person) else mail for row, person in concerned}
    rows = [message(subject, subject, person_id, card, own) for person_id, own in mails.items()]
    outbox.enqueue_all(session, rows, now)


def _stamp(event: Event) -> str:
    return f"{event.starts_at:%Y%m%dT%H%M}" if event.starts_at else ""
