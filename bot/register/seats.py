"""The rules for seats: who represents a municipality, and from when until when."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register import domains, words
from bot.register.change import Change
from bot.register.spelling import bare
from storage import contacts, municipalities, people
from storage.contacts import Contact
from storage.erasure import hashes
from storage.municipalities import Municipality
from storage.people import Person, PersonRole


def suggested(session: Session, person: Person) -> Municipality | None:
    """Return the municipality that a person's mail address suggests, for them to confirm or deny."""
    return municipalities.find(session, domains.suggestion(person.mail, _domains(session)))


def shows(session: Session, person: Person, code: str) -> bool:
    """Return whether the person's mail address or seat proves that they work for a municipality."""
    if any(held.municipality_code == code for held in contacts.held_by(session, person.id)):
        return True
    return domains.owner(person.mail, _domains(session)) == code


def refuse_erased(session: Session, mail: str) -> None:
    """Raise :class:`UserError` for the address of an erased person who has not written since."""
    if hashes.is_erased(session, mail):
        raise UserError("Personens uppgifter är borttagna. Be personen skriva hej till mig först, så går det igen.")


def known_as(name: str, same: Sequence[Person]) -> Person | None:
    """Return the person called ``name`` among the people with the ``same`` address; None for a new address.

    Every way into the register asks here. Raise :class:`UserError` if the address belongs only to people whose names
    have nothing in common with ``name``: the seat would go to the wrong person.
    """
    match = next((person for person in same if is_called(person, name)), None)
    if match is None and same:
        raise UserError(
            f"Adressen hör till {same[0].name}. Är det rätt person? Skriv då det namnet. Annars behövs en egen adress."
        )
    return match


def is_called(person: Person, name: str) -> bool:
    """Return whether the person may be called ``name``: one name has all words of the other.

    Two people who share an address may share a first name or a surname. A person without a name fits all. A guest may
    be called by the address, without spaces ("asaoberg").
    """
    theirs, meant = _words(person.name), _words(name)
    if not theirs or theirs <= meant or (meant and meant <= theirs):
        return True
    return len(theirs) == 1 and any(word in min(theirs) for word in meant)


def person_with(change: Change, name: str, mail: str) -> Person:
    """Return the person with this address, or a new one who has not met the bot.

    Raise as :func:`known_as` and :func:`refuse_erased`.
    """
    known = known_as(name, people.with_mail(change.session, mail))
    if known is None:
        municipalities.lock_first(change.session)  # another turn may be adding the same person
        known = known_as(name, people.with_mail(change.session, mail))
    if known is not None:
        return known
    refuse_erased(change.session, mail)
    person = Person(name=name, mail=mail, first_seen_at=change.now)
    change.session.add(person)
    change.session.flush()
    return person


def appoint(change: Change, code: str, seat: PersonRole, person: Person) -> Contact:
    """Give a person a seat, unless they hold it. Move them to this municipality if they hold no seat in their own."""
    municipalities.lock(change.session, code)
    held = contacts.held_by(change.session, person.id)
    mine = next((row for row in held if row.municipality_code == code and row.seat == seat), None)
    if not any(row.municipality_code == person.municipality_code for row in held):
        person.municipality_code = code
    if not person.role:
        person.role = seat
    if mine is not None:
        return mine
    contact = Contact(municipality_code=code, seat=seat, person_id=person.id, person=person, since=change.today)
    change.session.add(contact)
    change.session.flush()
    change.record(f"Ny {words.seat(seat)}", f"municipality:{code}", person.id)
    return contact


def end(change: Change, contact: Contact) -> None:
    """End a seat. It stays in the history. Raise :class:`UserError` if it has ended already."""
    municipalities.lock(change.session, contact.municipality_code)
    change.session.refresh(contact)
    if contact.until is not None:
        raise UserError("Det uppdraget är redan avslutat. Öppna kommunen igen, så ser du vad som gäller nu.")
    contact.until = change.today
    if contact.person is not None and contact.person.role == contact.seat:
        contact.person.role = ""  # no longer true; they may choose a new role themselves
    about = f"municipality:{contact.municipality_code}"
    change.record(f"Avslutat uppdrag: {words.seat(contact.seat)}", about, contact.person_id)


def replace(change: Change, contact: Contact, person: Person) -> Contact:
    """End a seat and give it to somebody else. Raise :class:`UserError` if that person has it, or if it has ended."""
    if contact.person_id == person.id:
        raise UserError("Det är samma person som har uppdraget nu. Skriv den nya personens namn och mejladress.")
    end(change, contact)
    return appoint(change, contact.municipality_code, PersonRole(contact.seat), person)


def correct(change: Change, contact: Contact, name: str, mail: str, phone: str | None) -> None:
    """Correct a contact person's name, address and number. Raise :class:`UserError` if another has the address."""
    person = contact.person
    if person is None:
        raise UserError("Ingen har uppdraget längre. Öppna kommunen igen, så ser du vad som gäller nu.")
    other = next((holder for holder in people.with_mail(change.session, mail) if holder.id != person.id), None)
    if other is not None and mail != person.mail:
        raise UserError(f"Adressen hör till {other.name}. Är det en ny person, välj Byt kontaktperson i stället.")
    if (person.name, person.mail, person.phone) != (name, mail, phone):
        person.name, person.mail, person.phone = name, mail, phone
        about = f"municipality:{contact.municipality_code}"
        change.record(f"Rättat uppgifter om {words.seat(contact.seat)}", about, person.id)


def _domains(session: Session) -> dict[str, str]:
    return {domain: row.code for row in municipalities.everyone(session) for domain in row.mail_domains}


def _words(name: str) -> set[str]:
    """Return the words of a name, without marks and initials."""
    return {bare(word.casefold()) for word in re.split(r"[\W_]+", name) if len(word) > 1}
