"""Tell people about proposals and about who took over a seat, with outbox rows in the change's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.delivery.living import Living, Readers, shown
from bot.desk import PreparedDecision
from bot.members import proposal_cards
from bot.message import Json
from bot.register import access, proposals
from bot.register.change import Change
from bot.turn import App, Turn
from storage import contacts, kansli, outbox
from storage.contacts import Contact, Proposal, ProposalKind
from storage.outgoing import Outgoing, ToPerson
from storage.people import Person, VisibleTo


@dataclass(frozen=True, slots=True)
class Proposed:
    """A snapshot of a proposal, for use after its row has changed or is gone."""

    cards: Living
    """The kansli's cards. Their stem has the id and the time, because the database uses ids again."""
    proposer_id: int
    who: str
    what: str
    """The proposal in words about the proposer: "är kontaktpolitiker för Sotenäs kommun"."""
    code: str
    replaced: Contact | None

    @classmethod
    def of(cls, row: Proposal) -> Proposed:
        """Return a snapshot of the row."""
        cards = Living.of(f"proposal:{row.id}:{row.created_at.isoformat()}")
        what = proposal_cards.what(row)
        return cls(cards, row.person_id, row.person.called, what, row.municipality_code, row.replaces)


def made(change: Change, row: Proposal, before: Proposed | None) -> None:
    """Send each of the kansli a card with buttons to decide. End the cards of the proposal as it was ``before``."""
    cards = Proposed.of(row).cards
    if before is not None and before.cards != cards:
        _end(change.session, before, proposal_cards.over("Förslaget är ersatt av ett nyare."), change.now)
    people = [person.id for person in kansli.everyone(change.session)]
    outbox.enqueue_all(change.session, cards.post_to(people, proposal_cards.ask(row)), change.now)


def withdrawn(change: Change, before: Proposed) -> None:
    """End the cards of a proposal that is not needed any more."""
    _end(change.session, before, proposal_cards.over("Förslaget är återtaget."), change.now)


def claim(change: Change, person: Person, code: str) -> bool:
    """Connect a person to a municipality, or propose it to the kansli. Return whether it is theirs now."""
    before = waiting(change.session, ProposalKind.BELONGS, person.id)
    proposal = proposals.claim(change, person, code)
    if proposal is not None:
        made(change, proposal, before)
    elif before is not None:
        withdrawn(change, before)
    return proposal is None


def decided(change: Change, was: Proposed, by: Person, contact: str, *, yes: bool) -> Json:
    """Show on all cards what was decided and by whom, and tell the proposer. Return the decider's card.

    ``contact`` is the kansli's mail address.
    """
    card = proposal_cards.decided(was.who, was.what, was.code, by.called, yes=yes)
    _end(change.session, was, card, change.now)
    stem, outcome = was.cards.stem, proposal_cards.outcome(was.what, contact, yes=yes)
    row = Outgoing(f"{stem}:outcome", f"outcome:{stem}", ToPerson(was.proposer_id), card=outcome)
    outbox.enqueue(change.session, row, change.now)
    return card


def replaced(change: Change, ended: Contact | None, by: Person, place: str, contact: str) -> None:
    """Tell the former holder of a seat who has it now. Skip people who the bot has never met."""
    before = ended.person if ended is not None and ended.until is not None else None
    if ended is None or before is None or before.teams_id is None or before.id in (by.id, change.by):
        return
    name = by.called if by.visible_to != VisibleTo.KANSLI else "En kollega"
    subject, card = f"contact:{ended.id}", proposal_cards.successor(ended, name, place, contact)
    outbox.enqueue(change.session, Outgoing(f"{subject}:replaced", subject, ToPerson(before.id), card=card), change.now)


def to_confirm(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield the proposals that wait, oldest first."""
    del app, now
    for row in contacts.proposals(session):
        yield PreparedDecision(
            key=f"proposal:{row.id}:{row.created_at.isoformat()}",
            title=f"Bekräfta att {row.person.called} {proposal_cards.what(row)}",
            effect="Det står då i registret, och personen får besked. Säger du nej i stället: välj Förslag i hjälp.",
            usefulness=90,
            do=partial(_confirm, row.id, row.created_at),
        )


def _confirm(proposal_id: int, seen: datetime, turn: Turn) -> str:
    proposal = access.proposal(
        replace(turn, incoming=replace(turn.incoming, data=proposal_cards.named(proposal_id, seen)))
    )
    place = proposal.municipality.full_name
    accept(turn, proposal)
    return f"Förslaget för {place} är bekräftat."


def accept(turn: Turn, proposal: Proposal) -> tuple[str, Json]:
    """Accept a proposal and carry it out. Return what was done, and the card that says so."""
    change, was = Change.of(turn), Proposed.of(proposal)
    person, place, contact = proposal.person, proposal.municipality.full_name, turn.app.settings.contact
    note = proposals.accept(change, proposal)
    replaced(change, was.replaced, person, place, contact)
    return note, decided(change, was, turn.person, contact, yes=True)


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return new versions of the cards whose proposer has left the teams, or is back."""
    del now
    waiting = [(row, Proposed.of(row).cards) for row in contacts.proposals(session)]
    if not waiting:
        return []
    posted, readers = shown(session, [cards for _, cards in waiting]), _kansli(session).people
    return [
        cards.version(card.key, name, proposal_cards.ask(row))
        for row, cards in waiting
        for card, version in posted[cards]
        for name in _presence(row, version)
        if card.person_id in readers
    ]


def forgetting(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Prepare the erasure of a person and their proposals. Return a function that then ends the proposals' cards."""
    theirs = [Proposed.of(row) for row in contacts.proposed_by(session, person_id)]

    def after() -> None:
        for proposed in theirs:
            _end(session, proposed, proposal_cards.over("Förslaget är återtaget."), now)

    return after


def waiting(session: Session, kind: ProposalKind, person_id: int) -> Proposed | None:
    """Return the proposal of this kind that a person waits for."""
    return next((Proposed.of(row) for row in contacts.proposed_by(session, person_id) if row.kind == kind), None)


def _end(session: Session, was: Proposed, card: Json, now: datetime) -> None:
    was.cards.end(session, card, _kansli(session), now)


def _kansli(session: Session) -> Readers:
    people = {person.id for person in kansli.everyone(session)}
    return Readers(people, proposal_cards.over("Förslaget är avgjort."))


def _presence(row: Proposal, version: str) -> Iterator[str]:
    """Yield the version that a card still lacks: ``left:{when}``, or ``back:{when they had left}``."""
    state, _, when = version.partition(":")
    left_at = row.person.left_at
    if left_at and state != "left":
        yield f"left:{left_at.isoformat()}"
    elif state == "left" and not left_at:
        yield f"back:{when}"
