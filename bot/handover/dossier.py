"""A municipality's dossier: what its new contact person should know, gathered from the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.handover import succession
from bot.handover.moves import NOTHING, Moved
from bot.progress import standings, states
from bot.progress.standings import DutyStanding
from bot.schedule import seats
from bot.swedish import date_of
from storage import contacts, duties, handovers, municipalities, people, registrations
from storage.contacts import Contact
from storage.duties import Duty, DutyState
from storage.events import Event
from storage.municipalities import Municipality
from storage.people import Person, PersonRole, VisibleTo
from storage.questions import Question, Status
from storage.registrations import Registration

MOST_QUESTIONS = 8
POLITICAL = (PersonRole.POLITICIAN, PersonRole.SUBSTITUTE)
"""The seats that get the politician's version; the others get the civil servant's."""


@dataclass(frozen=True, slots=True)
class Coming:
    """An event to come that somebody from the municipality is registered for."""

    event: Event
    people: Sequence[str]
    """The names of the others who come, as far as the reader may know them."""
    own: Registration | None = None
    """The reader's own place."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a municipality has done and has left, for the holder of one of its seats."""

    place: Municipality
    contact: Contact
    """The seat whose holder reads it."""
    today: date
    left: Sequence[tuple[Duty, DutyStanding]]
    """The duties that are not done, the nearest first."""
    done: Sequence[Duty]
    coming: Sequence[Coming]
    waiting: Sequence[Question]
    """The municipality's questions without an answer."""
    answered: Sequence[Question]
    others: Sequence[tuple[Contact, Person]]
    """The other seats' holders, as far as the reader may know them."""
    days_empty: int = 0
    """How many days nobody held the seat."""
    previous: str = ""
    """The name of the person who held it, if the reader may know it."""
    moved: Moved = NOTHING
    """What came with the seat just now."""

    @property
    def political(self) -> bool:
        """Return whether it is the politician's version."""
        return self.contact.seat in POLITICAL

    @property
    def first(self) -> tuple[Duty, DutyStanding] | None:
        """Return the duty to begin with: the nearest one that has a last day."""
        return next((pair for pair in self.left if pair[1].deadline is not None), None)

    def holder(self, *wanted: PersonRole) -> Person | None:
        """Return the person in the first of these seats that somebody else has."""
        rows = [person for seat in wanted for held, person in self.others if held.seat == seat]
        return rows[0] if rows else None


def gather(
    session: Session, contact: Contact, now: datetime, *, moved: Moved | None = None, every_name: bool = False
) -> Dossier:
    """Gather the dossier for the holder of a seat. ``every_name``: the kansli reads it, and may know all names."""
    code, today = contact.municipality_code, date_of(now)
    place = municipalities.require(session, code)
    may_name = (lambda _: True) if every_name else _may_name(contact)
    rows = [duty for duty in _current(session, today) if states.concerns(duty, place)]
    where = standings.load(session, rows, now)
    known = [(duty, where.of(duty.id, code)) for duty in rows]
    asked = handovers.asked_for(session, code, MOST_QUESTIONS)
    previous = _previous(session, contact)
    name = previous.person if previous is not None and previous.person is not None and not previous.gone else None
    return Dossier(
        place=place,
        contact=contact,
        today=today,
        left=[pair for pair in known if not pair[1].ended],
        done=[duty for duty, standing in known if standing.ended and standing.state != DutyState.EXEMPT],
        coming=list(_coming(session, contact, now, may_name)),
        waiting=[question for question in asked if question.status == Status.OPEN],
        answered=[question for question in asked if question.status != Status.OPEN],
        others=[(held, held.person) for held in _others(session, contact) if held.person and may_name(held.person)],
        days_empty=succession.days_empty(contact, previous) if previous is not None else 0,
        previous=name.called if name is not None and may_name(name) else "",
        moved=moved or NOTHING,
    )


def _current(session: Session, today: date) -> list[Duty]:
    """Return this year's duties and the ones of other years that are not closed."""
    rows = {duty.id: duty for duty in (*duties.running(session), *duties.of_year(session, today.year))}
    far = date.max
    return sorted(rows.values(), key=lambda duty: (duty.due or far, duty.id))


def _previous(session: Session, contact: Contact) -> Contact | None:
    """Return the contact before. It is kept with the handover; a seat that the kansli looks at may have none yet."""
    row = handovers.of(session, contact.id)
    if row is None:
        return succession.before(contact, handovers.of_seat(session, contact.municipality_code, contact.seat))
    return contacts.find(session, row.before_id)


def _coming(session: Session, contact: Contact, now: datetime, may_name: Callable[[Person], bool]) -> list[Coming]:
    """Return the events that somebody of the municipality comes to, and those at which the holder has any place."""
    own = registrations.mine(session, contact.person_id) if contact.person_id else {}
    found = dict(handovers.coming_from(session, contact.municipality_code, now))
    for event in handovers.seats_ahead(session, contact.person_id or 0, seats.IN_TOUCH, now):
        found.setdefault(event, [])
    rows = []
    for event, ids in sorted(found.items(), key=lambda pair: (pair[0].starts_at or now, pair[0].id)):
        here = [person for number in ids if (person := people.by_id(session, number)) and number != contact.person_id]
        mine = own.get(event.id)
        place = mine if mine is not None and mine.state in seats.IN_TOUCH else None
        names = [person.called for person in here if may_name(person)]
        rows.append(Coming(event, list(dict.fromkeys(names)), place))
    return rows


def _others(session: Session, contact: Contact) -> list[Contact]:
    held = contacts.current(session, contact.municipality_code)
    order = list(PersonRole)
    rows = [each for each in held if each.person_id != contact.person_id and not each.gone]
    return sorted(rows, key=lambda each: (order.index(PersonRole(each.seat)), each.id))


def _may_name(contact: Contact) -> Callable[[Person], bool]:
    """Return whether the seat's holder may be told a name. They belong to the municipality, as its people do."""
    return lambda person: person.id == contact.person_id or person.visible_to != VisibleTo.KANSLI
