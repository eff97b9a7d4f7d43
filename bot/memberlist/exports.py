"""The register as a list, in the columns that an import reads; nothing in it is run by a spreadsheet program."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.register import sheets, words
from storage import contacts, municipalities
from storage.contacts import Contact
from storage.municipalities import MemberState, Municipality

HEADINGS = (
    *("Kommunkod", "Kommun", "Status", "Program", "Programmet gäller till", "Mejldomäner"),
    *("Roll", "Namn", "Mejladress", "Telefon", "Sedan", "Anmärkning"),
)
WIDTHS = (11, 28, 22, 40, 22, 24, 34, 30, 36, 18, 12, 28)


def rows(session: Session) -> list[tuple[str, ...]]:
    """Return the headings, every contact person, and municipalities without any that the kansli has said about."""
    by_code: dict[str, list[Contact]] = {}
    for contact in contacts.current(session):
        by_code.setdefault(contact.municipality_code, []).append(contact)
    table: list[tuple[str, ...]] = [HEADINGS]
    for one in words.in_order(municipalities.everyone(session)):
        facts = _facts(one)
        people = [_person(contact) for contact in by_code.get(one.code, [])]
        if not people and one.state != MemberState.UNKNOWN:
            people = [("",) * 6]
        table += [tuple(sheets.harmless(cell) for cell in (*facts, *person)) for person in people]
    return table


def excel(table: Iterable[tuple[str, ...]]) -> bytes:
    """Return rows as an Excel file."""
    return sheets.workbook("Medlemmar", table, WIDTHS)


def _facts(one: Municipality) -> tuple[str, ...]:
    state = words.STATE_NAMES[MemberState(one.state)]
    return (
        *(one.code, one.full_name, state, one.programme_url, str(one.programme_until or "")),
        ", ".join(one.mail_domains),
    )


def _person(contact: Contact) -> tuple[str, ...]:
    person = contact.person
    name, mail, phone = (person.name, person.mail or "", person.phone or "") if person else ("", "", "")
    return words.seat(contact.seat), name, mail, phone, contact.since.isoformat(), words.LEFT if contact.gone else ""
