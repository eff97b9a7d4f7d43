"""The rules of the register: checked names and addresses, contact persons, and what members propose."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.mail_address import is_address
from bot.people import finder, words
from bot.people.spelling import bare
from bot.swedish import date_of, listed
from bot.turn import Turn, UserError
from storage import audit, contacts, erased, municipalities, people
from storage.contacts import Contact, Proposal, ProposalKind
from storage.municipalities import Municipality
from storage.people import GRANTED, OWN, SEATS, Person, PersonRole

LONGEST_NAME = 120
_MAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9åäöéü-]+\.)+[a-zåäö]{2,}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet program runs."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A change under way: in which transaction, by whom (None: an operator's command) and when."""

    session: Session
    by: int | None
    now: datetime

    @classmethod
    def of(cls, turn: Turn) -> Deed:
        """What a turn's person does."""
        return cls(turn.session, turn.person.id, turn.now)

    def record(self, what: str, code: str, person_id: int | None = None) -> None:
        """Write down what was done to a municipality, and whom it concerned."""
        audit.record(self.session, self.by, what, f"municipality:{code}", self.now, person_id=person_id)


def checked_name(text: str) -> str:
    """A person's name on one line. Raises :class:`UserError`."""
    name = " ".join("".join(letter for letter in text if unicodedata.category(letter) not in ("Cf", "Cc")).split())
    if not name:
        raise UserError("Skriv personens namn.")
    if name.startswith(_FORMULA):
        raise UserError("Namnet börjar som en formel i Excel. Skriv bara namnet.")
    if len(name) > LONGEST_NAME or "@" in name or not any(letter.isalpha() for letter in name):
        raise UserError(f"Det ser inte ut som ett namn. Skriv för- och efternamn, högst {LONGEST_NAME} tecken.")
    return name


def checked_mail(text: str) -> str:
    """A mail address in lower case. Raises :class:`UserError`, also for a guest's sign-in name (``#EXT#``)."""
    mail = text.strip().strip("<>;,").removeprefix("mailto:").casefold()
    if "#ext#" in mail:
        raise UserError(
            "Adressen innehåller #EXT#. Det är ett inloggningsnamn, dit går inga mejl. Skriv personens riktiga adress."
        )
    if not mail.partition("@")[0].isascii():
        raise UserError("Mejladressen kan inte ha å, ä eller ö före @. Kontrollera hur den stavas.")
    if not _MAIL.fullmatch(mail) or not is_address(mail):
        raise UserError("Mejladressen är inte en hel adress. Den ska se ut som namn@kommun.se.")
    return mail


def checked_seat(value: object) -> PersonRole:
    """One of :data:`SEATS`. Raises :class:`UserError`."""
    if value not in SEATS:
        raise UserError("Välj vilket uppdrag det gäller.")
    return PersonRole(str(value))


def checked_own_role(value: object) -> str:
    """What somebody may say of themselves; never the kansli or the board. Raises :class:`UserError`."""
    if value in GRANTED:
        raise UserError("Den rollen kan bara kansliet ge.")
    if value not in {"", *OWN}:
        raise UserError("Välj en roll i listan.")
    return str(value)


def suggested(session: Session, person: Person) -> Municipality | None:
    """The municipality that a person's mail address points to."""
    if not person.mail:
        return None
    domains = {domain: row.code for row in municipalities.everyone(session) for domain in row.mail_domains}
    return municipalities.find(session, finder.by_mail(person.mail, domains))


def refuse_erased(session: Session, mail: str) -> None:
    """Raises :class:`UserError` for the address of somebody who was erased and has not written since."""
    if erased.is_erased(session, mail):
        raise UserError("Personens uppgifter är borttagna. Be personen skriva hej till mig först, så går det igen.")


def person_with(deed: Deed, name: str, mail: str) -> Person:
    """The person with this address, or a new one who has not met the bot. Raises as :func:`refuse_erased`.

    Raises :class:`UserError` where the address is somebody's whose name has nothing in common with ``name``.
    """
    known = people.by_mail(deed.session, [mail]).get(mail)
    if known is None:
        municipalities.lock_first(deed.session)  # another turn may be writing the same person down
        known = people.by_mail(deed.session, [mail]).get(mail)
    if known is not None:
        _refuse_somebody_else(known, name)
        return known
    refuse_erased(deed.session, mail)
    person = Person(name=name, mail=mail, first_seen_at=deed.now)
    deed.session.add(person)
    deed.session.flush()
    return person


def _refuse_somebody_else(known: Person, name: str) -> None:
    """Raises :class:`UserError` where a shared address would give a seat to another person than the one meant."""
    theirs, meant = ({bare(word.casefold()) for word in re.split(r"[\W_]+", one) if word} for one in (known.name, name))
    joined = bare("".join(re.findall(r"[^\W_]", known.name.casefold())))  # "asaoberg": a guest called by the address
    if known.name and not theirs & meant and not any(len(word) > 1 and word in joined for word in meant):
        raise UserError(
            f"Adressen hör till {known.name}. Är det rätt person? Skriv då det namnet. Annars behövs en egen adress."
        )


def appoint(deed: Deed, code: str, seat: PersonRole, person: Person) -> Contact:
    """Give a person a seat; one they hold already stays as it is. They speak for the municipality from now on."""
    municipalities.lock(deed.session, code)
    held = contacts.held_by(deed.session, person.id)
    mine = next((one for one in held if one.municipality_code == code and one.seat == seat), None)
    if not any(one.municipality_code == person.municipality_code for one in held):
        person.municipality_code = code
    if not person.role:
        person.role = seat
    if mine is not None:
        return mine
    contact = Contact(municipality_code=code, seat=seat, person_id=person.id, person=person, since=date_of(deed.now))
    deed.session.add(contact)
    deed.session.flush()
    deed.record(f"Ny {words.seat(seat)}", code, person.id)
    return contact


def end(deed: Deed, contact: Contact) -> None:
    """End a seat; it stays in the history. Raises :class:`UserError` when it has ended already."""
    municipalities.lock(deed.session, contact.municipality_code)
    deed.session.refresh(contact)
    if contact.until is not None:
        raise UserError("Det uppdraget är redan avslutat. Öppna kommunen igen, så ser du vad som gäller nu.")
    contact.until = date_of(deed.now)
    if contact.person is not None and contact.person.role == contact.seat:
        contact.person.role = ""  # they are not that any more; what they are now they may say themselves
    deed.record(f"Avslutat uppdrag: {words.seat(contact.seat)}", contact.municipality_code, contact.person_id)


def replace(deed: Deed, contact: Contact, person: Person) -> Contact:
    """End a seat and give it to somebody else. Raises :class:`UserError` when it is already theirs or has ended."""
    if contact.person_id == person.id:
        raise UserError("Det är samma person som har uppdraget nu. Skriv den nya personens namn och mejladress.")
    end(deed, contact)
    return appoint(deed, contact.municipality_code, PersonRole(contact.seat), person)


def correct(deed: Deed, contact: Contact, person: Person, name: str, mail: str) -> None:
    """Put a contact person's name and address right. Raises :class:`UserError` where somebody else has the address."""
    other = people.by_mail(deed.session, [mail]).get(mail)
    if other is not None and other.id != person.id:
        raise UserError(f"Adressen hör till {other.name}. Är det en ny person, välj Byt kontaktperson i stället.")
    if (person.name, person.mail) != (name, mail):
        person.name, person.mail = name, mail
        deed.record(f"Rättat uppgifter om {words.seat(contact.seat)}", contact.municipality_code, person.id)


def claim(deed: Deed, person: Person, code: str) -> Proposal | None:
    """Let a person speak for a municipality: at once where their mail or a seat shows it, else as a proposal."""
    shown = suggested(deed.session, person)
    seated = any(one.municipality_code == code for one in contacts.held_by(deed.session, person.id))
    if code == person.municipality_code or seated or (shown is not None and shown.code == code):
        person.municipality_code = code
        contacts.withdraw(deed.session, ProposalKind.BELONGS, person.id)
        return None
    return contacts.propose(deed.session, ProposalKind.BELONGS, person.id, code, deed.now)


def accept(deed: Deed, proposal: Proposal) -> str:
    """Do what a member proposed; what was done, for the kansli. Raises :class:`UserError` when it can't be done."""
    person, code, held = proposal.person, proposal.municipality_code, proposal.replaces
    if proposal.kind == ProposalKind.BELONGS:
        person.municipality_code = code
        deed.record("Bekräftat att en person hör hit", code, person.id)
    elif held is not None and held.until is None and held.person_id != person.id:
        replace(deed, held, person)
    else:
        _refuse_taken(deed, held, person)
        appoint(deed, code, checked_seat(proposal.seat), person)
    deed.session.delete(proposal)
    deed.session.flush()
    return "Bekräftat."


def _refuse_taken(deed: Deed, held: Contact | None, person: Person) -> None:
    """Raises :class:`UserError` where somebody else has taken over the seat that was to be taken over."""
    if held is None or held.until is None:
        return
    municipalities.lock(deed.session, held.municipality_code)
    now = [one for one in contacts.current(deed.session, held.municipality_code) if one.seat == held.seat]
    names = [one.person.called for one in now if one.person and one.person_id != person.id and not one.gone]
    if names:
        raise UserError(
            f"{listed(names)} har redan tagit över uppdraget. Avböj förslaget, eller öppna kommunen och byt där."
        )


def decline(deed: Deed, proposal: Proposal) -> str:
    """Take a proposal away without doing it; what was done, for the kansli."""
    deed.record("Förslag avböjt", proposal.municipality_code, proposal.person_id)
    deed.session.delete(proposal)
    deed.session.flush()
    return "Avböjt."
