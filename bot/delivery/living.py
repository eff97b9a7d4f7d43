"""A card that changes for everyone who got it: its keys, the order of its versions, and who may still see names.

A posted card is a delivery with the key ``{stem}:{slot}``. A later version is a delivery with the key
``{card}:{version}``, and replaces the card's message. The outbox sends such versions in order and skips overtaken ones,
so an old version never comes after a newer one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.message import Json
from storage import deliveries, outbox
from storage.outbox import Delivery, State
from storage.outgoing import MessageOf, Outgoing, ToChannel, ToPerson, ToThread


@dataclass(frozen=True, slots=True)
class Readers:
    """The people who may see names on a card now. Other people who got it see ``neutral``; a channel sees the card."""

    people: Collection[int]
    neutral: Json

    def card(self, card: Json, person_id: int | None) -> Json:
        """Return the card as this person sees it; None is a channel."""
        return card if person_id is None or person_id in self.people else self.neutral


@dataclass(frozen=True, slots=True)
class Living:
    """All cards about one thing. Use :meth:`of` in new features; older ones choose their subjects themselves."""

    stem: str
    """The start of the cards' keys. It includes a time where the database uses ids again."""
    subject: str
    """The outbox subject of the posted cards. Cancelling it cancels the cards that still wait."""
    versions: str
    """The outbox subject of later versions."""

    @classmethod
    def of(cls, stem: str) -> Living:
        """Return the cards with this stem, which is also their subject."""
        return cls(stem, stem, f"over:{stem}")

    def key(self, slot: object) -> str:
        """Return the key of the card in a slot."""
        return f"{self.stem}:{slot}"

    def owns(self, key: str) -> bool:
        """Return whether the key belongs to one of these cards or to a version of one."""
        return key.startswith(self.key(""))

    def post(self, slot: object, to: ToPerson | ToChannel, card: Json) -> Outgoing:
        """Return the card to post for one recipient."""
        return Outgoing(self.key(slot), self.subject, to, card=card)

    def post_to(self, people: Iterable[int], card: Json) -> Iterator[Outgoing]:
        """Return the card to post for each of these people."""
        return (self.post(f"person:{person_id}", ToPerson(person_id), card) for person_id in people)

    def version(self, key: str, name: str, card: Json, *, not_before: datetime | None = None) -> Outgoing:
        """Return a new version of the posted card with this key. Use each name once for a card."""
        return Outgoing(f"{key}:{name}", self.versions, MessageOf(key), card=card, not_before=not_before)

    def end(self, session: Session, card: Json, readers: Readers, now: datetime) -> None:
        """Cancel the cards that wait, and show ``card`` in place of those already sent."""
        outbox.cancel(session, self.subject, now)
        posted = shown(session, [self])[self]
        last = [self.version(row.key, "over", readers.card(card, row.person_id)) for row, _ in posted]
        outbox.enqueue_all(session, last, now)


def shown(session: Session, cards: Collection[Living]) -> Mapping[Living, Sequence[tuple[Delivery, str]]]:
    """Return the posted cards, each with the name of its newest version; the name is empty for a card never changed."""
    rows = deliveries.about(session, {subject for living in cards for subject in (living.subject, living.versions)})

    def of(living: Living) -> Iterator[tuple[Delivery, str]]:
        versions = (row for row in rows[living.versions] if row.key.startswith(f"{row.target}:"))
        newest = {row.target: row.key for row in versions}  # the rows are in order
        for row in rows[living.subject]:
            if row.target is None and living.owns(row.key):
                yield row, newest.get(row.key, "").removeprefix(f"{row.key}:")

    return {living: list(of(living)) for living in cards}


def lost(session: Session, places: Mapping[str, str | None]) -> Sequence[Delivery]:
    """Return the posted cards that may be missing where they belong.

    ``places`` has the channel of each card by its key; None means any channel. A card is lost if nobody knows that it
    arrived, or if it is in another channel.
    """
    return [
        row
        for row in deliveries.ended(session, places)
        if row.state in outbox.NOT_ARRIVED
        or (row.state == State.SENT and places[row.key] not in (None, row.conversation_id))
    ]


def thread(session: Session, key: str) -> ToThread | None:
    """Return the thread that a posted card started; None if the card has not arrived."""
    row = outbox.find(session, key)
    if row is None or not row.sent_conversation_id:
        return None
    return ToThread(row.sent_conversation_id, row.sent_thread_id)
