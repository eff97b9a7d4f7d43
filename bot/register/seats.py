"""The rules of seats: who speaks for a municipality, from when until when."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register import finder, words
from bot.register.change import Change
from bot.register.spelling import bare
from storage import contacts, municipalities, people
from storage.contacts import Contact
from storage.erasure import hashes
from storage.municipalities import Municipality
from storage.people import Person, PersonRole


def suggested(session: Session, person: Person) -> Municipality | None:
    """The municipality that a person's mail address points to."""
    if not person.mail:
        return None
    domains = {domain: row.code for row in municipalities.everyone(session) for domain in row.mail_domains}
    return municipalities.find(session, finder.by_mail(person.mail, domains))


def refuse_erased(session: Session, mail: str) -> None:
    """Raises :class:`UserError` for the address of somebody who was erased and has not written since."""
    if hashes.is_erased(session, mail):
        raise UserError("Personens uppgifter är borttagna. Be personen skriva hej till mig först, så går det igen.")


def person_with(change: Change, name: str, mail: str) -> Person:
    """The person with this address, or a new one who has not met the bot. Raises as :func:`refuse_erased`.

    Raises :class:`UserError` where the address is somebody's whose name has nothing in common with ``name``.
    """
    known = people.by_mail(change.session, [mail]).get(mail)
    if known is None:
        municipalities.lock_first(change.session)  # another turn may be writing the same person down
        known = people.by_mail(change.session, [mail]).get(mail)
    if known is not None:
        _refuse_somebody_else(known, name)
        return known
    refuse_erased(change.session, mail)
    person = Person(name=name, mail=mail, first_seen_at=change.now)
    change.session.add(person)
    change.session.flush()
    return person


def _refuse_somebody_else(known: Person, name: str) -> None:
    """Raises :class:`UserError` where a shared address would give a seat to another person than the one meant."""
    theirs, meant = ({bare(word.casefold()) for word in re.split(r"[\W_]+", one) if word} for one in (known.name, name))
    joined = bare("".join(re.findall(r"[^\W_]", known.name.casefold())))  # "asaoberg": a guest called by the address
    if known.name and not theirs & meant and not any(len(word) > 1 and word in joined for word in meant):
        raise UserError(
            f"Adressen hör till {known.name}. Är det rätt person? Skriv då det namnet. Annars behövs en egen adress."
        )


def appoint(change: Change, code: str, seat: PersonRole, person: Person) -> Contact:
    """Give a person a seat; one they hold already stays as it is. They speak for the municipality from now on."""
    municipalities.lock(change.session, code)
    held = contacts.held_by(change.session, person.id)
    mine = next((one for one in held if one.municipality_code == code and one.seat == seat), None)
    if not any(one.municipality_code == person.municipality_code for one in held):
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
    """End a seat; it stays in the history. Raises :class:`UserError` when it has ended already."""
    municipalities.lock(change.session, contact.municipality_code)
    change.session.refresh(contact)
    if contact.until is not None:
        raise UserError("Det uppdraget är redan avslutat. Öppna kommunen igen, så ser du vad som gäller nu.")
    contact.until = change.today
    if contact.person is not None and contact.person.role == contact.seat:
        contact.person.role = ""  # they are not that any more; what they are now they may say themselves
    about = f"municipality:{contact.municipality_code}"
    change.record(f"Avslutat uppdrag: {words.seat(contact.seat)}", about, contact.person_id)


def replace(change: Change, contact: Contact, person: Person) -> Contact:
    """End a seat and give it to somebody else. Raises :class:`UserError` when it is already theirs or has ended."""
    if contact.person_id == person.id:
        raise UserError("Det är samma person som har uppdraget nu. Skriv den nya personens namn och mejladress.")
    end(change, contact)
    return appoint(change, contact.municipality_code, PersonRole(contact.seat), person)


def correct(change: Change, contact: Contact, person: Person, name: str, mail: str) -> None:
    """Put a contact person's name and address right. Raises :class:`UserError` where somebody else has the address."""
    other = people.by_mail(change.session, [mail]).get(mail)
    if other is not None and other.id != person.id:
        raise UserError(f"Adressen hör till {other.name}. Är det en ny person, välj Byt kontaktperson i stället.")
    if (person.name, person.mail) != (name, mail):
        person.name, person.mail = name, mail
        about = f"municipality:{contact.municipality_code}"
        change.record(f"Rättat uppgifter om {words.seat(contact.seat)}", about, person.id)
