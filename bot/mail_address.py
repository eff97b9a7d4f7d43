"""Mail addresses: which ones mail can reach, and how they are spelt in a header."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from email.errors import MessageError
from email.headerregistry import Address
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # bot.settings imports this module, so it can import nothing of the bot at run time
    from bot.tenant import Attendee

LONGEST_LOCAL, LONGEST_ADDRESS = 64, 254
"""Characters before the @ and in all (RFC 5321, 4.5.3.1)."""

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"({_LABEL}\.)+(?!\d+$){_LABEL}", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s<>\",;:()\[\]\\]+@[\w-]+(\.[\w-]+)+")

logger = logging.getLogger(__name__)


def address(mail: str) -> str:
    """Return ``mail`` as it goes into a header. Raises :class:`ValueError` for a guest's UPN and other non-addresses.

    The part before the @ must be ASCII: it has no other form that every server takes.
    """
    if "#EXT#" in mail.upper() or not _ADDRESS.fullmatch(mail):
        raise ValueError("no address")
    spelt = in_ascii(mail)
    local, _, host = spelt.rpartition("@")
    too_long = len(local) > LONGEST_LOCAL or len(spelt) > LONGEST_ADDRESS
    if too_long or not local.isascii() or not _HOST.fullmatch(host):
        raise ValueError("no address that servers take")
    try:
        Address(addr_spec=spelt)
    except MessageError as error:
        raise ValueError("no address that can be written") from error
    return spelt


def is_address(mail: str) -> bool:
    """Return whether ``mail`` is an address that mail can reach."""
    try:
        address(mail)
    except ValueError:
        return False
    return True


def in_ascii(mail: str) -> str:
    """Return ``mail`` with its domain in ASCII. Raises :class:`ValueError` where the domain has no ASCII form."""
    local, _, domain = mail.rpartition("@")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"


def reachable(attendees: Sequence[Attendee], about: str) -> list[Attendee]:
    """Return the people whom an invitation can reach, each address once. The log says how many were left out.

    A single bad address would keep everybody from being invited. ``about`` names the appointment in the log.
    """
    invited: dict[str, Attendee] = {}
    left_out = 0
    for attendee in attendees:
        try:
            spelt = address(attendee.mail)
            invited.setdefault(spelt.casefold(), replace(attendee, mail=spelt))
        except ValueError:
            left_out += 1
    if left_out:
        counts = {"appointment": about, "people": left_out}
        logger.warning("people were not invited: what we have of them is no mail address", extra=counts)
    return list(invited.values())
