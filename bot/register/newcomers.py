"""Whether to offer a person the newcomers' start."""

from __future__ import annotations

from sqlalchemy.orm import Session

from storage import onboardings
from storage.onboardings import Origin
from storage.people import Person


def may_begin(session: Session, person: Person) -> bool:
    """Return whether the person has not finished the newcomers' start.

    A person who was here before there was one is offered it only while we don't know their municipality.
    """
    row = onboardings.of_person(session, person.id)
    if row is None:
        return True
    return row.finished_at is None and (row.origin != Origin.BEFORE or person.municipality_code is None)
