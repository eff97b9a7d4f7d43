"""The bot's messages that name an erased person: their kept words, and the messages that stand in Teams."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage import contents, name_keys, offers, outbox, questions
from storage.contents import Content, ContentPerson
from storage.erasure.texts import Known
from storage.outbox import HARMLESS, Delivery, State
from storage.outgoing import Outgoing, ToMessage

_LATER = aliased(Delivery)
_REPLACED = exists().where(
    _LATER.id > Delivery.id,
    _LATER.operation.in_(HARMLESS),
    _LATER.state.in_([State.WAITING, State.SENDING, State.SENT]),
    or_(
        _LATER.lane == Delivery.lane,
        and_(
            _LATER.sent_conversation_id == Delivery.sent_conversation_id,
            _LATER.sent_activity_id == Delivery.sent_activity_id,
        ),
    ),
)
"""A newer version of the message is there or on its way. Putting this one back would be wrong."""
_SHOWN = frozenset({"altText", "fallbackText", "label", "placeholder", "quote", "subject", "text", "title", "tooltip"})
"""Where a card or mail has words. Everything else is structure, and "TextBlock" may be somebody's name."""


def clean(session: Session, known: Known, question_ids: Sequence[int], reference: str, now: datetime) -> int:
    """Take a person out of what was sent and will be. Return how many messages in Teams will be replaced.

    The keys in a content say whom it names. What members wrote, in the messages about these questions, is searched.
    """
    named = session.execute(
        select(ContentPerson.content_hash, ContentPerson.written_id).where(ContentPerson.person_id.in_(known.ids))
    )
    written: dict[str, set[int]] = {}
    for content_hash, written_id in named:
        written.setdefault(content_hash, set()).add(written_id)
    searched = set(session.scalars(_about(session, question_ids)))
    replaced = 0
    for content_hash in sorted(written.keys() | searched):
        content = session.get_one(Content, content_hash)
        body = name_keys.without(content.body, written.get(content_hash, ()))
        if content_hash in searched:
            body = name_keys.mapped(body, known.traces.out_of, _SHOWN)
        if body != content.body:
            replaced += _replace(session, content, body, reference, now)
    return replaced


def take_back(session: Session, ids: Collection[int], reference: str, now: datetime) -> int:
    """Have the messages removed that called the people by name in a thread because they had no chat."""
    mentioned = _visible(session, Delivery.person_id.in_(ids), Delivery.route == "mention")
    return outbox.enqueue_all(session, [_outgoing(row, {}, reference) for row in mentioned], now)


def forget_replies(session: Session, lost: str, now: datetime) -> None:
    """Put ``lost`` in the place of every reply that waits in the outbox: any may name somebody who is being erased.

    A card that such a reply would have changed stays. Of those that are settled only the words go.
    """
    replies = Delivery.subject == outbox.REPLY
    old = set(session.scalars(select(Delivery.content_hash).where(replies, Delivery.content_hash.is_not(None))))
    outbox.cancel_all(session, and_(replies, Delivery.operation.in_(HARMLESS)), now, why="cause_ended")
    fresh = contents.keep(session, {"": {"text": lost}}, now)[""] if old else None
    waits = and_(
        Delivery.state.in_([State.WAITING, State.SENDING, State.UNCERTAIN]), Delivery.operation.not_in(HARMLESS)
    )
    words = case((waits, fresh), else_=None)
    session.execute(update(Delivery).where(replies, Delivery.content_hash.in_(old)).values(content_hash=words))
    unused = ~exists().where(Delivery.content_hash == Content.hash)
    session.execute(delete(Content).where(Content.hash.in_(old), unused))


def _about(session: Session, question_ids: Sequence[int]) -> Any:
    subjects = [of(number) for of in (questions.subject, questions.reminder_subject) for number in question_ids]
    subjects += [offers.subject(offer) for offer in offers.of_questions(session, question_ids)]
    return select(Delivery.content_hash).where(Delivery.subject.in_(subjects), Delivery.content_hash.is_not(None))


def _replace(session: Session, old: Content, body: dict[str, Any], reference: str, now: datetime) -> int:
    """Give the deliveries of ``old`` the clean body. Contents are found by their hash, so it is another content."""
    fresh = contents.replace(session, old, body, now)
    session.execute(update(Delivery).where(Delivery.content_hash == old.hash).values(content_hash=fresh))
    session.execute(delete(Content).where(Content.hash == old.hash))
    session.expire_all()
    visible = _visible(session, Delivery.content_hash == fresh)
    return outbox.enqueue_all(session, [_outgoing(row, body, reference) for row in visible], now)


def _visible(session: Session, *which: Any) -> Sequence[Delivery]:
    """Return the newest versions of messages that stand in Teams. A mail can't be taken back."""
    there = Delivery.state == State.SENT, Delivery.sent_activity_id.is_not(None)
    in_teams = Delivery.sent_conversation_id.is_not(None)
    return session.scalars(select(Delivery).where(*which, *there, in_teams, ~_REPLACED)).all()


def _outgoing(row: Delivery, body: dict[str, Any], reference: str) -> Outgoing:
    return Outgoing(
        key=f"erased:{reference}:{row.id}",
        subject=f"erased:{reference}",
        to=ToMessage(row.sent_conversation_id or "", row.sent_activity_id or "", row.sent_thread_id),
        text=body.get("text") or "",
        card=body.get("card"),
        lane=row.lane,
    )
