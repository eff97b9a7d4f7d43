"""Whose seat a contact person took over. Pure functions over everybody who holds or held one seat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeAlias

from storage.contacts import Contact
from storage.handovers import Handover, HandoverState

Holders: TypeAlias = Sequence[tuple[Contact, Handover | None]]
BACK_WITHIN = timedelta(days=30)
"""A person who gets their own seat back so soon needs no dossier: mostly the kansli undoes a change."""


def before(contact: Contact, holders: Holders) -> Contact | None:
    """Return the contact that this one took over from; None for the first holder, or for one more.

    Each contact that ended is taken over once, the latest first. A person who had the seat for a moment, so that
    nothing was handed over to them, is passed over.
    """
    taken = {row.before_id for each, row in holders if row is not None and _counts(row) and each.id != contact.id}
    ended = [each for each, row in holders if each.until is not None and each.id < contact.id and _counts(row)]
    free = [
        each
        for each in ended
        if each.id not in taken and not _same(each, contact) and not _filled(each, contact, holders)
    ]
    return max(free, key=lambda each: (each.until, -each.id), default=None)


def is_back(contact: Contact, holders: Holders) -> bool:
    """Return whether the person held the seat themselves a short time ago."""
    return any(
        _same(each, contact) and each.until is not None and contact.since - each.until <= BACK_WITHIN
        for each, _ in holders
        if each.id < contact.id
    )


def days_empty(contact: Contact, previous: Contact) -> int:
    """Return how many whole days nobody held the seat before this contact."""
    return 0 if previous.until is None else max(0, (contact.since - previous.until).days - 1)


def _filled(each: Contact, contact: Contact, holders: Holders) -> bool:
    """Return whether somebody without a handover has filled the place since, as before the bot kept handovers."""
    return any(
        row is not None
        and row.state == HandoverState.NOBODY
        and each.id < other.id < contact.id
        and each.until is not None
        and other.since >= each.until
        for other, row in holders
    )


def _counts(row: Handover | None) -> bool:
    return row is None or row.state != HandoverState.DROPPED


def _same(one: Contact, other: Contact) -> bool:
    return one.person_id is not None and one.person_id == other.person_id
