"""The rules for proposals that members make about themselves and the kansli confirms."""

from __future__ import annotations

from bot.message import UserError
from bot.register.change import Change
from bot.register.checks import checked_seat
from bot.register.seats import appoint, end, replace, shows
from bot.swedish import listed
from storage import contacts, municipalities, silences
from storage.contacts import Contact, Proposal, ProposalKind
from storage.people import Person


def claim(change: Change, person: Person, code: str) -> Proposal | None:
    """Let a person work for a municipality: at once if their mail or a seat proves it, else as a proposal."""
    if code == person.municipality_code or shows(change.session, person, code):
        person.municipality_code = code
        contacts.withdraw(change.session, ProposalKind.BELONGS, person.id)
        return None
    return contacts.propose(change.session, ProposalKind.BELONGS, person.id, code, change.now)


def accept(change: Change, proposal: Proposal) -> str:
    """Carry out a proposal. Return a sentence for the kansli. Raise :class:`UserError` if it can't be carried out."""
    person, code, held = proposal.person, proposal.municipality_code, proposal.replaces
    if proposal.kind == ProposalKind.BELONGS:
        person.municipality_code = code
        change.record("Bekräftat att en person hör hit", f"municipality:{code}", person.id)
    elif proposal.kind == ProposalKind.LEAVES:
        _leave(change, proposal)
    elif held is not None and held.until is None and held.person_id != person.id:
        replace(change, held, person)
    else:
        _refuse_taken(change, held, person)
        appoint(change, code, checked_seat(proposal.seat), person)
    change.session.delete(proposal)
    change.session.flush()
    return "Bekräftat."


def _leave(change: Change, proposal: Proposal) -> None:
    """End the person's seats. If the proposal names no seat, end their belonging too. The bot asks nothing more."""
    person, code = proposal.person, proposal.municipality_code
    for held in contacts.held_by(change.session, person.id):
        if held.municipality_code == code:
            end(change, held)
    if not proposal.seat and person.municipality_code == code:
        person.municipality_code = None
        change.record("Bekräftat att en person har slutat", f"municipality:{code}", person.id)
    silences.resign(change.session, person.id, change.now)


def _refuse_taken(change: Change, held: Contact | None, person: Person) -> None:
    """Raise :class:`UserError` if somebody else has taken over the seat of the proposal."""
    if held is None or held.until is None:
        return
    municipalities.lock(change.session, held.municipality_code)
    now = [contact for contact in contacts.current(change.session, held.municipality_code) if contact.seat == held.seat]
    names = [
        contact.person.called
        for contact in now
        if contact.person and contact.person_id != person.id and not contact.gone
    ]
    if names:
        raise UserError(
            f"{listed(names)} har redan tagit över uppdraget. Avböj förslaget, eller öppna kommunen och byt där."
        )


def decline(change: Change, proposal: Proposal) -> str:
    """Delete a proposal without carrying it out. Return a sentence for the kansli."""
    change.record("Förslag avböjt", f"municipality:{proposal.municipality_code}", proposal.person_id)
    change.session.delete(proposal)
    change.session.flush()
    return "Avböjt."
