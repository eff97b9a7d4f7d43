"""Notices about proposals and new contact persons, as rows of the outbox in the change's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.members import proposal_cards
from bot.message import Json
from bot.register.change import Change
from storage import contacts, deliveries, kansli, outbox
from storage.contacts import Contact, Proposal, ProposalKind
from storage.outbox import Delivery
from storage.outgoing import MessageOf, Outgoing, ToPerson
from storage.people import Person


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as it was, for when its row is gone or says something else."""

    stem: str
    """What the keys of its cards begin with: its id, and when it was made, because ids are used again."""
    proposer_id: int
    who: str
    what: str
    """What was proposed, as a sentence of others: "är kontaktpolitiker för Sotenäs kommun"."""
    code: str
    replaced: Contact | None

    @property
    def versions(self) -> str:
        """The subject of the cards' later versions; that of the cards themselves is the stem."""
        return f"over:{self.stem}"

    @classmethod
    def of(cls, row: Proposal) -> Proposed:
        """What a row says now."""
        stem = f"proposal:{row.id}:{row.created_at.isoformat()}"
        what = proposal_cards.what(row)
        return cls(stem, row.person_id, row.person.called, what, row.municipality_code, row.replaces)


def made(change: Change, row: Proposal, before: Proposed | None) -> None:
    """Each of the kansli gets a card with which one press decides. The cards of what it was ``before`` say so."""
    new = Proposed.of(row)
    if before is not None and before.stem != new.stem:
        _end(change.session, change.now, before, proposal_cards.over("Förslaget är ersatt av ett nyare."))
    card = proposal_cards.ask(row)
    asked = (
        Outgoing(_key(new, person), new.stem, ToPerson(person.id), card["fallbackText"], card)
        for person in kansli.everyone(change.session)
    )
    outbox.enqueue_all(change.session, asked, change.now)


def withdrawn(change: Change, before: Proposed) -> None:
    """It is not needed any more."""
    _end(change.session, change.now, before, proposal_cards.over("Förslaget är återtaget."))


def decided(change: Change, was: Proposed, by: Person, contact: str, *, yes: bool) -> Json:
    """The other cards say what was decided and by whom, and the proposer is told; the card for who decided.

    ``contact`` is the kansli's mail address.
    """
    card = proposal_cards.decided(was.who, was.what, was.code, by.name, yes=yes)
    _end(change.session, change.now, was, card)
    told = proposal_cards.outcome(was.what, contact, yes=yes)
    key = f"{was.stem}:outcome"
    row = Outgoing(key, f"outcome:{was.stem}", ToPerson(was.proposer_id), told["fallbackText"], told)
    outbox.enqueue(change.session, row, change.now)
    return card


def replaced(change: Change, ended: Contact | None, by: Person, place: str, contact: str) -> None:
    """Tell the former holder who has the seat now, if the bot has met them."""
    before = ended.person if ended is not None and ended.until is not None else None
    if ended is None or before is None or before.teams_id is None or before.id in (by.id, change.by):
        return
    card = proposal_cards.successor(ended, by.name, place, contact)
    row = Outgoing(
        f"contact:{ended.id}:replaced", f"contact:{ended.id}", ToPerson(before.id), card["fallbackText"], card
    )
    outbox.enqueue(change.session, row, change.now)


def due(session: Session, now: datetime) -> list[Outgoing]:
    """A card whose proposer has left the teams since it was shown says so, and that they are back when they are."""
    del now
    waiting = [(row, Proposed.of(row)) for row in contacts.proposals(session)]
    sent = deliveries.about(session, [subject for _, was in waiting for subject in (was.stem, was.versions)])
    return [version for row, was in waiting for version in _of_left(row, was, sent)]


def forgetting(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Before a person is erased, whose proposals go too: what to do afterwards, so that no card still asks."""
    theirs = [Proposed.of(row) for row in contacts.proposed_by(session, person_id)]

    def after() -> None:
        for one in theirs:
            _end(session, now, one, proposal_cards.over("Förslaget är återtaget."))

    return after


def waiting(session: Session, kind: ProposalKind, person_id: int) -> Proposed | None:
    """What a person has proposed of this kind and still waits."""
    return next((Proposed.of(row) for row in contacts.proposed_by(session, person_id) if row.kind == kind), None)


def _end(session: Session, now: datetime, was: Proposed, card: Json) -> None:
    """Cancel waiting cards and show ``card`` in sent ones. People who have lost the kansli role see no name."""
    outbox.cancel(session, was.stem, now)
    still = {person.id for person in kansli.everyone(session)}
    other = proposal_cards.over("Förslaget är avgjort.")
    shown = [
        _version(asked, was, f"{asked.key}:over", card if asked.person_id in still else other)
        for asked in deliveries.about(session, [was.stem])[was.stem]
    ]
    outbox.enqueue_all(session, shown, now)


def _of_left(row: Proposal, was: Proposed, sent: Mapping[str, Sequence[Delivery]]) -> Iterator[Outgoing]:
    left = row.person.left_at
    shown = {one.target: one.key for one in sent[was.versions]}  # the newest of each
    for asked in sent[was.stem]:
        said = _left_at(asked.key, shown.get(asked.key, ""))
        if left and not said:
            yield _version(asked, was, _left_as(asked.key, left.isoformat()), proposal_cards.ask(row))
        elif said and not left:
            yield _version(asked, was, _back_as(asked.key, said), proposal_cards.ask(row))


def _left_as(card: str, left: str) -> str:
    """The key of a card's version that says that the proposer left then."""
    return f"{card}:left:{left}"


def _left_at(card: str, key: str) -> str:
    """When the proposer left, as the key of a card's version says; empty for a version that says something else."""
    start = _left_as(card, "")
    return key.removeprefix(start) if key.startswith(start) else ""


def _back_as(card: str, left: str) -> str:
    """The key of a card's version that says that the proposer, who left then, is back."""
    return f"{card}:back:{left}"


def _version(asked: Delivery, was: Proposed, key: str, card: Json) -> Outgoing:
    return Outgoing(key, was.versions, MessageOf(asked.key), card["fallbackText"], card)


def _key(of: Proposed, person: Person) -> str:
    return f"{of.stem}:person:{person.id}"
