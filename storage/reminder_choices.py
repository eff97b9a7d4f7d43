"""Rows of the outbox as they follow from how people want to be reached: the mail that goes with a chat, and pauses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from storage import contents, outbox
from storage.database import insert_new, wake
from storage.outbox import Delivery, State
from storage.outgoing import Operation, Outgoing
from storage.people import Person, RemindBy

PAUSED = "paused"
"""The ``error`` of a row that waits for a pause to end."""
NOT_SET_UP, GRAPH = "not_set_up", ("mail", "feed")
"""As :mod:`bot.ports` names a refusal and the ways through Graph."""
_MAIL = ":mail"


def enqueue_mail(session: Session, row: Delivery, now: datetime, *, not_before: datetime | None = None) -> bool:
    """Have the row's content sent by mail too, as a row of its own; False where it was enqueued before, or is over.

    The row is read again: a turn that ended its cause in between ended the mail too. Its time to live begins at
    ``not_before``, which is now if it is None.
    """
    fresh = session.get(Delivery, row.id)
    if fresh is None:
        return False
    starts = now if not_before is None else not_before
    fixed = fresh.dated or fresh.expires_at <= now  # its cause gave it an end, or has ended
    expires_at = fresh.expires_at if fixed else fresh.expires_at + max(starts - now, timedelta())
    columns = ("subject", "repeat", "content_hash", "reach", "dated", "mail_after", "person_id")
    added = insert_new(
        session,
        Delivery,
        key=f"{row.key}{_MAIL}",
        lane=f"{row.key}{_MAIL}",
        operation=Operation.MAIL,
        created_at=now,
        not_before=starts,
        expires_at=expires_at,
        **{name: getattr(fresh, name) for name in columns},
    )
    if added:
        wake(session, outbox.QUEUE)
    return added


def beside(session: Session, mail: Delivery) -> Delivery | None:
    """Return the row whose content this mail sends too; None for a mail that goes alone."""
    key = first_key(mail)
    return outbox.find(session, key) if key else None


def first_key(mail: Delivery) -> str:
    """Return the key of the row whose content this mail sends too; empty for a mail that goes alone."""
    return mail.key.removesuffix(_MAIL) if mail.key.endswith(_MAIL) else ""


def mail_key(key: str) -> str:
    """Return the key of the mail that goes with the row that has this key."""
    return f"{key}{_MAIL}"


def rewrite_mail(session: Session, outgoing: Outgoing, now: datetime) -> None:
    """Give a message and its mail this content, where they have not gone. A message that has gone gets a version."""
    hashes = contents.keep(session, {outgoing.key: outgoing.body}, now)
    waits = Delivery.key.in_([outgoing.key, f"{outgoing.key}{_MAIL}"]), Delivery.state == State.WAITING
    session.execute(update(Delivery).where(*waits).values(content_hash=hashes[outgoing.key]))


def cancel_mail(session: Session, keys: Collection[str], now: datetime) -> None:
    """Cancel the mails that go with these messages, where they have not gone."""
    outbox.cancel_all(session, Delivery.key.in_([f"{key}{_MAIL}" for key in keys]), now, why="cause_ended")


def is_fixed(session: Session, keys: Collection[str]) -> bool:
    """Return whether one of these messages has gone in a form that can't be changed: a mail, or without an id."""
    either = Delivery.key.in_([*keys, *(f"{key}{_MAIL}" for key in keys)]), Delivery.state == State.SENT
    fixed = or_(Delivery.route == GRAPH[0], Delivery.error == outbox.WITHOUT_ID)
    return bool(session.scalar(select(exists().where(*either, fixed))))


def release(session: Session, person_id: int, now: datetime) -> int:
    """The person's pause is another one now: what waited for its end is looked at again. How many rows that were."""
    waits = and_(Delivery.person_id == person_id, Delivery.error == PAUSED)
    return outbox.reschedule(session, waits, now, tried=True)  # since then it waits for the pause, not for Teams


def wanting_mail(session: Session) -> int:
    """How many people chose mail."""
    chosen = Person.remind_by.in_([RemindBy.MAIL, RemindBy.BOTH]), Person.left_at.is_(None)
    return session.scalar(select(func.count()).where(*chosen)) or 0


def closed_since(session: Session, moment: datetime) -> int:
    """How many rows did not go since then because mail or feed is not set up; 0 where one has gone that way after."""
    closed = Delivery.error == NOT_SET_UP, Delivery.state == State.UNREACHABLE, Delivery.settled_at >= moment
    went = select(func.max(Delivery.settled_at)).where(Delivery.route.in_([*GRAPH]), Delivery.state == State.SENT)
    last = session.scalar(went)
    after = [Delivery.settled_at > last] if last is not None else []
    return session.scalar(select(func.count()).where(*closed, *after)) or 0
