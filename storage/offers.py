"""Replies in a question's thread that the bot asks their writers about, kept until they decide, at most a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, Text, delete, exists, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import outbox
from storage.contents import Content
from storage.database import Base, is_id, person_key
from storage.outbox import Delivery
from storage.outgoing import number_of

KEPT = timedelta(days=1)


class ThreadOffer(Base):
    """A reply. Without ``text``: its writer does not want to be asked about this question any more."""

    __tablename__ = "thread_offers"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own; an old button must not find a newer reply

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = person_key(on_erase="delete")
    text: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str | None] = mapped_column(String(200))
    """Teams' id of the reply."""
    at: Mapped[datetime] = mapped_column(index=True)


def subject(offer_id: int) -> str:
    """Return the outbox subject of the message that asks."""
    return f"thread_offer:{offer_id}"


def add(
    session: Session, question_id: int, person_id: int, text: str, now: datetime, *, message_id: str | None = None
) -> ThreadOffer:
    """Store a reply until its writer decides."""
    offer = ThreadOffer(question_id=question_id, person_id=person_id, text=text, message_id=message_id, at=now)
    session.add(offer)
    session.flush()
    return offer


def of_questions(session: Session, question_ids: Collection[int]) -> Sequence[int]:
    """Return the ids of the replies that belong to these questions."""
    return session.scalars(select(ThreadOffer.id).where(ThreadOffer.question_id.in_(question_ids))).all()


def lock(session: Session, offer_id: object, now: datetime) -> ThreadOffer | None:
    """Return the reply with this id (which may be anything) and lock it; None if it is not kept any more."""
    if not is_id(offer_id):
        return None
    offer = session.get(ThreadOffer, offer_id, with_for_update=True, populate_existing=True)
    return offer if offer is not None and offer.text is not None and now - offer.at < KEPT else None


def wants_none(session: Session, question_id: int, person_id: int) -> bool:
    """Return whether the person does not want to be asked about this question."""
    no = ThreadOffer.text.is_(None), ThreadOffer.question_id == question_id, ThreadOffer.person_id == person_id
    return bool(session.scalar(select(exists().where(*no))))


def still_kept(session: Session, row: Delivery) -> bool:
    """Return whether the reply that a message asks about is still kept. Asked just before sending."""
    number = number_of(row.subject)
    offer = session.get(ThreadOffer, number) if is_id(number) else None
    return offer is not None and offer.text is not None


def settle(session: Session, offer: ThreadOffer, now: datetime, *, wanted: bool) -> None:
    """Delete the reply. After a no, delete all replies by the same person to the question."""
    mine = ThreadOffer.question_id == offer.question_id, ThreadOffer.person_id == offer.person_id
    over = [offer.id] if wanted else list(session.scalars(select(ThreadOffer.id).where(*mine)))
    _forget(session, over, now, but=None if wanted else offer.id)
    if not wanted:
        offer.text = None


def forget_old(session: Session, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` replies that are older than a day without a decision. Return how many."""
    old = select(ThreadOffer.id).where(ThreadOffer.text.is_not(None), ThreadOffer.at <= now - KEPT).limit(limit)
    ids = list(session.scalars(old))
    _forget(session, ids, now)
    return len(ids)


def _forget(session: Session, ids: list[int], now: datetime, but: int | None = None) -> None:
    """Delete the replies, and also their text in the messages that asked. Keep those rows, and the row ``but``."""
    asked = Delivery.subject.in_([subject(number) for number in ids])
    hashes = set(session.scalars(select(Delivery.content_hash).where(asked, Delivery.content_hash.is_not(None))))
    outbox.cancel_all(session, asked, now, why="cause_ended")
    unused = ~exists().where(Delivery.content_hash == Content.hash)
    steps: tuple[Any, ...] = (
        update(Delivery).where(asked).values(content_hash=None),
        delete(Content).where(Content.hash.in_(hashes), unused),
        delete(ThreadOffer).where(ThreadOffer.id.in_([number for number in ids if number != but])),
    )
    for step in steps:
        session.execute(step, execution_options={"synchronize_session": False})
