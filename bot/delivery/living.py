"""A card that everyone who got it sees change: its keys, the order of its versions, and who may still see names.

A posted card is a delivery with the key ``{stem}:{slot}``. A later version is a delivery with the key
``{card}:{version}``, and replaces the card's message. The outbox sends what replaces a message in order and skips what
was overtaken, so no old version comes after a newer one.
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
    """The people who may see names on a card now. Anybody else who got it sees ``neutral``; a channel sees the card."""

    people: Collection[int]
    neutral: Json

    def card(self, card: Json, person_id: int | None) -> Json:
        """Return what a person, or with None a channel, sees of a card."""
        return card if person_id is None or person_id in self.people else self.neutral


@dataclass(frozen=True, slots=True)
class Living:
    """All cards about one thing. :meth:`of` is for new features; older ones spell their subjects themselves."""

    stem: str
    """What the cards' keys begin with. It holds a time where ids are used again."""
    subject: str
    """The outbox subject of the posted cards: those that wait are cancelled with it."""
    versions: str
    """The outbox subject of later versions."""

    @classmethod
    def of(cls, stem: str) -> Living:
        """Return the cards with this stem, which is their subject too."""
        return cls(stem, stem, f"over:{stem}")

    def key(self, slot: object) -> str:
        """Return the key of the card in a slot."""
        return f"{self.stem}:{slot}"

    def owns(self, key: str) -> bool:
        """Return whether a delivery's key is that of one of these cards, or of a version."""
        return key.startswith(self.key(""))

    def post(self, slot: object, to: ToPerson | ToChannel, card: Json) -> Outgoing:
        """Return the card to post for one recipient."""
        return Outgoing(self.key(slot), self.subject, to, card=card)

    def post_to(self, people: Iterable[int], card: Json) -> Iterator[Outgoing]:
        """Return the card to post for each of these people."""
        return (self.post(f"person:{person_id}", ToPerson(person_id), card) for person_id in people)

    def version(self, key: str, name: str, card: Json, *, not_before: datetime | None = None) -> Outgoing:
        """Return a new version of the posted card with this key. A name is used once for each card."""
        return Outgoing(f"{key}:{name}", self.versions, MessageOf(key), card=card, not_before=not_before)

    def end(self, session: Session, card: Json, readers: Readers, now: datetime) -> None:
        """Cancel the cards that wait, and show ``card`` in place of those that were sent."""
        outbox.cancel(session, self.subject, now)
        posted = shown(session, [self])[self]
        last = [self.version(row.key, "over", readers.card(card, row.person_id)) for row, _ in posted]
        outbox.enqueue_all(session, last, now)


def shown(session: Session, cards: Collection[Living]) -> Mapping[Living, Sequence[tuple[Delivery, str]]]:
    """Return the posted cards, each with the name of its newest version; that is empty for the card as posted."""
    rows = deliveries.about(session, {subject for living in cards for subject in (living.subject, living.versions)})

    def of(living: Living) -> Iterator[tuple[Delivery, str]]:
        versions = (row for row in rows[living.versions] if row.key.startswith(f"{row.target}:"))
        newest = {row.target: row.key for row in versions}  # the rows are in order
        for row in rows[living.subject]:
            if row.target is None and living.owns(row.key):
                yield row, newest.get(row.key, "").removeprefix(f"{row.key}:")

    return {living: list(of(living)) for living in cards}


def lost(session: Session, places: Mapping[str, str | None]) -> Sequence[Delivery]:
    """Return the posted cards that may not stand where they belong.

    ``places`` has the channel of each card by its key; None is any. A card is lost if nobody knows that it arrived, or
    if it stands in another channel.
    """
    return [
        row
        for row in deliveries.ended(session, places)
        if row.state in outbox.NOT_ARRIVED
        or (row.state == State.SENT and places[row.key] not in (None, row.conversation_id))
    ]


def thread(session: Session, key: str) -> ToThread | None:
    """Return the thread that a posted card started; None where it has not arrived."""
    row = outbox.find(session, key)
    if row is None or not row.sent_conversation_id:
        return None
    return ToThread(row.sent_conversation_id, row.sent_thread_id)
