"""Whom to remind of what a municipality lacks: its contact persons, or everybody who works there if it has none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.register import coverage
from bot.register.coverage import Filter, RegisterGap
from bot.swedish import date_of
from storage import contacts, deliveries, municipalities
from storage.municipalities import Municipality
from storage.people import Person

ONCE_IN = timedelta(weeks=4)
"""A person is reminded of the same lack of the same municipality at most once in this time."""
ASKED_FOR = (RegisterGap.POLITICIAN, RegisterGap.OFFICER, RegisterGap.PROGRAMME)
"""What every member should have. A substitute is voluntary, so nobody is reminded of it."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """The people to remind of a lack, and those who are left out."""

    gap: RegisterGap
    people: tuple[tuple[Person, Municipality], ...]
    """Each person once, with the municipality that lacks something."""
    nobody: tuple[Municipality, ...]
    """Municipalities in which the bot knows nobody it can reach."""
    reminded: int
    """How many people were reminded of it lately, and so are not reminded again."""

    @property
    def municipalities(self) -> list[Municipality]:
        """Return the municipalities whose people are reminded, each once."""
        return list({place.code: place for _, place in self.people}.values())


def find(session: Session, gap: RegisterGap, now: datetime) -> Recipients:
    """Return the people to remind of a lack that is there now."""
    held = contacts.current(session)
    rows = coverage.rows(municipalities.everyone(session), held, date_of(now).year)
    lacking = [row.municipality for row in coverage.chosen(rows, Filter(gap=gap))]
    seated: dict[str, list[Person]] = defaultdict(list)
    for contact in held:
        if contact.person is not None and not contact.gone:
            seated[contact.municipality_code].append(contact.person)
    working: dict[str, list[Person]] = defaultdict(list)
    for person in contacts.working_in(session, [place.code for place in lacking]):
        working[person.municipality_code or ""].append(person)
    subjects = {subject(gap, place.code) for place in lacking}
    told = deliveries.told_since(session, subjects, now - ONCE_IN)
    chosen: dict[int, tuple[Person, Municipality]] = {}
    reminded: set[int] = set()
    nobody = []
    for place in lacking:
        reached = [person for person in seated[place.code] or working[place.code] if is_reachable(person)]
        if not reached:
            nobody.append(place)
        for person in reached:
            if (subject(gap, place.code), person.id) in told:
                reminded.add(person.id)
            else:
                chosen.setdefault(person.id, (person, place))
    return Recipients(gap, tuple(chosen.values()), tuple(nobody), len(reminded))


def subject(gap: RegisterGap, code: str) -> str:
    """Return the outbox subject of reminders about a lack of a municipality."""
    return f"lack:{gap}:{code}"


def is_reachable(person: Person) -> bool:
    """Return whether any way to the person is known."""
    return bool(person.teams_id or person.entra_id or person.mail)
