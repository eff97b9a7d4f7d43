"""The list of people who came, as the kansli pastes it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.message import UserError
from bot.register import audience
from bot.register.change import Change
from storage import participations
from storage.events import Event
from storage.participations import ParticipationSource

MOST_OTHERS = 100_000
"""More than any meeting of the network has; a longer number is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Roll:
    """A pasted list, matched against the people whom the bot knows."""

    text: str
    known: tuple[int, ...]
    unknown: tuple[str, ...]


def read(change: Change, text: object) -> Roll:
    """Return whom a pasted list names. Raise :class:`UserError` for an empty or too long one."""
    written = text if isinstance(text, str) else ""
    part, unknown = audience.pasted(change.session, written)
    return Roll(written, tuple(part.people or ()), unknown)


def save(change: Change, event: Event, roll: Roll, others: int) -> int:
    """Store who came. Return for how many people that is new. Saving the same list again changes nothing."""
    new = participations.note(change.session, event.id, roll.known, ParticipationSource.LIST, change.now)
    if new or event.others_came != others:
        change.record("Närvaro sparad", event.subject)
    event.others_came = others
    return new


def others(text: object) -> int:
    """Return how many came whom the bot does not know. Raise :class:`UserError` for anything but a number."""
    written = text.strip() if isinstance(text, str) else ""
    if not written.isascii() or not written.isdecimal() or len(written) > len(str(MOST_OTHERS)):
        raise UserError("Skriv med siffror hur många andra som kom. Skriv 0 om det inte var några.")
    return min(int(written), MOST_OTHERS)
