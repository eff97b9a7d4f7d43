"""How long seats stand empty: now, and between two holders. Pure functions over contacts, present and past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.swedish import date_of
from storage.contacts import Contact
from storage.people import PersonRole

EXPECTED = (PersonRole.POLITICIAN, PersonRole.OFFICER)
"""The seats that every member should fill. The others are voluntary."""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A time in which nobody held a seat of a municipality."""

    code: str
    seat: str
    since: date | None
    """The first day without a holder; None if the seat never had one."""
    until: date | None
    """The last day; None while the seat is empty."""
    today: date

    @property
    def days(self) -> int | None:
        """Return how many days; None if nobody knows from when."""
        return None if self.since is None else ((self.until or self.today) - self.since).days + 1

    @property
    def open(self) -> bool:
        """Return whether the seat is empty now."""
        return self.until is None


def all_of(codes: Collection[str], contacts: Iterable[Contact], today: date) -> list[Vacancy]:
    """Return the vacancies of these municipalities' expected seats, the longest first.

    Those of today come before those that are over, and a seat that never had a holder last among them.
    """
    held: dict[tuple[str, str], list[tuple[date, date | None]]] = defaultdict(list)
    for contact in contacts:
        held[contact.municipality_code, contact.seat].append((contact.since, _last(contact)))
    found = [
        vacancy
        for code in sorted(codes)
        for seat in EXPECTED
        for vacancy in _of_seat(code, seat.value, sorted(held[code, seat], key=lambda pair: pair[0]), today)
    ]
    return sorted(found, key=lambda each: (not each.open, -(each.days or 0)))


def _of_seat(code: str, seat: str, spans: list[tuple[date, date | None]], today: date) -> Iterable[Vacancy]:
    if not spans:
        yield Vacancy(code, seat, None, None, today)
        return
    last: date | None = spans[0][1]
    for since, until in spans[1:]:
        if last is not None and (since - last).days > 1:
            yield Vacancy(code, seat, last + _DAY, since - _DAY, today)
        last = None if last is None or until is None else max(last, until)
    if last is not None and last < today:
        yield Vacancy(code, seat, last + _DAY, None, today)


def _last(contact: Contact) -> date | None:
    """Return the last day on which the contact filled the seat. A person who has left the network fills none."""
    if contact.until is not None or contact.person is None or contact.person.left_at is None:
        return contact.until
    return date_of(contact.person.left_at)


_DAY = timedelta(days=1)
