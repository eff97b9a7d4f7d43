"""Check what is written about people: names, mail addresses, seats and roles."""

from __future__ import annotations

import re

from bot.mail_address import is_address
from bot.message import UserError
from bot.plain_text import clean_line
from bot.wording.utterance import has_personal_number
from storage.people import GRANTED, OWN, SEATS, PersonRole, VisibleTo

LONGEST_NAME = 120
LONGEST_PHONE = 30
FEWEST_DIGITS, MOST_DIGITS = 6, 15
"""Digits of a telephone number: a short number with its area code, and the most that E.164 allows."""
_PHONE = re.compile(r"\+?[0-9][0-9 ()/–-]*")
_MAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9åäöéü-]+\.)+[a-zåäö]{2,}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Characters that make a spreadsheet program run the cell as a formula."""


def checked_name(text: str) -> str:
    """Return a person's name as one line. Raise :class:`UserError` if it can't be a name."""
    name = clean_line(text)
    if not name:
        raise UserError("Skriv personens namn.")
    if name.startswith(_FORMULA):
        raise UserError("Namnet börjar som en formel i Excel. Skriv bara namnet.")
    if len(name) > LONGEST_NAME or "@" in name or not any(letter.isalpha() for letter in name):
        raise UserError(f"Det ser inte ut som ett namn. Skriv för- och efternamn, högst {LONGEST_NAME} tecken.")
    return name


def checked_mail(text: str) -> str:
    """Return a mail address in lower case. Raise :class:`UserError` also for a guest's sign-in name (``#EXT#``)."""
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


def checked_phone(text: str) -> str | None:
    """Return a telephone number as people write it; None if it is empty. Raise :class:`UserError` for anything else."""
    number = clean_line(text)
    digits = sum(sign.isdecimal() for sign in number)
    fits = len(number) <= LONGEST_PHONE and FEWEST_DIGITS <= digits <= MOST_DIGITS
    if number and not (fits and _PHONE.fullmatch(number)):
        raise UserError("Det ser inte ut som ett telefonnummer. Skriv det som 0523-66 40 00 eller +46 70 123 45 67.")
    if not number.startswith(("0", "+")) and has_personal_number(number):
        raise UserError("Det ser ut som ett personnummer. Skriv ett telefonnummer, som 0523-66 40 00.")
    return number or None


def checked_seat(value: object) -> PersonRole:
    """Return the seat. Raise :class:`UserError` if it is not in :data:`SEATS`."""
    if value not in SEATS:
        raise UserError("Välj vilket uppdrag det gäller.")
    return PersonRole(str(value))


def checked_own_role(value: object) -> str:
    """Return a role that people may give themselves: not kansli or board. Raise :class:`UserError` for others."""
    if value in GRANTED:
        raise UserError("Den rollen kan bara kansliet ge.")
    if value not in {"", *OWN}:
        raise UserError("Välj en roll i listan.")
    return str(value)


def checked_visibility(value: object) -> VisibleTo:
    """Return who may be told the person's name. Raise :class:`UserError` for an unknown choice."""
    if value not in set(VisibleTo):
        raise UserError("Välj vilka som ser dig när de frågar mig.")
    return VisibleTo(str(value))
